import assert from "node:assert/strict";
import { sqlCode, sqlPieces, statementLines } from "./sql_text.ts";

const TRICKY = `begin; -- one; 'two'
select 'a;b''c', "d;e", E'f\\';g' /* h; */;

do $x$ begin
  perform $y$ ; $y$; -- i
end $x$;
`;

Deno.test("the pieces of a text joined give the text again", () => {
  assert.equal(sqlPieces(TRICKY).map(({ text }) => text).join(""), TRICKY);
});

Deno.test("statements are split outside of quotes, bodies and comments", () => {
  assert.deepEqual(statementLines(TRICKY), [1, 2, 4]);
  assert.deepEqual(statementLines(";;\n-- nothing\n;"), []);
  assert.deepEqual(statementLines("'a'\n;\n$$b$$"), [1, 3]);
});

Deno.test("blanking comments and quotes keeps the position of the code", () => {
  const code = sqlCode("select 'A', 1; -- B\n$f$ return 'C'; -- D\n$f$");
  assert.equal(code, "select    , 1;     \n    return    ;     \n   ");
});
