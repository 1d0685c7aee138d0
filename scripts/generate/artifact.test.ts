import assert from "node:assert/strict";
import { join } from "node:path";
import { errorCodes } from "../../client-contract/contract/errors.ts";
import { Event } from "../../client-contract/contract/event.ts";
import { MAX_BATCH_BYTES, MAX_BATCH_EVENTS } from "../../client-contract/contract/limits.ts";
import { DEFAULT_STEERING } from "../../client-contract/contract/steering.ts";
import { findDrift, writeArtifacts } from "./artifact.ts";
import { errorsDocument } from "./errors_doc.ts";
import { functionErrors } from "./errors_gen.ts";
import { eventRules } from "./event_rules.ts";
import { functionLimits, sqlLimits, steeringDefaults } from "./limits.ts";

Deno.test("a missing, different or foreign file is drift, and writing repairs it", async () => {
  const root = await Deno.makeTempDir();
  try {
    const artifacts = [{ path: "out/a.json", text: "a" }, { path: "docs/b.md", text: "b" }];
    assert.deepEqual(await findDrift(root, artifacts, ["out"]), ["docs/b.md", "out/a.json"]);
    assert.deepEqual(await writeArtifacts(root, artifacts, ["out"]), ["docs/b.md", "out/a.json"]);
    assert.deepEqual(await findDrift(root, artifacts, ["out"]), []);

    await Deno.writeTextFile(join(root, "docs/b.md"), "edited");
    await Deno.writeTextFile(join(root, "out/old.json"), "{}");
    assert.deepEqual(await findDrift(root, artifacts, ["out"]), ["docs/b.md", "out/old.json"]);
    await writeArtifacts(root, artifacts, ["out"]);
    assert.deepEqual(await findDrift(root, artifacts, ["out"]), []);
    assert.deepEqual(Array.from(Deno.readDirSync(join(root, "out")), ({ name }) => name), ["a.json"]);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});

Deno.test("K1: every field of every event has a rule in SQL, in the contract's order", () => {
  const { text } = eventRules();
  for (const { shape } of Event.options) {
    const type = shape.type.value;
    const fields = Array.from(
      text.matchAll(new RegExp(`\\('${type}', 1, (\\d+), '([^']*)'`, "g")),
      (match) => match[2],
    );
    assert.deepEqual(fields, Object.keys(shape.body.shape).map((name) => `body.${name}`), type);
  }
  assert.ok(text.includes("'sent_at', 'strict ($.sent_at like_regex"));
});

Deno.test("K1: SQL and the functions get the contract's numbers", () => {
  const sql = sqlLimits().text;
  assert.ok(sql.includes("private.max_batch_events()") && sql.includes(`return ${MAX_BATCH_EVENTS};`));
  assert.ok(functionLimits().text.includes(`export const MAX_BATCH_BYTES = ${MAX_BATCH_BYTES};`));
  assert.ok(steeringDefaults().text.includes(`values (${DEFAULT_STEERING.batch_events}, `));
});

Deno.test("every error has its row", () => {
  const { text } = errorsDocument();
  for (const code of errorCodes) assert.ok(text.includes(`| \`${code}\` |`), code);
  assert.match(functionErrors().text, /do not edit/);
});
