import assert from "node:assert/strict";
import { join } from "node:path";
import { errorCodes } from "../../client-contract/contract/errors.ts";
import { messages } from "../../client-contract/contract/messages.ts";
import { findDrift, writeArtifacts } from "./artifact.ts";
import { errorsDocument } from "./errors_doc.ts";
import { functionErrors } from "./errors_gen.ts";
import { jsonSchemas } from "./json_schema.ts";

Deno.test("drift is a file that is missing, differs, or is no artifact; writing ends it", async () => {
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

Deno.test("every message has its JSON Schema, every error its row", () => {
  const schemas = jsonSchemas();
  assert.equal(schemas.length, Object.keys(messages).length);
  for (const { path, text } of schemas) {
    const schema = JSON.parse(text);
    assert.equal(schema.$schema, "https://json-schema.org/draft/2020-12/schema", path);
    assert.match(schema.$comment, /do not edit/);
  }
  const { text } = errorsDocument();
  for (const code of errorCodes) assert.ok(text.includes(`| \`${code}\` |`), code);
  assert.match(functionErrors().text, /do not edit/);
});
