// The short cut for common lines gives the verdict of the rules, whatever a line holds.
import assert from "node:assert/strict";
import fc from "fast-check";
import { settings } from "../../supabase/tests/properties/settings.ts";
import { LIMITS } from "./limits.ts";
import { checkLine, parseLine } from "./line.ts";
import { isPlainLine } from "./plain_line.ts";

const parameters = settings(2_000);

const GOOD = {
  key: "anatomy/001",
  domain: "health",
  skill: "anatomy",
  question: "Which bone is the longest?",
  choices: ["Femur", "Tibia"],
  answer: 0,
};

// Near the limits, blank, with what PostgreSQL can't hold, and in the wrong form.
const text = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 5 }),
  fc.constantFrom("", " ", "\u00a0", "\u200b", "a\0b", "a\ud800", "é", "数学", "Pure maths", "-a", "a/b"),
  fc.constantFrom(LIMITS.name, LIMITS.title, LIMITS.choice, LIMITS.question).chain((length) =>
    fc.constantFrom(length - 1, length, length + 1).map((count) => "x".repeat(count))
  ),
  fc.constantFrom("🦴".repeat(LIMITS.title), "🦴".repeat(LIMITS.name + 1)),
);
const value = fc.oneof(
  text,
  fc.array(text, { maxLength: 4 }),
  fc.constantFrom(1, 2, LIMITS.maxChoices, LIMITS.maxChoices + 1).map((count) => Array(count).fill("x")),
  fc.constantFrom(0, 1, 2, -0, -1, 0.5, 1e300, 2 ** 53, true, null),
  fc.constantFrom("single_choice", "true_false", "short_text"),
  fc.jsonValue(),
);
const field = fc.constantFrom(
  ...Object.keys(GOOD),
  ...[
    "type",
    "domain_title",
    "skill_title",
    "explanation",
    "difficulty",
    "tags",
    "media",
    "tolerance",
    "note",
    "toString",
    "__proto__",
  ],
);
const line = fc.oneof(
  {
    weight: 9,
    arbitrary: fc.record({
      change: fc.array(fc.tuple(field, value), { maxLength: 3 }),
      without: fc.option(field, { freq: 4 }),
    }).map(({ change, without }) => {
      const entries = [...Object.entries<unknown>(GOOD), ...change].filter(([name]) => name !== without);
      // By way of text: that is how a field named __proto__ comes to be.
      return `{${
        [...new Map(entries)].map(([name, held]) => `${JSON.stringify(name)}:${JSON.stringify(held)}`).join(
          ",",
        )
      }}`;
    }),
  },
  { weight: 1, arbitrary: fc.json() },
);

Deno.test("C5: the fast path reads every line that it accepts like the rules", () => {
  let taken = 0;
  fc.assert(
    fc.property(line, (source) => {
      const raw: unknown = JSON.parse(source);
      const verdict = checkLine(raw);
      if (isPlainLine(raw)) {
        taken++;
        assert.deepEqual(verdict, { line: raw, unknownFields: [] });
      }
      assert.deepEqual(parseLine(source), verdict);
    }),
    parameters,
  );
  assert.ok(taken > parameters.numRuns / 20, `${taken} of ${parameters.numRuns} lines were plain`);
});

Deno.test("an ordinary line takes the fast path", () => {
  assert.ok(isPlainLine(GOOD));
  assert.ok(
    isPlainLine({ ...GOOD, type: "single_choice", explanation: "From hip to knee.", skill_title: "Bones" }),
  );
});
