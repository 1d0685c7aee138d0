// The pure parts of pages: differences, order of rows, lines of charts.
import assert from "node:assert/strict";
import fc from "fast-check";
import { settings } from "../../supabase/tests/properties/settings.ts";
import { linePaths } from "./chart.tsx";
import { sortRows } from "./sort.ts";
import { diffWords } from "./word_diff.ts";

const joined = (before: string, after: string, left: "gone" | "new") =>
  diffWords(before, after).filter(({ kind }) => kind !== left).map(({ text }) => text).join("");

Deno.test("O7: a difference of words holds both texts whole, whatever they are", () => {
  const words = fc.array(fc.constantFrom("the ", "tide ", "turns", ", ", "é", "\n", "Moon")).map((list) =>
    list.join("")
  );
  fc.assert(
    fc.property(words, words, (before, after) => {
      assert.equal(joined(before, after, "new"), before);
      assert.equal(joined(before, after, "gone"), after);
    }),
    settings(100),
  );
});

Deno.test("O7: words that stay are not marked", () => {
  assert.deepEqual(diffWords("The spring tide.", "The neap tide."), [
    { kind: "same", text: "The " },
    { kind: "gone", text: "spring" },
    { kind: "new", text: "neap" },
    { kind: "same", text: " tide." },
  ]);
});

Deno.test("O7: texts too long to compare are shown as replaced", () => {
  const long = "word ".repeat(1000);
  assert.deepEqual(diffWords(long, `${long}.`).map(({ kind }) => kind), ["gone", "new"]);
});

Deno.test("O7: rows without a value come last in both directions, and equal rows keep their order", () => {
  const rows = [["a", 2], ["b", null], ["c", 1], ["d", 2]] as const;
  const order = (isDescending: boolean) =>
    sortRows(rows, ([, value]) => value, isDescending).map(([name]) => name).join("");
  assert.equal(order(false), "cadb");
  assert.equal(order(true), "adcb");
  assert.deepEqual(sortRows(["q10", "q9"], (one) => one, false), ["q9", "q10"]);
});

Deno.test("O7: a chart's line has a gap where a value is missing, and a dot for a value alone", () => {
  const at = (hour: number) => `2026-11-30T${hour}:00:00Z`;
  const points = [{ at: at(10), value: 0 }, { at: at(11), value: 5 }, { at: at(12), value: null }, {
    at: at(13),
    value: 10,
  }];
  assert.deepEqual(linePaths(points, 10), ["M8.0 152.0L216.0 80.0", "M632.0 8.0h0"]);
});
