// The contract and SQL normalise every text alike, in each rule.
import fc from "fast-check";
import assert from "node:assert/strict";
import postgres from "postgres";
import { throwAwayCluster } from "../../scripts/start/project.ts";
import { settings } from "../../supabase/tests/properties/settings.ts";
import { FOLDS, INVISIBLE, type Normalisation, normalText, shownText } from "./normalise.ts";

const RULES: readonly Normalisation[] = [1, 2];
/** Between characters: joins nothing, and no rule changes it. */
const MARK = "||";

const cluster = await throwAwayCluster({ migrated: true });
const sql = postgres(cluster.url("postgres"), { max: 1 });
Deno.test.afterAll(async () => {
  await sql.end();
  await cluster[Symbol.asyncDispose]();
});

/** All planes that have characters, and some code points of those that have none: a device may know a newer Unicode than the server. */
const POINTS = Array.from({ length: 0x110000 }, (_, point) => point)
  .filter((point) => point > 0 && (point < 0xd800 || point > 0xdfff))
  .filter((point) => point < 0x40000 || point >> 16 === 14 || point % 97 === 0);

/** In a word, before an accent. */
const framed = (character: string) => `a${character}\u0301\u03a3`;

Deno.test("I6: the contract and SQL normalise every code point alike, in each rule, assigned or not", async () => {
  // Thousands in one text, since a call costs more than they do.
  for (let from = 0; from < POINTS.length; from += 4096) {
    const characters = POINTS.slice(from, from + 4096).map((point) => String.fromCodePoint(point));
    const decomposed = characters.map((character) => character.normalize("NFKD"))
      .filter((text, n) => text !== characters[n]);
    const texts = [characters, decomposed].map((list) => list.map(framed).join(MARK));
    const rows = await sql<{ text: string; one: string; two: string; shown: string }[]>`
      select t.text, private.normal_text(t.text, 1) as one, private.normal_text(t.text, 2) as two,
        private.spaced_text(normalize(t.text, nfc)) as shown
      from unnest(${texts}::text[]) t (text)`;
    for (const { text, one, two, shown } of rows) {
      const verdicts = [[normalText(text, 1), one], [normalText(text, 2), two], [
        shownText(text),
        shown,
      ]] as const;
      for (const [mine, theirs] of verdicts) {
        if (mine === theirs) continue;
        const others = theirs.split(MARK);
        const at = mine.split(MARK).findIndex((part, n) => part !== others[n]);
        assert.equal(mine.split(MARK)[at], others[at], `${text.split(MARK)[at]} of the text`);
        assert.fail("the texts differ at a mark");
      }
    }
  }
});

/** What people type and paste: few characters, so that they meet. */
const piece = fc.oneof(
  fc.constantFrom(...FOLDS.keys()),
  // Tags, behind a flag or not.
  fc.constantFrom("\u{1f3f4}", "\u{e0067}", "\u{e0062}", "\u{e007f}"),
  fc.constantFrom(...INVISIBLE.map(([from]) => String.fromCodePoint(from))),
  fc.constantFrom(
    ..." \t\n\u00a0\u3000\ufeff.-'\"aAeEoO\u0301\u0308\u0315\u3099\u1100\u1161\u11a8\u03a3\u03c3\u0130\u{105d2}\u0307\u{11382}\u{113c9}",
  ),
  fc.string({ unit: "grapheme", minLength: 1, maxLength: 2 }).map((text) => text.replaceAll("\0", "")),
);
const text = fc.array(piece, { maxLength: 8 }).map((parts) => parts.join(""));

Deno.test("I6: the contract and SQL normalise texts alike, in each rule", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(text, { minLength: 1, maxLength: 300, size: "max" }), async (texts) => {
      for (const rule of RULES) {
        const rows = await sql<{ normal: string }[]>`
          select private.normal_text(t.text, ${rule}::integer) as normal
          from unnest(${texts}::text[]) with ordinality t (text, place) order by place`;
        assert.deepEqual(rows.map(({ normal }) => normal), texts.map((text) => normalText(text, rule)));
      }
    }),
    settings(20),
  );
});

Deno.test("I6: normalising twice is normalising once, and rule 2 calls equal what rule 1 calls equal", () => {
  fc.assert(
    fc.property(text, (text) => {
      const normal = normalText(text, 2);
      assert.equal(normalText(normal, 2), normal);
      assert.equal(normalText(normalText(text, 1), 2), normalText(text, 2));
    }),
    settings(5000),
  );
});

Deno.test("I6: rule 2 folds what keyboards change, and nothing that differs in meaning", () => {
  const equal = [
    ["don\u2019t", "don't"],
    ["\u201cyes\u201d", '"yes"'],
    ["\u00abyes\u00bb", '"yes"'],
    ["1914\u20131918", "1914-1918"],
    ["\u22125", "-5"],
    ["wait\u2026", "wait..."],
    ["\uff28\uff12\uff2f", "h2o"],
    ["\uff76\uff9e", "\u30ac"],
    ["o\ufb03ce", "office"],
    ["\u039f\u0394\u039f\u03a3", "\u03bf\u03b4\u03bf\u03c2"],
    ["co\u00adop", "coop"],
    ["a\u200bb", "ab"],
    ["\u202eabc\u202c", "abc"],
    ["a\u00a0\u2009b", "a b"],
    ["5 \u00b5m", "5 \u03bcm"],
    ["\u2764\ufe0f", "\u2764"],
  ] as const;
  for (const [given, accepted] of equal) assert.equal(normalText(given), normalText(accepted), accepted);
  const different = [
    ["x\u00b2", "x2"],
    ["\u00bd", "1/2"],
    ["caf\u00e9", "cafe"],
    ["stra\u00dfe", "strasse"],
    ["a,b", "ab"],
    ["`x`", "'x'"],
    ["\u00e6", "ae"],
    [
      "\u{1f3f4}\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
      "\u{1f3f4}\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}",
    ],
  ] as const;
  for (const [given, other] of different) assert.notEqual(normalText(given), normalText(other), other);
});
