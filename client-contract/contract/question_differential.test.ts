// The contract grades every answer as SQL does.
import fc from "fast-check";
import assert from "node:assert/strict";
import postgres from "postgres";
import { throwAwayCluster } from "../../scripts/start/project.ts";
import { rightAnswer, wrongAnswer } from "../../scripts/testkit/device/answers.ts";
import { runSeed, settings } from "../../supabase/tests/properties/settings.ts";
import { type Gradable, gradeAnswer } from "./grading.ts";
import { normalText } from "./normalise.ts";
import { answerKeys, QuestionRow, type QuestionType } from "./question.ts";

const ROW = {
  kind: "question",
  version: 1,
  id: "00000000-0000-4000-8000-000000000000",
  skill_id: "00000000-0000-4000-8000-000000000000",
  domain_id: "00000000-0000-4000-8000-000000000000",
  key: "k",
  prompt: "?",
  position: 0,
};

const index = fc.nat(4);
const decimal = fc.oneof(
  fc.constantFrom(
    "0",
    "-0",
    "+0",
    "0.0",
    "1",
    "01",
    "1.0",
    "1.10",
    "-1",
    "+1",
    "9.81",
    "9.80",
    "9.82",
    "0.1",
    "0.3",
  ),
  fc.constantFrom(
    "1".repeat(30),
    `${"9".repeat(30)}.${"9".repeat(30)}`,
    `0.${"0".repeat(29)}1`,
    `-${"9".repeat(30)}`,
  ),
  fc.stringMatching(/^[+-]?[0-9]{1,3}(\.[0-9]{1,2})?$/),
);
/** What people and programs also call numbers. */
const nasty = fc.constantFrom(
  ...[
    "1e3",
    "1E3",
    "1,5",
    "1 000",
    " 1",
    "1 ",
    "1\n",
    ".5",
    "5.",
    "",
    "-",
    "+-1",
    "--1",
    "0x10",
    "NaN",
    "Infinity",
  ],
  ...[
    "-Infinity",
    "1_000",
    "\u0661",
    "\uff11",
    "\u22121",
    "1.2.3",
    "1".repeat(31),
    `0.${"1".repeat(31)}`,
    "1e99999",
  ],
);
const word = fc.constantFrom(
  ...[
    "Mitochondrion",
    "mitochondrion",
    "STRASSE",
    "straße",
    "ΣΊΣΥΦΟΣ",
    "σίσυφος",
    "σίσυφοσ",
    "İstanbul",
    "istanbul",
  ],
  ...[
    "é",
    "e\u0301",
    "É",
    "ﬁ",
    "fi",
    "Å",
    "Å",
    "Ǆ",
    "ǅ",
    "ǆ",
    "한",
    "\u1112\u1161\u11ab",
    "ı",
    "I",
    "q\u0323\u0307",
  ],
);
const white = fc.constantFrom(
  " ",
  "  ",
  "\t",
  "\n",
  "\u00a0",
  "\u2003",
  "\u3000",
  "\ufeff",
  "\u200b",
  "\u180e",
  "\u0085",
  "\u001c",
  "",
);
const phrase = fc.array(fc.oneof(word, white, fc.string({ unit: "grapheme", maxLength: 3 })), {
  minLength: 1,
  maxLength: 5,
})
  .map((parts) => parts.join("").replaceAll("\0", ""));

const keys: Record<QuestionType, fc.Arbitrary<unknown>> = {
  single_choice: fc.record({ choice: index }),
  multiple_choice: fc.record({ choices: fc.uniqueArray(index, { minLength: 1 }) }),
  true_false: fc.record({ value: fc.boolean() }),
  numeric: fc.record({ value: decimal, tolerance: decimal.map((d) => d.replace("-", "")) }, {
    requiredKeys: ["value"],
  }),
  short_text: fc.record({
    accepted: fc.array(phrase.filter((text) => normalText(text) !== ""), { minLength: 1, maxLength: 4 }),
  }),
};

const TYPES = QuestionRow.options.map(({ shape }) => shape.type.value);

/** Answers in the right form and in every other one. */
const answer: fc.Arbitrary<Record<string, unknown>> = fc.oneof(
  fc.record({ choice: fc.oneof(index, fc.constantFrom(0.5, -1, 99, 1e21, "1", null, true, [1])) }),
  fc.record({
    choices: fc.oneof(
      fc.array(index, { maxLength: 5 }),
      fc.constantFrom(null, 1, "1", [[1]], ["1"], [1, null], [0.5], {}),
    ),
  }),
  fc.record({
    value: fc.oneof(fc.boolean(), decimal, nasty, fc.constantFrom(null, 1, 9.81, "true", {}, [])),
  }),
  fc.record({ value: fc.constantFrom(true, null), choice: index }),
  fc.record({ text: fc.oneof(phrase, nasty, fc.constantFrom(null, 1, [], {})) }),
  fc.constant({}),
);

