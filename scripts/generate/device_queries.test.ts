// The named queries: SQLite takes each of them, and the reference device writes no SQL of its own where they exist.
import assert from "node:assert/strict";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import ts from "typescript";
import { PROJECT_FOLDER } from "./artifact.ts";
import { positional, readQueries } from "./device_queries.ts";

const DRIFT = join(PROJECT_FOLDER, "client-contract/drift");
const DEVICE = join(PROJECT_FOLDER, "client-contract/device");
const queries = readQueries(await Deno.readTextFile(join(DRIFT, "queries.drift")));

Deno.test("K1, K3: SQLite prepares every named query against the device's schema", async () => {
  using db = new DatabaseSync(":memory:");
  db.exec(await Deno.readTextFile(join(DRIFT, "carrel.drift")));
  for (const query of queries) {
    assert.doesNotThrow(() => db.prepare(query.sql), query.name);
    assert.doesNotThrow(() => db.prepare(positional(query)), query.name);
  }
  assert.equal(new Set(queries.map(({ name }) => name)).size, queries.length, "names are unique");
});

Deno.test("K1: no named query has the name that Drift gives to a table, an index or a trigger", async () => {
  const schema = await Deno.readTextFile(join(DRIFT, "carrel.drift"));
  const made = Array.from(
    schema.matchAll(/^create (?:unique )?(?:table|index|trigger|view) (\w+)/gm),
    ([, name = ""]) => name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase()),
  );
  assert.ok(made.includes("syncState") && made.length > 20, made.join());
  assert.deepEqual(queries.filter(({ name }) => made.includes(name)).map(({ name }) => name), []);
});

Deno.test("K1: named parameters become positional ones in the order of their declaration", () => {
  const [plain, repeated, quoted] = readQueries(`import 'carrel.drift';

-- One.
one(:a AS TEXT, :b AS INTEGER OR NULL):
  select :a,
    :b;
-- Two.
two(:a AS TEXT): select :a
  where :a = 1;
-- Three.
three(:a AS TEXT):
  select ':b', :a;
`.replace("two(:a AS TEXT): select", "two(:a AS TEXT):\n  select"));
  assert.ok(plain && repeated && quoted);
  assert.equal(positional(plain), "select ?, ?");
  assert.equal(positional(repeated), "select ?1 where ?1 = 1");
  assert.equal(positional(quoted), "select ':b', ?");
  assert.deepEqual(plain.parameters[1], { name: "b", type: "INTEGER", isNullable: true });
});

Deno.test("K1: a query without a comment, and a parameter that is not declared or not used, is refused", () => {
  assert.throws(() => readQueries("one:\n  select 1;\n"), /not a query with a comment/);
  assert.throws(() => readQueries("-- One.\none:\n  select :a;\n"), /one: :a must be declared and used/);
  assert.throws(
    () => readQueries("-- One.\none(:a AS TEXT):\n  select 1;\n"),
    /one: :a must be declared and used/,
  );
  assert.throws(() => readQueries("-- One.\none(:a):\n  select :a;\n"), /AS TEXT/);
});

/** Transactions and pragmas have no named query. */
const ALLOWED =
  /^(pragma |begin immediate$|commit$|rollback$|savepoint |release |rollback to |attach |detach |vacuum)/i;
const SQL =
  /^\s*(select|insert|update|delete|replace|with|create|drop|alter|pragma|begin|commit|rollback)\b[^]*\s/i;

/** Statements on a temporary table can't have names: Drift would not know the table. */
const WITHOUT_NAMES = ["content_rewrite.ts"];

/** Texts of a module that are SQL. */
function sqlTexts(file: string, text: string): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    const value = ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)
      ? node.text
      : ts.isTemplateExpression(node)
      ? [node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)].join(" ")
      : "";
    if (
      SQL.test(`${value} `) && !ALLOWED.test(value.trim()) &&
      /\b(from|into|set|table|trigger|index)\b/i.test(value)
    ) found.push(value);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true));
  return found;
}

Deno.test("K1, K3: the reference device has no SQL of its own", async () => {
  assert.equal(sqlTexts("a.ts", 'run("select a from b"); run("pragma x"); say("select one");').length, 1);
  const withSql: string[] = [];
  for await (const { name } of Deno.readDir(DEVICE)) {
    if (!name.endsWith(".ts") || /\.(test|gen)\.ts$/.test(name)) continue;
    if (sqlTexts(name, await Deno.readTextFile(join(DEVICE, name))).length > 0) withSql.push(name);
  }
  assert.deepEqual(withSql, WITHOUT_NAMES);
});
