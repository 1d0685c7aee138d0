import assert from "node:assert/strict";
import { linesOf } from "./line.ts";

async function* parts(...texts: string[]) {
  yield* texts;
}

Deno.test("O1: a line of an export ends at a line feed alone, also where a record's text has other line separators", async () => {
  const lines = await Array.fromAsync(linesOf(parts('"a\u2028', 'b\u2029\u0085c"\n"d', '"\n', "\n", '"e"')));
  assert.deepEqual(lines, ['"a\u2028b\u2029\u0085c"', '"d"', "", '"e"']);
});
