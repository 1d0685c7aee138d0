import assert from "node:assert/strict";
import { onlyDocumented } from "./only_documented.ts";

const request = { method: "GET", path: "/functions/v1/content/head" };
const problem = (code: string, status: number) => Response.json({ code }, { status });

Deno.test("K1: an answer with a code that its operation does not list is replaced", async () => {
  const answer = await onlyDocumented(request, problem("learner_adopted", 409));
  assert.equal(answer.status, 599);
  assert.match(await answer.text(), /does not list learner_adopted for GET .*head/);
  const rpc = { method: "POST", path: "/rest/v1/rpc/content_head" };
  assert.equal((await onlyDocumented(rpc, problem("CR050", 400))).status, 599);
});

Deno.test("K1: an answer with a listed code, a success and another path pass as they are", async () => {
  for (
    const [at, answer] of [
      [request, problem("busy", 503)],
      [request, Response.json({ code: "learner_adopted" })],
      [{ ...request, path: "/functions/v1/content/nowhere" }, problem("not_found", 404)],
      [{ method: "POST", path: "/rest/v1/rpc/content_head" }, problem("CR040", 400)],
      [{ method: "POST", path: "/rest/v1/rpc/content_head" }, problem("PGRST302", 401)],
    ] as const
  ) {
    assert.equal(await onlyDocumented(at, answer), answer);
    assert.equal(answer.bodyUsed, false);
  }
});
