// supabase/seed.sql: what it holds, that it can be run again, and that an import of the same keys finds its drafts.
import assert from "node:assert/strict";
import { join } from "node:path";
import { SUPABASE_FOLDER } from "../start/project.ts";
import { splitStatements } from "../local/postgres/statements.ts";
import { counted, type ImportBench, importBench } from "./import_bench.ts";
import type { Line } from "./line.ts";

const bench = await importBench({ seeded: true });
const { sql } = bench;
Deno.test.afterAll(() => bench[Symbol.asyncDispose]());

/** Runs the seed as the CLI does: statement by statement. */
async function runSeed(): Promise<void> {
  const text = await Deno.readTextFile(join(SUPABASE_FOLDER, "seed.sql"));
  for (const statement of splitStatements(text)) await sql.unsafe(statement.text);
}

/** The seed has single choices alone. */
type SeedLine = Line & { choices: string[]; answer: number };

async function seededLines({ sql }: ImportBench): Promise<SeedLine[]> {
  return await sql<SeedLine[]>`
    select q.key, d.key as domain, d.title as domain_title, s.key as skill, s.title as skill_title, q.prompt as question,
      to_json(q.choices) as choices, (q.answer ->> 'choice')::integer as answer, q.explanation, q.difficulty,
      to_json(q.tags) as tags
    from content.question q join content.skill s on s.id = q.skill_id join content.domain d on d.id = s.domain_id
    order by d.position, s.position, q.position`;
}

async function everything(): Promise<unknown> {
  return (await sql`
    select
      (select json_agg(d order by d.id) from content.domain d) as domains,
      (select json_agg(s order by s.id) from content.skill s) as skills,
      (select json_agg(q order by q.id) from content.question q) as questions,
      (select json_agg(r order by r.version) from content.release r) as releases,
      (select count(*)::integer from ops.audit) as audit,
      (select count(*)::integer from auth.users) as users`).map((row) => ({ ...row }));
}

Deno.test("the seed has 3 domains, 9 skills and 60 questions, published as version 1", async () => {
  const releases = await sql`select version, note, domains, skills, questions from content.release`;
  assert.deepEqual(releases.map((row) => ({ ...row })), [
    { version: 1, note: "Seed curriculum", domains: 3, skills: 9, questions: 60 },
  ]);
  const [users] = await sql`select count(*)::integer as count from auth.users`;
  assert.equal(users?.["count"], 0, "content only");
});

Deno.test("every question has four different choices, an explanation, a difficulty and tags", async () => {
  const lines = await seededLines(bench);
  for (const { key, skill, choices, explanation, difficulty, tags, question } of lines) {
    assert.equal(new Set(choices).size, 4, key);
    assert.equal(choices.length, 4, key);
    assert(explanation && explanation.length > 40, key);
    assert(difficulty && tags && tags.length > 0, key);
    assert.match(question, /[?…]$/, key);
    assert.equal(key.split("/")[0], skill);
  }
  const perSkill = Object.values(Object.groupBy(lines, ({ skill }) => skill)).map((group) => group?.length);
  assert.deepEqual(perSkill, [7, 7, 6, 7, 7, 6, 7, 7, 6]);
  const perAnswer = [0, 1, 2, 3].map((n) => lines.filter(({ answer }) => answer === n).length);
  assert.deepEqual(perAnswer, [15, 15, 15, 15], "no place is the right one more often");
});

Deno.test("the length of a choice does not reveal the right answer", async () => {
  const lines = await seededLines(bench);
  const longest = lines.filter(({ choices, answer }) =>
    choices.every((choice, i) => i === answer || choice.length < (choices[answer]?.length ?? 0))
  );
  assert(longest.length <= lines.length / 4, `${longest.length} of ${lines.length}`);
});

Deno.test("running the seed again changes nothing", async () => {
  const before = await everything();
  await runSeed();
  assert.deepEqual(await everything(), before);
});

Deno.test("an import of the lines of the seed changes nothing, and gives the same ids in an empty database", async () => {
  const lines = await seededLines(bench);
  const result = await bench.import(lines, { withdrawMissing: true });
  assert.deepEqual(counted(result, "question"), [0, 0, 60, 0]);
  assert.deepEqual(counted(result, "skill"), [0, 0, 9, 0]);
  assert.deepEqual(counted(result, "domain"), [0, 0, 3, 0]);

  await using empty = await importBench();
  assert.deepEqual(counted(await empty.import(lines), "question"), [60, 0, 0, 0]);
  const ids = ({ sql }: ImportBench) =>
    sql`select id from content.domain union select id from content.skill union select id from content.question order by id`
      .then((rows) => rows.map(({ id }) => id));
  assert.deepEqual(await ids(empty), await ids(bench));
});

Deno.test("the seed keeps other drafts and then publishes nothing", async () => {
  await using other = await importBench();
  await other.sql`insert into content.domain (key, title) values ('the_sea', 'Our sea')`;
  const text = await Deno.readTextFile(join(SUPABASE_FOLDER, "seed.sql"));
  for (const statement of splitStatements(text)) await other.sql.unsafe(statement.text);
  const [row] = await other.sql`
    select d.title, (select count(*)::integer from content.question) as questions,
      (select max(version) from content.release) as version
    from content.domain d where d.key = 'the_sea'`;
  assert.deepEqual({ ...row }, { title: "Our sea", questions: 60, version: 1 });
});
