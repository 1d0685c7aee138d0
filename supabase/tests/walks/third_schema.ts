// Run in a copy of the project that has the walks of docs/changing.md: what its database and its device do with schema 3 and the type
// `ordering`. The argument is the SQL that switches a database with releases to the new schema.
import assert from "node:assert/strict";
import { QuestionRow } from "../../../client-contract/contract/question.ts";
import { bytesToLines, importContent } from "../../../scripts/content/import_content.ts";
import { openLab } from "../../../scripts/testkit/device/devices.ts";
import { rightAnswer, wrongAnswer } from "../../../scripts/testkit/device/answers.ts";
import { startTestServer } from "../../../scripts/testkit/device/server.ts";
import { allQuestions } from "../../../scripts/testkit/device/study.ts";

const LINES = [
  { key: "walk/single", question: "Which?", choices: ["a", "b"], answer: 1 },
  { key: "walk/true", question: "Is it?", type: "true_false", answer: true },
  { key: "walk/number", question: "How many?", type: "numeric", answer: "1.5" },
  {
    key: "walk/order",
    question: "In which order?",
    type: "ordering",
    choices: ["a", "b", "c"],
    answer: [2, 0, 1],
  },
];

await using server = await startTestServer();
const { sql } = server;
const switchSchema = Deno.args[0] ?? "";

/** What devices of a schema get: the rows' lines and the tree's root. */
async function served(schema: number): Promise<{ lines: string[]; root: string }> {
  const [row] = await sql<{ lines: string[]; root: string }[]>`
    select public.content_delta(page_rows => 2000, schema => ${schema}::smallint) -> 'lines' as lines,
      public.content_head(${schema}::smallint) ->> 'root' as root`;
  assert.ok(row);
  return row;
}

// 1 A database of before, with the new code: schema 2 is current, and a release is out.
await sql`delete from content.schema where schema = 3`;
await sql`update content.schema set state = 'current' where schema = 2`;
const text = LINES.map((line) => JSON.stringify({ domain: "walks", skill: "walk", ...line })).join("\n");
await importContent(sql, bytesToLines(new TextEncoder().encode(text)));
await sql`update content.question set hint = 'Think.' where key = 'walk/single'`;
await sql`select public.publish_release()`;
const before = [await served(1), await served(2)];
assert.equal(before.flatMap(({ lines }) => lines).filter((line) => /"hint"|ordering/.test(line)).length, 0);

// 2 The switch: older schemas keep every byte and their root.
await sql.begin((tx) => tx.unsafe(switchSchema));
assert.deepEqual([await served(1), await served(2)], before);
const keys = (lines: string[]) =>
  lines.map((line): string => JSON.parse(line).key).filter((key) => key.startsWith("walk/")).sort();
assert.deepEqual(keys((await served(1)).lines), ["walk/single", "walk/true"]);
assert.deepEqual(keys((await served(2)).lines), ["walk/number", "walk/single", "walk/true"]);
const newest = await served(3);
assert.deepEqual(keys(newest.lines), ["walk/number", "walk/order", "walk/single", "walk/true"]);

// 3 One row for the schemas that have one text, and one for each that differs, from the second edit on: the first one still replaces
// rows of different releases.
for (const _edit of [1, 2]) {
  await sql`update content.question set prompt = prompt || '!' where key like 'walk/%'`;
  await sql`select public.publish_release()`;
}
const ranges = await sql<{ key: string; of: string[] }[]>`
  select q.key, array_agg(format('%s-%s %s', r.from_schema, r.schema, r.op) order by r.schema) as of
  from content.revision r join content.question q on q.id = r.id
  where r.version = (select max(version) from content.release) group by 1 order by 1`;
assert.deepEqual(Object.fromEntries(ranges.map(({ key, of }) => [key, of])), {
  "walk/number": ["2-3 upsert"],
  "walk/order": ["3-3 upsert"],
  "walk/single": ["1-1 upsert", "2-2 upsert", "3-3 upsert"],
  "walk/true": ["1-1 upsert", "2-3 upsert"],
});

// 4 A device downloads it, and the server grades as the device does; a key that nobody can answer is refused by name.
using lab = openLab();
using device = lab.open(1, { learnerId: crypto.randomUUID(), handle: server.handle });
await device.sync();
const question = allQuestions(device).find(({ key }) => key === "walk/order") ??
  assert.fail("the device has no ordering");
assert.deepEqual(QuestionRow.parse(question).answer, { order: [2, 0, 1] });
const sessionId = device.startSession();
const told = [rightAnswer(question), wrongAnswer(question)].map((answer) =>
  device.answer({ sessionId, question, answer }).correct
);
assert.deepEqual(told, [true, false]);
device.endSession(sessionId);
await device.sync();
const graded = await sql<{ graded: boolean }[]>`
  select graded_correct as graded from learner.attempt where question_id = ${question.id} order by event_id`;
assert.deepEqual(graded.map(({ graded }) => graded), told);
await assert.rejects(
  sql`update content.question set answer = '{"order": [0, 0, 1]}' where key = 'walk/order'`,
  /question_ordering_answer_is_all_indexes/,
);
