// The batch that the README sends with curl.
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { throwAwayStack } from "../start/project.ts";

Deno.test("the printed sample batch is accepted", async () => {
  await using stack = await throwAwayStack({ migrated: true });
  const { access_token: token }: { access_token: string } =
    await (await fetch(`${stack.apiUrl}/auth/v1/signup`, {
      method: "POST",
      headers: { apikey: stack.publishableKey, "content-type": "application/json" },
      body: "{}",
    })).json();
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", fileURLToPath(new URL("batch.ts", import.meta.url)), "--token", token],
  }).output();
  assert.equal(code, 0);
  const response = await fetch(`${stack.apiUrl}/functions/v1/sync`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/x-ndjson" },
    body: stdout,
  });
  const { batch }: { batch: { results: { status: string }[] } } = await response.json();
  assert.deepEqual(batch.results.map(({ status }) => status), ["applied", "applied", "applied"]);
});
