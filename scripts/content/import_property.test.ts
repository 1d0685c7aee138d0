// Any list of lines, then any other with --withdraw-missing: the second one is what is there.
import assert from "node:assert/strict";
import fc from "fast-check";
import { settings } from "../../supabase/tests/properties/settings.ts";
import { importBench, question } from "./import_bench.ts";
import type { Line } from "./line.ts";
import { sameChoice } from "./text.ts";

const bench = await importBench();
Deno.test.afterAll(() => bench[Symbol.asyncDispose]());

// Few keys, so that lists overlap; each list puts its skills into domains of its own choice.
const SKILLS = ["algebra", "biology", "chess", "dance"];
const text = fc.string({ unit: "grapheme", minLength: 1, maxLength: 30 }).map((s) =>
  `${s.replaceAll("\0", "")}?`
);
const list: fc.Arbitrary<Line[]> = fc.record({
  domains: fc.array(fc.constantFrom("one", "two", "three"), {
    minLength: SKILLS.length,
    maxLength: SKILLS.length,
  }),
  rows: fc.uniqueArray(
    fc.record({
      number: fc.integer({ min: 1, max: 12 }),
      skill: fc.nat(SKILLS.length - 1),
      prompt: text,
      choices: fc.array(text, { minLength: 2, maxLength: 5 }).filter((list) => !sameChoice(list)),
      answer: fc.nat(1),
      explanation: fc.option(text),
      difficulty: fc.option(fc.integer({ min: 1, max: 5 })),
      tags: fc.array(text, { maxLength: 3 }),
    }),
    { selector: ({ number }) => number, minLength: 1, maxLength: 12 },
  ),
}).map(({ domains, rows }) =>
  rows.map(({ number, skill, prompt, choices, answer, explanation, difficulty, tags }) =>
    question(`q/${number}`, {
      domain: domains[skill] ?? "one",
      skill: SKILLS[skill] ?? "algebra",
      question: prompt,
      choices,
      answer,
      explanation,
      difficulty,
      tags,
    })
  )
);

/** The active curriculum in the form of lines, in its order. */
async function activeLines(): Promise<unknown[]> {
  const rows = await bench.sql`
    select q.key, d.key as domain, s.key as skill, q.prompt as question, to_json(q.choices) as choices,
      (q.answer ->> 'choice')::integer as answer, q.explanation, q.difficulty, to_json(q.tags) as tags
    from content.question q join content.skill s on s.id = q.skill_id join content.domain d on d.id = s.domain_id
    where q.status = 'active' and s.status = 'active' and d.status = 'active'
    order by d.position, s.position, q.position`;
  return rows.map((row) => ({ ...row }));
}

/** Lines grouped as positions group them: siblings in order of first appearance. */
function inOrder(lines: Line[]): Line[] {
  const first = <T>(of: (line: Line) => T) =>
    new Map(lines.toReversed().map((line) => [of(line), lines.indexOf(line)]));
  const domains = first(({ domain }) => domain);
  const skills = first(({ skill }) => skill);
  const rank = (
    line: Line,
  ) => [domains.get(line.domain) ?? 0, skills.get(line.skill) ?? 0, lines.indexOf(line)];
  return lines.toSorted((a, b) => {
    const [x, y] = [rank(a), rank(b)];
    const differing = x.findIndex((value, i) => value !== y[i]);
    return differing < 0 ? 0 : (x[differing] ?? 0) - (y[differing] ?? 0);
  });
}

Deno.test("an import with --withdraw-missing leaves exactly its own list in its order", async () => {
  await fc.assert(
    fc.asyncProperty(list, list, async (before, after) => {
      await bench.import(before);
      await bench.import(after, { withdrawMissing: true });
      assert.deepEqual(await activeLines(), inOrder(after));
      const [{ empty } = { empty: -1 }] = await bench.sql<{ empty: number }[]>`
        select count(*)::integer as empty from content.skill s
        where s.status = 'active' and not exists (
          select from content.question q where q.skill_id = s.id and q.status = 'active')`;
      assert.equal(empty, 0, "no active skill without an active question");
      const again = await bench.import(after, { withdrawMissing: true });
      assert.equal(again.question.unchanged, after.length, "a second time changes nothing");
    }),
    settings(30),
  );
});
