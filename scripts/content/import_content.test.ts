// What an import does to the drafts, on a real database.
import assert from "node:assert/strict";
import type postgres from "postgres";
import { connect, explainDatabaseError } from "./database.ts";
import { importContent, ImportRefused } from "./import_content.ts";
import { counted, importBench, question } from "./import_bench.ts";

const bench = await importBench();
const { sql } = bench;
Deno.test.afterAll(() => bench[Symbol.asyncDispose]());

async function positions(): Promise<Record<string, number>> {
  const rows = await sql<
    { key: string; position: number }[]
  >`select key, position from content.question order by key`;
  return Object.fromEntries(rows.map(({ key, position }) => [key, position]));
}

Deno.test("an import fills all fields", async () => {
  await bench.clear();
  const text = 'a\tb\nc "d" \\N | ü 🦴';
  const result = await bench.import([
    question("algebra/1", {
      domain: "pure maths",
      skill_title: "Algebra!",
      question: text,
      choices: [text, "{}", ","],
      answer: 2,
      explanation: text,
      difficulty: 4,
      tags: ["a b", "NULL"],
    }),
  ]);
  for (const kind of ["domain", "skill", "question"] as const) {
    assert.deepEqual(counted(result, kind), [1, 0, 0, 0]);
  }
  const [row] = await sql`
    select d.key as domain, d.title as domain_title, s.key as skill, s.title as skill_title, q.key, q.prompt,
      to_json(q.choices) as choices, q.answer, q.explanation, q.difficulty, to_json(q.tags) as tags, q.status
    from content.question q join content.skill s on s.id = q.skill_id join content.domain d on d.id = s.domain_id`;
  assert.deepEqual({ ...row }, {
    domain: "pure_maths",
    domain_title: "Pure maths",
    skill: "algebra",
    skill_title: "Algebra!",
    key: "algebra/1",
    prompt: text,
    choices: [text, "{}", ","],
    answer: { choice: 2 },
    explanation: text,
    difficulty: 4,
    tags: ["a b", "NULL"],
    status: "active",
  });
});

Deno.test("a second import of the same file changes nothing and leaves no audit row", async () => {
  await bench.clear();
  const lines = [question("a/1", { tags: ["x"] }), question("a/2", { difficulty: 3 }), question("b/1")];
  await bench.import(lines);
  const before = await bench.auditRows();
  const result = await bench.import(lines, { withdrawMissing: true });
  assert.deepEqual(counted(result, "question"), [0, 0, 3, 0]);
  assert.deepEqual(counted(result, "skill"), [0, 0, 2, 0]);
  assert.equal(await bench.auditRows(), before);
});

Deno.test("a changed line is one update and one audit row with the source", async () => {
  await bench.clear();
  await bench.import([question("a/1"), question("a/2")]);
  const before = await bench.auditRows();
  assert.deepEqual(
    counted(await bench.import([question("a/1"), question("a/2", { answer: 1 })]), "question"),
    [0, 1, 1, 0],
  );
  const rows = await sql`
    select source, action, before -> 'answer' as before, after -> 'answer' as after from ops.audit order by id offset ${before}`;
  assert.deepEqual(rows.map((row) => ({ ...row })), [
    {
      source: "postgres at 127.0.0.1 caller says: content:import",
      action: "update",
      before: { choice: 0 },
      after: { choice: 1 },
    },
  ]);
});

Deno.test("an absent field stays, null clears it, and only a title overwrites a title", async () => {
  await bench.clear();
  await bench.import([question("a/1", { explanation: "Because.", difficulty: 2, tags: ["t"] })]);
  await sql`update content.skill set title = 'By hand', description = 'Kept'`;
  const optional = () =>
    sql`
    select q.explanation, q.difficulty, to_json(q.tags) as tags, s.title, s.description
    from content.question q join content.skill s on s.id = q.skill_id`.then(([row]) => ({ ...row }));

  await bench.import([question("a/1")]);
  const kept = { explanation: "Because.", difficulty: 2, tags: ["t"], title: "By hand", description: "Kept" };
  assert.deepEqual(await optional(), kept);
  await bench.import([
    question("a/1", { explanation: null, difficulty: null, tags: null, skill_title: "A" }),
  ]);
  assert.deepEqual(await optional(), {
    explanation: null,
    difficulty: null,
    tags: [],
    title: "A",
    description: "Kept",
  });
});

Deno.test("--withdraw-missing withdraws missing questions with their empty skills and domains", async () => {
  await bench.clear();
  await bench.import([
    question("a/1"),
    question("a/2"),
    question("b/1"),
    question("c/1", { domain: "other" }),
  ]);
  assert.deepEqual(counted(await bench.import([question("a/1")]), "question"), [0, 0, 1, 0]);
  assert.deepEqual(await bench.activeKeys(), ["a/1", "a/2", "b/1", "c/1"]);

  const result = await bench.import([question("a/1")], { withdrawMissing: true });
  assert.deepEqual(counted(result, "question"), [0, 0, 1, 3]);
  assert.deepEqual(counted(result, "skill"), [0, 0, 1, 2]);
  assert.deepEqual(counted(result, "domain"), [0, 0, 1, 1]);
  assert.deepEqual(await bench.activeKeys(), ["a/1"]);

  const back = await bench.import([question("a/1"), question("c/1", { domain: "other" })]);
  assert.deepEqual(counted(back, "question"), [0, 1, 1, 0]);
  assert.deepEqual(await bench.activeKeys(), ["a/1", "c/1"]);
});

