import assert from "node:assert/strict";
import { runCommand } from "../testkit/run_command.ts";
import * as privacy from "./main.ts";

Deno.test("O5: npm run privacy refuses a command line that it cannot use, before it asks the database", async () => {
  const refusal = async (...args: string[]) => (await runCommand(privacy, args)).stderr;
  assert.match(
    await refusal("keep", "ops.quarantine", "--reason", "x", "--for", "nonsense"),
    /--for takes a number and a unit/,
  );
  assert.match(await refusal("keep", "ops.quarantine", "--reason", "x"), /--for is missing/);
  assert.match(await refusal("keep", "ops.quarantine", "--for", "ever"), /--reason is missing/);
  assert.match(await refusal("export", "x", "--reason", "x"), /--out is missing/);
  assert.match(await refusal("paint"), /paint/);
});
