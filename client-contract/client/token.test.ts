import assert from "node:assert/strict";
import { NetworkError, ProblemError } from "./client_error.ts";
import { tokenSource } from "./token.ts";

Deno.test("U10: the app hears that its token was refused, until it has given another one", async () => {
  const asked: boolean[] = [];
  let isOffline = false;
  const tokens = tokenSource(({ refused }) => {
    asked.push(refused);
    if (isOffline) throw new Error("offline");
    return "token";
  });
  assert.equal(await tokens.get(), "token");
  tokens.refuse();
  isOffline = true;
  await assert.rejects(tokens.get(), NetworkError);
  isOffline = false;
  assert.equal(await tokens.get(), "token");
  await tokens.get();
  assert.deepEqual(asked, [false, true, true, false]);
});

Deno.test("U10: no token is a refusal, and an error that says itself whether to try again passes through", async () => {
  await assert.rejects(
    tokenSource(() => null).get(),
    (error) => error instanceof ProblemError && error.code === "unauthenticated" && !error.retryable,
  );
  const own = new ProblemError({ code: "forbidden", status: 403, message: "not here" });
  await assert.rejects(tokenSource(() => Promise.reject(own)).get(), own);
});

Deno.test("U10: a client of one learner refuses the token of another learner, and never sends it", async () => {
  const tokenFor = (sub: string) => `e30.${btoa(JSON.stringify({ sub }))}.signature`;
  let learner: string | undefined = "ada";
  let token = tokenFor("ada");
  const tokens = tokenSource(() => token, () => learner);
  assert.equal(await tokens.get(), token);
  for (token of [tokenFor("bob"), "no token"]) {
    await assert.rejects(
      tokens.get(),
      (error) => error instanceof ProblemError && error.code === "wrong_learner" && !error.retryable,
    );
  }
  learner = undefined;
  assert.equal(await tokens.get(), token);
});
