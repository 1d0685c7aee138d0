// Failures in words.
import assert from "node:assert/strict";
import { ContractError, NetworkError, ProblemError } from "../../client-contract/client/client_error.ts";
import { errors } from "../../client-contract/contract/errors.ts";
import { describeFailure } from "./failure.ts";

Deno.test("O7: a refusal is shown with the registry's code and title, and the server's detail", () => {
  const refused = new ProblemError({
    code: "forbidden",
    status: 403,
    message: "This learner is in none of your cohorts.",
    info: "learner",
  });
  assert.deepEqual(describeFailure(refused), {
    code: "forbidden",
    title: errors.forbidden.title,
    detail: "This learner is in none of your cohorts. (learner)",
  });
});

Deno.test("O7: a refusal of a newer server, a lost connection and an unreadable answer have words, too", () => {
  const later = new ProblemError({ code: "from_the_future", status: 409, message: "No.", retryAfter: 3 });
  assert.deepEqual(describeFailure(later), {
    code: "from_the_future",
    title: "The server refused the request.",
    detail: "No. Try again in 3 s.",
  });
  assert.equal(describeFailure(new NetworkError("fetch failed")).code, "network");
  assert.equal(describeFailure(new ContractError("x".repeat(1000))).detail.length, 300);
  assert.equal(describeFailure(new TypeError("x is undefined")).code, "console");
});
