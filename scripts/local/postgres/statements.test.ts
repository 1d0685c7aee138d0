import assert from "node:assert/strict";
import { firstWordStart, splitStatements } from "./statements.ts";

const texts = (file: string) => splitStatements(file).map(({ text }) => text);

Deno.test("semicolons separate statements only outside of quotes, comments, parentheses and function bodies", () => {
  const statements = [
    `-- a; comment\nselect 1`,
    `/* a; /* nested; */ comment */ select ';', "a;b", 'it''s;'`,
    `create function f() returns text language sql as $body$ select 'a;$$b'; $body$`,
    `do $$ begin perform 1; end $$`,
    `create function g() returns int language sql BEGIN\n ATOMIC select 1; select 2; END`,
    `create rule r as on insert to t do also (delete from a; delete from b)`,
    `select 2 - 1 / 1, $1 as "atomic"`,
    `-- the; end`,
  ];
  assert.deepEqual(texts(statements.join(";\n\n")), statements);
});

Deno.test("white space, byte order marks and empty statements are dropped", () => {
  assert.deepEqual(texts("\uFEFF ;; select 1 ;\r\n ; select 2\r\n"), ["select 1", "select 2"]);
  assert.deepEqual(texts(""), []);
  assert.deepEqual(texts(" \n;"), []);
});

Deno.test("unfinished quotes and comments reach to the end", () => {
  for (
    const file of ["select 'a; b", "select $x$ a; $y$", "/* a; select 1", "select (1; select 2", "-- a; b"]
  ) {
    assert.deepEqual(texts(file), [file]);
  }
});

Deno.test("each statement has its position", () => {
  const file = "\uFEFF\n select 1;\n\n  -- two\n select 2 ;";
  for (const { text, start } of splitStatements(file)) {
    assert.equal(file.slice(start, start + text.length), text);
  }
  assert.equal(splitStatements(file).length, 2);
});

Deno.test("the first word is read after comments", () => {
  const wordOf = (statement: string) => statement.slice(firstWordStart(statement));
  assert.equal(wordOf("-- a\n/* b /* c */ */ begin"), "begin");
  assert.equal(wordOf("select 1"), "select 1");
  assert.equal(wordOf("-- only a comment"), "");
});