interface Trial {
  type: QuestionType;
  key: unknown;
  answer: Record<string, unknown>;
}

/** A whole number of 10^-places as a decimal string. */
function decimalOf(whole: bigint, places: number): string {
  const digits = String(whole < 0n ? -whole : whole).padStart(places + 1, "0");
  const point = digits.length - places;
  return (whole < 0n ? "-" : "") + digits.slice(0, point) + (places > 0 ? `.${digits.slice(point)}` : "");
}

/** Numbers as far off as the tolerance has it, and the last digit more or less. */
const atTolerance = fc.record({
  value: fc.bigInt(-(10n ** 29n), 10n ** 29n),
  tolerance: fc.bigInt(0n, 10n ** 29n),
  places: fc.constantFrom(0, 2, 30),
  side: fc.constantFrom(-1n, 1n),
  more: fc.constantFrom(-1n, 0n, 1n),
}).map(({ value, tolerance, places, side, more }) => ({
  type: "numeric" as const,
  key: { value: decimalOf(value, places), tolerance: decimalOf(tolerance, places) },
  answer: { value: decimalOf(value + side * (tolerance + more), places) },
}));

const anyTrial = fc.constantFrom(...TYPES).chain((type) =>
  fc.record({ type: fc.constant(type), key: keys[type], answer })
).chain((trial) =>
  // Half of the answers are right, seen through another keyboard or another order.
  fc.boolean().map((likely) => {
    const short = answerKeys.short_text.safeParse(trial.key);
    const multiple = answerKeys.multiple_choice.safeParse(trial.key);
    if (likely && multiple.success) {
      return { ...trial, answer: { choices: multiple.data.choices.toReversed() } };
    }
    if (!likely || !short.success) {
      return trial;
    }
    const [text = ""] = short.data.accepted;
    return { ...trial, answer: { text: ` ${text.normalize("NFD").toUpperCase()}\t` } };
  })
);
const trial: fc.Arbitrary<Trial> = fc.oneof({ weight: 9, arbitrary: anyTrial }, {
  weight: 1,
  arbitrary: atTolerance,
});

/** The question around a key. */
const gradable = (type: QuestionType, answer: unknown): Gradable =>
  QuestionRow.parse({ ...ROW, type, choices: ["a", "b"], answer });

/** A right answer and a wrong one to some questions of each type. */
const bothVerdicts = TYPES.flatMap((type) =>
  fc.sample(keys[type], { seed: runSeed(), numRuns: 10 }).flatMap((key): Trial[] =>
    [rightAnswer, wrongAnswer].map((give) => ({ type, key, answer: { ...give(gradable(type, key)) } }))
  )
);

Deno.test("I6: the contract and SQL grade every answer alike", async () => {
  await using cluster = await throwAwayCluster({ migrated: true });
  const sql = postgres(cluster.url("postgres"), { max: 1 });
  const counts = new Map<string, number>();
  try {
    await fc.assert(
      fc.asyncProperty(fc.array(trial, { minLength: 1, maxLength: 500, size: "max" }), async (trials) => {
        const rows = await sql<{ graded: boolean; known: boolean }[]>`
          select private.grade(t ->> 'type', t -> 'key', t -> 'answer') as graded, unicode_assigned(t::text) as known
          from jsonb_array_elements(${
          JSON.stringify(trials)
        }::text::jsonb) with ordinality e (t, place) order by place`;
        for (const [i, { type, key, answer }] of trials.entries()) {
          if (!rows[i]?.known) continue;
          const graded = gradeAnswer(gradable(type, key), answer);
          assert.equal(graded, rows[i].graded, JSON.stringify(trials[i]));
          counts.set(`${type} ${graded}`, (counts.get(`${type} ${graded}`) ?? 0) + 1);
        }
      }),
      { ...settings(20), examples: [[bothVerdicts]] },
    );
  } finally {
    await sql.end();
  }
  for (const type of TYPES) {
    for (const verdict of [true, false]) {
      assert.ok((counts.get(`${type} ${verdict}`) ?? 0) > 0, `no ${type} was ${verdict}`);
    }
  }
});
