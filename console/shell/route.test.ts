// Deep links.
import assert from "node:assert/strict";
import fc from "fast-check";
import { settings } from "../../supabase/tests/properties/settings.ts";
import { linkTo, matchPath, parseRoute } from "./route.ts";

Deno.test("O7: a link leads to the page, parts and query that it was made from", () => {
  const text = fc.string({ unit: "grapheme", minLength: 1 });
  fc.assert(
    fc.property(text, text, (part, value) => {
      const { path, query } = parseRoute(linkTo(["cohorts", part], { after: value, none: undefined }));
      assert.deepEqual(matchPath("/cohorts/:cohort", path), { cohort: part });
      assert.deepEqual([...query], [["after", value]]);
    }),
    settings(100),
  );
});

Deno.test("O7: a path of another page, with an empty part or with a broken escape matches nothing", () => {
  for (const path of ["/cohorts", "/cohorts/", "/cohorts/a/b", "/content/a", "/cohorts/%E0%A4%A"]) {
    assert.equal(matchPath("/cohorts/:cohort", path), null, path);
  }
});

Deno.test("O7: an address without a place is the first page", () => {
  for (const hash of ["", "#", "#main", "#?after=x"]) assert.equal(parseRoute(hash).path, "/", hash);
});