Deno.test("inactive drafts are not withdrawn", async () => {
  await bench.clear();
  await bench.import([question("a/1"), question("a/2")]);
  await sql`update content.question set status = 'draft' where key = 'a/2'`;
  assert.deepEqual(counted(await bench.import([question("a/1")], { withdrawMissing: true }), "question"), [
    0,
    0,
    1,
    0,
  ]);
  const [row] = await sql`select status from content.question where key = 'a/2'`;
  assert.equal(row?.["status"], "draft");
});

Deno.test("positions follow the file and change only where necessary", async () => {
  await bench.clear();
  const lines = (...keys: string[]) => keys.map((key) => question(`a/${key}`));
  await bench.import(lines("1", "2", "3", "4"));
  assert.deepEqual(await positions(), { "a/1": 1, "a/2": 2, "a/3": 3, "a/4": 4 });

  const gap = await bench.import(lines("1", "3", "4"), { withdrawMissing: true });
  assert.deepEqual(counted(gap, "question"), [0, 0, 3, 1], "a withdrawn row moves no other");
  const back = await bench.import(lines("1", "2", "3", "4"));
  assert.deepEqual(counted(back, "question"), [0, 1, 3, 0]);

  const grown = await bench.import(lines("1", "new", "2", "3", "4", "last"));
  assert.deepEqual(counted(grown, "question"), [2, 3, 1, 0]);
  assert.deepEqual(await positions(), { "a/1": 1, "a/new": 2, "a/2": 3, "a/3": 4, "a/4": 5, "a/last": 6 });

  await bench.import(lines("4", "1"));
  const { "a/4": four, "a/1": one } = await positions();
  assert(four !== undefined && one !== undefined && four < one);
});

Deno.test("ids derive from keys, and an existing draft keeps its id", async () => {
  await bench.clear();
  const lines = [question("a/1"), question("a/2"), question("b/1", { domain: "other" })];
  const ids = async (sql: postgres.Sql) =>
    (await sql`
      select 'domain' as kind, key, id from content.domain union all select 'skill', key, id from content.skill
      union all select 'question', key, id from content.question order by 1, 2`).map((row) => ({ ...row }));
  await bench.import(lines);
  const here = await ids(sql);
  assert.deepEqual(here.find(({ key }) => key === "a/1"), {
    kind: "question",
    key: "a/1",
    id: "68ab1206-2020-5b20-b5fe-76e56d438e0f",
  }, "the namespace is for ever");

  await using other = await importBench();
  await other.import(lines.toReversed());
  assert.deepEqual(await ids(other.sql), here);

  await bench.clear();
  const own = "11111111-1111-4111-8111-111111111111";
  await sql`insert into content.domain (id, key, title) values (${own}, 'domain', 'Mine')`;
  const result = await bench.import([question("a/1")]);
  assert.deepEqual(counted(result, "domain"), [0, 1, 0, 0], "its position");
  const [domain] = await sql`select id, title from content.domain`;
  assert.deepEqual({ ...domain }, { id: own, title: "Mine" });
});

Deno.test("questions move to another skill, and skills to another domain", async () => {
  await bench.clear();
  await bench.import([question("a/1"), question("a/2"), question("b/1")]);
  await bench.import([question("a/1", { skill: "b" }), question("b/1", { domain: "domain" })]);
  await bench.import([question("a/2", { domain: "other" })]);
  const rows = await sql<{ path: string }[]>`
    select concat_ws(' ', d.key, s.key, q.key) as path
    from content.question q join content.skill s on s.id = q.skill_id join content.domain d on d.id = s.domain_id
    order by q.key`;
  assert.deepEqual(rows.map(({ path }) => path), ["domain b a/1", "other a a/2", "domain b b/1"]);
});

Deno.test("one invalid line stops the import before anything is written", async () => {
  await bench.clear();
  await bench.import([question("a/1")]);
  const before = await bench.auditRows();
  const bad = [question("a/2"), question("a/3", { answer: 9 }), question("a/4"), question("a/4")];
  await assert.rejects(bench.import(bad, { withdrawMissing: true }), (error: unknown) => {
    assert(error instanceof ImportRefused);
    assert.deepEqual(error.problems.map(({ line }) => line), [2, 4]);
    return true;
  });
  assert.deepEqual(await bench.activeKeys(), ["a/1"]);
  assert.equal(await bench.auditRows(), before);
});

