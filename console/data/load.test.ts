// Reading all pages.
import assert from "node:assert/strict";
import { readAll } from "./load.ts";

Deno.test("O7: all pages are read from the last row's cursor on, until a page is empty", async () => {
  const asked: (string | undefined)[] = [];
  const pages = [[{ cursor: "a" }, { cursor: "b" }], [{ cursor: "c" }], []];
  const rows = await readAll((after) => {
    asked.push(after);
    return Promise.resolve(pages[asked.length - 1] ?? []);
  });
  assert.deepEqual(rows.map(({ cursor }) => cursor), ["a", "b", "c"]);
  assert.deepEqual(asked, [undefined, "b", "c"]);
});
