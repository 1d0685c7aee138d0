// The OpenAPI document: it is valid, its examples are too, and it says what the functions and the database have.
import { createConfig, lintFromString } from "@redocly/openapi-core";
import { Ajv2020 } from "ajv/dist/2020.js";
import assert from "node:assert/strict";
import { join } from "node:path";
import postgres from "postgres";
import { errorCodes } from "../../../client-contract/contract/errors.ts";
import { throwAwayCluster } from "../../start/project.ts";
import { PROJECT_FOLDER } from "../artifact.ts";
import { openApi, type Operation, readOperations } from "./document.ts";
import { schemaOfType } from "./rpc_operations.ts";
import { codesBelow, functionsOf, readSqlFunctions } from "./sql_functions.ts";

const operations = await readOperations();
const { text } = await openApi(operations);

/** The rules of Redocly's recommended set, but for those about a public web site and about names of paths. */
const RULES = {
  extends: ["recommended-strict" as const],
  rules: {
    "operation-4xx-response": "error" as const,
    "no-invalid-media-type-examples": "error" as const,
    "no-invalid-schema-examples": "error" as const,
    "no-invalid-parameter-examples": "error" as const,
    // `version` and `schema_ends_at: null` are examples of unions, which the rule reads strictly.
    "no-unused-components": "off" as const,
  },
};

Deno.test("K1: Redocly finds nothing wrong with the OpenAPI document", async () => {
  const config = await createConfig(RULES);
  const found = await lintFromString({ source: text, absoluteRef: "carrel.json", config });
  // The version is told to everybody.
  const problems = found.filter(({ ruleId, location }) =>
    ruleId !== "operation-4xx-response" || !location[0]?.pointer?.includes("~1version/")
  );
  assert.deepEqual(
    problems.map(({ ruleId, message, location }) => `${ruleId} ${location[0]?.pointer} ${message}`),
    [],
  );
});

Deno.test("K1: Redocly finds a document that is wrong", async () => {
  const config = await createConfig(RULES);
  const source = text.replace('"operationId": "content_delta"', '"operationId": "content_head"');
  assert.notEqual((await lintFromString({ source, absoluteRef: "carrel.json", config })).length, 0);
});

interface Media {
  schema: object;
  examples?: Record<string, { value?: unknown; $ref?: string }>;
}

/** All bodies of the document, each with where it stands. */
function bodiesOf(value: unknown, at = ""): [string, Media][] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, part]): [string, Media][] => [
    ...name === "content"
      ? Object.entries(part).map(([type, body]): [string, Media] => [`${at} ${type}`, body as Media])
      : [],
    ...name === "schemas" ? [] : bodiesOf(part, `${at}/${name}`),
  ]);
}

Deno.test("K1: every example of the OpenAPI document is valid for its schema", () => {
  const document = JSON.parse(text);
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  ajv.addSchema(document, "openapi");
  let checked = 0;
  const inDocument = (schema: object) => JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"openapi#/'));
  for (const [at, { schema, examples = {} }] of bodiesOf(document.paths)) {
    const validate = ajv.compile(inDocument(schema));
    for (const [name, { value, $ref }] of Object.entries(examples)) {
      const shown = $ref ? document.components.examples[$ref.split("/").at(-1) ?? ""].value : value;
      assert.ok(validate(shown), `${at} ${name}: ${ajv.errorsText(validate.errors)}`);
      checked++;
    }
  }
  for (
    const path of Object.values<
      Record<string, { parameters?: { in?: string; schema: { example?: unknown } }[] }>
    >(document.paths)
  ) {
    for (const { parameters = [] } of Object.values(path)) {
      for (const { schema } of parameters.filter((parameter) => parameter.in === "query")) {
        assert.ok(ajv.validate(inDocument(schema), schema.example), JSON.stringify(schema));
        checked++;
      }
    }
  }
  assert.ok(checked > 300, `${checked} examples`);
});

Deno.test("K1: the document has every function of supabase/functions and every path of content and sync", async () => {
  const documented = new Set(operations.map(({ path }) => path));
  const folder = join(PROJECT_FOLDER, "supabase/functions");
  const functions: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (!isDirectory || name.startsWith("_")) continue;
    const handler = await Deno.readTextFile(join(folder, name, "handler.ts"));
    const paths = [
      ...Array.from(handler.matchAll(/\["(\/\w+)", \w+\]|path === "(\/\w+)"/g), ([, a, b]) => a ?? b ?? ""),
      ...name === "content" ? [] : [""],
    ];
    for (const path of paths) assert.ok(documented.has(`/functions/v1/${name}${path}`), `${name}${path}`);
    functions.push(name);
  }
  const [{ schema }] = JSON.parse(text).paths["/functions/v1/{function}/version"].get.parameters;
  assert.deepEqual(schema.enum, functions.sort());
});

