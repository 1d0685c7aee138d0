import assert from "node:assert/strict";
import { createClient } from "./client.ts";

Deno.test("U10: adopt sends the anonymous token in the body, and the account's in the header", async () => {
  const adoption = {
    learner_id: "5f17a0de-0000-4000-8000-000000000001",
    adopted_at: "2026-11-30T10:00:00.120000Z",
    token: "0a93ab2dc16574ce.7",
    moved: 3,
    duplicate: 0,
    conflict: 0,
  };
  const requests: Request[] = [];
  const client = createClient({
    url: "http://carrel.test/",
    getToken: () => "account",
    fetch: (input, init) => {
      requests.push(new Request(input, init));
      return Promise.resolve(Response.json(adoption));
    },
  });
  assert.deepEqual(await client.adopt("anonymous"), adoption);
  const [request] = requests;
  assert.ok(request);
  assert.deepEqual([request.method, request.url], ["POST", "http://carrel.test/functions/v1/sync/adopt"]);
  assert.equal(request.headers.get("authorization"), "Bearer account");
  assert.deepEqual(await request.json(), { anonymous_token: "anonymous" });
});
