// The contract says what each of its schemas means, and JSON Schema says the same as zod.
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import assert from "node:assert/strict";
import { z } from "zod";
import { documentation } from "../../client-contract/contract/documentation.ts";
import { errorCodes, errors } from "../../client-contract/contract/errors.ts";
import { messages } from "../../client-contract/contract/messages.ts";
import { settings } from "../../supabase/tests/properties/settings.ts";
import {
  exportedSchemas,
  isNumber,
  publicSchemas,
  readLimits,
  readModels,
  undocumented,
} from "./contract.ts";
import { jsonSchemas } from "./json_schema.ts";
import { variantOf } from "../testkit/contract/variant.ts";

const models = await readModels();
const files = await jsonSchemas();

/** Numbers that name or order something; they have no unit. */
const ORDINALS = new Set([
  ..."choice count horizon id normalisation position reset_count rollback_to schedule_id schema since status until version"
    .split(" "),
]);
const isOrdinal = (name: string) => ORDINALS.has(name) || /_(version|schema|to|offset)$/.test(name);

function validators() {
  const ajv = new Ajv2020({ strict: true, strictTypes: false, validateFormats: false, allErrors: false });
  ajv.addVocabulary(["x-unit", "x-request", "x-event"]);
  for (const { text } of files) ajv.addSchema(JSON.parse(text));
  return (name: string) => {
    const validate = ajv.getSchema(`https://carrel.dev/schema/${name}`);
    assert.ok(validate, name);
    return (value: unknown) => validate(value) === true;
  };
}
const validatorOf = validators();

Deno.test("K1: every exported schema and every object in it has a name, a title and a description", () => {
  assert.deepEqual(undocumented(publicSchemas()).map(({ shape }) => Object.keys(shape)), []);
  for (const [name, schema] of exportedSchemas()) assert.equal(documentation.get(schema)?.id, name);
  for (const { id, title, description, fields } of models) {
    assert.ok(title.length > 2, `${id} has a title`);
    assert.ok(description.length > 5, `${id} has a description`);
    for (const field of fields) {
      assert.ok(
        field.title !== "" && field.description.length > 3,
        `${id}.${field.name} has a title and a text`,
      );
    }
  }
  assert.equal(new Set(models.map(({ id }) => id)).size, models.length, "names are unique");
  assert.ok(models.length > 90, `${models.length} schemas`);
});

Deno.test("K1: every example is valid and has every field, and every number has a unit", () => {
  const unmeasured: string[] = [];
  for (const { id, schema, example, fields } of models) {
    const parsed = schema.safeParse(example);
    assert.ok(parsed.success, `${id}: ${parsed.error && z.prettifyError(parsed.error)}`);
    for (const { name, unit, example } of fields) {
      assert.notEqual(example, undefined, `the example of ${id} has ${name}`);
      const needsUnit = schema instanceof z.ZodObject && isNumber(schema.shape[name]) && !isOrdinal(name);
      if (needsUnit && unit === undefined) unmeasured.push(`${id}.${name}`);
    }
  }
  assert.deepEqual(unmeasured, []);
});

Deno.test("K1: a schema or a field that says nothing is found", () => {
  const bare = z.object({ silent: z.int() });
  assert.deepEqual(undocumented([z.object({ list: z.array(bare).nullable() })]).length, 2);
});

Deno.test("K1: every limit has a text and a unit, and every error a title and what to do", async () => {
  for (const { name, title, description, unit } of await readLimits()) {
    assert.ok(title !== "" && description !== "", `${name} has a title and a text`);
    assert.ok(unit !== undefined || /_(VERSION|SCHEMA)$/.test(name), `${name} has a unit`);
  }
  for (const code of errorCodes) {
    assert.match(errors[code].title, /^[A-Z].*\.$/, code);
    assert.match(errors[code].client, /\.$/, code);
  }
});

Deno.test("K1: every schema is valid JSON Schema 2020-12, and accepts its examples", () => {
  for (const { path, text } of files) {
    const { $id, $schema, $comment } = JSON.parse(text);
    assert.equal($schema, "https://json-schema.org/draft/2020-12/schema", path);
    assert.match($comment, /do not edit/);
    validatorOf($id.replace("https://carrel.dev/schema/", ""));
  }
  for (const { id, example } of models) {
    assert.ok(validatorOf(`contract.json#/$defs/${id}`)(example), `JSON Schema accepts the example of ${id}`);
  }
  assert.equal(files.length, Object.keys(messages).length + 3);
  for (const name of Object.keys(messages)) assert.ok(validatorOf(`${name}.json`)({}) === false, name);
});

Deno.test("K1: zod and JSON Schema give the same verdict on examples with anything changed", () => {
  const counts = { accepted: 0, refused: 0 };
  const validate = new Map(models.map(({ id }) => [id, validatorOf(`contract.json#/$defs/${id}`)]));
  const property = fc.property(
    fc.constantFrom(...models).chain((model) => variantOf(model.example).map((value) => ({ model, value }))),
    ({ model: { id, schema }, value }) => {
      const expected = schema.safeParse(value).success;
      counts[expected ? "accepted" : "refused"]++;
      assert.equal(validate.get(id)?.(value), expected, `${id}: ${JSON.stringify(value)}`);
    },
  );
  const [model] = models;
  assert.ok(model);
  const examples = [model.example, null].map((
    value,
  ): [{ model: typeof model; value: unknown }] => [{ model, value }]);
  fc.assert(property, { ...settings(3000), examples });
  assert.ok(counts.accepted > 0 && counts.refused > 0, JSON.stringify(counts));
});