Deno.test("K1: an RPC answers nothing with 204, needs a token, and has the headers of PostgREST alone", () => {
  const document = JSON.parse(text);
  for (const { path, tag } of operations) {
    if (tag !== "RPC") continue;
    const { responses } = document.paths[path].post;
    assert.notEqual(responses["200"]?.content["application/json"].schema.type, "null", path);
    assert.ok(responses["401"]["x-error-codes"].includes("unauthenticated"), path);
    assert.ok(!JSON.stringify(responses).includes("X-Request-Id"), path);
  }
  assert.deepEqual(Object.keys(document.paths["/rest/v1/rpc/retry_webhook"].post.responses)[0], "204");
});

/** The codes that a description names after "Errors:". */
const named = ({ description }: Operation) =>
  errorCodes.filter((code) => new RegExp(`\\bErrors: [^.]*\\b${code}\\b`).test(description));

Deno.test("K1: an operation lists every error that its description names", () => {
  let checked = 0;
  for (const operation of operations) {
    for (const code of named(operation)) {
      assert.ok(operation.codes.includes(code), `${operation.id} lists ${code}`);
      checked++;
    }
  }
  assert.ok(checked > 20, `${checked} codes`);
});

Deno.test("K1: the errors of a function are those that it and the functions below it raise", () => {
  const functions = functionsOf([
    `create function public.outer(a text, b integer default f(1, 2)) returns json language plpgsql stable as $$
      begin -- private.never()
        perform private.inner(a);
        return 'private.never() and ''busy''';
      end $$;
    create function private.inner(a text, out b text) language sql as $$ select private.raise_error('not_found') $$;
    create function private.never() returns void language sql as $$ select private.raise_error('erased') $$;
    comment on function public.outer(text, integer) is 'It''s the outer one. '
      'Really.';`,
  ]);
  assert.deepEqual([...codesBelow(functions, "public.outer")], ["not_found"]);
  const [outer] = functions.get("public.outer") ?? [];
  assert.equal(outer?.description, "It's the outer one. Really.");
  assert.deepEqual(outer?.parameters, [
    { name: "a", type: "text", hasDefault: false },
    { name: "b", type: "integer", hasDefault: true },
  ]);
});

Deno.test("K1: the document has the public functions of the database, with their parameters and columns", async () => {
  await using cluster = await throwAwayCluster({ migrated: true });
  const sql = postgres(cluster.url("postgres"), { max: 1 });
  try {
    const rows = await sql<
      { name: string; parameters: string[]; defaults: number; columns: string[]; types: string[] }[]
    >`
      select p.proname as name, coalesce(p.proargnames[:p.pronargs], '{}') as parameters, p.pronargdefaults as defaults,
        coalesce(p.proargnames[p.pronargs + 1:], '{}') as columns,
        array(select format_type(t, null) from unnest(p.proargtypes) t) as types
      from pg_proc p
      where p.pronamespace = 'public'::regnamespace and has_function_privilege('authenticated', p.oid, 'execute')
        and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e') and p.proname not like 'pgtap%'
      order by p.proname`;
    const functions = await readSqlFunctions();
    assert.deepEqual(
      operations.filter(({ tag }) => tag === "RPC").map(({ summary }) => summary),
      rows.map(({ name }) => name),
    );
    for (const { name, parameters, defaults, columns, types } of rows) {
      const [read] = functions.get(`public.${name}`) ?? assert.fail(name);
      if (!read) assert.fail(name);
      const given = read.parameters.filter(({ type }) => type !== "");
      if (given.length > 0) assert.deepEqual(given.map((one) => one.name), parameters, name);
      assert.equal(read.parameters.filter(({ hasDefault }) => hasDefault).length, defaults, name);
      for (const [place, { type }] of given.entries()) {
        assert.deepEqual(schemaOfType(type), schemaOfType(types[place] ?? ""), `${name}: ${type}`);
      }
      if (typeof read.returns !== "string") {
        assert.deepEqual(read.returns.map((one) => one.name), columns, name);
      }
      assert.ok(read.description.length > 20, `${name} has a comment`);
    }
  } finally {
    await sql.end();
  }
});