Deno.test("a key is refused when a renamed draft has its id", async () => {
  await bench.clear();
  await bench.import([question("a/1")]);
  await sql`update content.question set key = 'a/renamed'`;
  await assert.rejects(bench.import([question("b/1"), question("a/1")]), (error: unknown) => {
    assert(error instanceof ImportRefused);
    assert.deepEqual(error.problems, [{
      line: 2,
      reason: "the id of question a/1 belongs to a/renamed, which was a/1 once; give one of them another key",
    }]);
    return true;
  });
  assert.deepEqual(await bench.activeKeys(), ["a/renamed"]);
});

Deno.test("a dry run counts and writes nothing", async () => {
  await bench.clear();
  await bench.import([question("a/1")]);
  const before = await bench.auditRows();
  const result = await bench.import([question("a/2")], { withdrawMissing: true, dryRun: true });
  assert.deepEqual([result.dryRun, ...counted(result, "question")], [true, 1, 0, 0, 1]);
  assert.deepEqual(await bench.activeKeys(), ["a/1"]);
  assert.equal(await bench.auditRows(), before);
});

Deno.test("an error of the database in the middle writes nothing and keeps the connection usable", async () => {
  await bench.clear();
  await bench.import([question("a/1")]);
  // A position at integer's end pushes the next row over it.
  await sql`update content.question set position = 2147483647`;
  await assert.rejects(bench.import([question("a/1"), question("a/2")]), { code: "22003" });
  assert.deepEqual(await bench.activeKeys(), ["a/1"]);
});

Deno.test("two imports at once wait for each other", async () => {
  await bench.clear();
  const other = connect(bench.url);
  const lines = (from: number) => Array.from({ length: 200 }, (_, i) => question(`a/${from + i}`));
  const text = (from: number) => lines(from).map((line) => JSON.stringify(line));
  const results = await Promise.all([importContent(sql, text(0)), importContent(other, text(100))]);
  await other.end();
  const inserted = results.map(({ question }) => question.inserted).sort((a, b) => a - b);
  assert.deepEqual(inserted, [100, 200]);
});

Deno.test("an import waits for another writer of drafts, but not forever", async () => {
  await bench.clear();
  const other = connect(bench.url);
  await sql.begin(async (tx) => {
    await tx`lock table content.question in row exclusive mode`;
    const waiting = importContent(other, [JSON.stringify(question("a/1"))], { lockTimeoutMs: 100 });
    await assert.rejects(waiting, (error: unknown) => {
      assert.match(
        String(explainDatabaseError(error, bench.url, "import")),
        /^UserError: Somebody else is writing .*\(SQLSTATE 55P03\)$/,
      );
      return true;
    });
  });
  await other.end();
  assert.deepEqual(await bench.activeKeys(), []);
});

Deno.test("a curriculum of 5,700 questions is imported, and a second import changes nothing", async () => {
  await bench.clear();
  const lines = Array.from({ length: 5_700 }, (_, i) => {
    const skill = `skill_${i % 57}`;
    const choices = [1, 2, 3, 4].map((n) => `choice ${n} ${"x".repeat(40)}`);
    return question(`${skill}/${i}`, { domain: `domain_${i % 57 % 17}`, question: "q".repeat(200), choices });
  });
  for (const counts of [[5_700, 0, 0, 0], [0, 0, 5_700, 0]]) {
    assert.deepEqual(counted(await bench.import(lines, { withdrawMissing: true }), "question"), counts);
  }
  assert.equal((await bench.activeKeys()).length, 5_700);
});

Deno.test("every question type is imported, and a second import changes nothing", async () => {
  await bench.clear();
  const sha256 = "a".repeat(64);
  const media = [{ path: "sea/tide.webp", bytes: 18211, sha256, mime: "image/webp" }];
  const lines = [
    question("a/1", { media }),
    question("a/2", { type: "multiple_choice", choices: ["x", "y", "z"], answer: [0, 2] }),
    question("a/3", { type: "true_false", choices: undefined, answer: false }),
    question("a/4", { type: "numeric", choices: undefined, answer: "9.81", tolerance: "0.01" }),
    question("a/5", { type: "short_text", choices: undefined, answer: ["mitochondrion", "Mitochondria"] }),
  ];
  assert.deepEqual(counted(await bench.import(lines), "question"), [5, 0, 0, 0]);
  const rows = await bench
    .sql`select type, to_json(choices) as choices, answer, media from content.question where status = 'active' order by key`;
  assert.deepEqual(rows.map((row) => ({ ...row })), [
    { type: "single_choice", choices: ["yes", "no"], answer: { choice: 0 }, media },
    { type: "multiple_choice", choices: ["x", "y", "z"], answer: { choices: [0, 2] }, media: [] },
    { type: "true_false", choices: [], answer: { value: false }, media: [] },
    { type: "numeric", choices: [], answer: { value: "9.81", tolerance: "0.01" }, media: [] },
    { type: "short_text", choices: [], answer: { accepted: ["mitochondrion", "Mitochondria"] }, media: [] },
  ]);
  assert.deepEqual(counted(await bench.import(lines), "question"), [0, 0, 5, 0]);
  await bench.import([question("a/1")]);
  const [kept] = await bench.sql`select media from content.question where key = 'a/1'`;
  assert.deepEqual(kept?.["media"], media, "what a line does not say stays");
});
