// `npm run instructor`: CSV that no spreadsheet executes, and what the command shows of a database.
import assert from "node:assert/strict";
import postgres from "postgres";
import { throwAwayCluster } from "../start/project.ts";
import { COMMANDS, type Given } from "./commands.ts";
import { csvOf } from "../../console/data/csv.ts";
import { tableOf } from "./terminal_table.ts";
import { readRows } from "./read.ts";
import { sqlSource } from "./source.ts";

Deno.test("O3: a text that begins like a formula gets an apostrophe in CSV, and a number does not", () => {
  const rows = [
    { a: "=1+1", b: -5 },
    { a: "+49", b: 0.25 },
    { a: "-1", b: null },
    { a: '@SUM("x"),y', b: true },
    { a: "\t=1", b: ["=a", "b"] },
    { a: "two\nlines", b: "plain = text" },
    { a: "\n=1", b: "＝1" },
  ];
  assert.equal(
    csvOf(["a", "b"], rows),
    [
      "a,b",
      "'=1+1,-5",
      "'+49,0.25",
      "'-1,",
      `"'@SUM(""x""),y",true`,
      "'\t=1,'=a b",
      '"two\nlines",plain = text',
      "\"'\n=1\",'＝1",
      "",
    ].join("\r\n"),
  );
});

Deno.test("O3: a table for the terminal has no control characters, and cuts long texts", () => {
  const table = tableOf(["name"], [{ name: `\x1b[31m${"x".repeat(60)}` }]);
  assert.equal(table, `name\n${"-".repeat(40)}\n [31m${"x".repeat(34)}…`);
});

Deno.test("O3: cohorts are made, filled, read and exported by the command, a cohort and a question by their names", async () => {
  await using cluster = await throwAwayCluster({ migrated: true });
  const url = cluster.url("postgres");
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  const learners = [1, 2, 3].map((n) => `00000000-0000-4000-8000-00000000000${n}`);
  await sql`insert into learner.state (user_id) select unnest(${learners}::uuid[])`;
  await sql`
    insert into learner.attempt (user_id, event_id, session_id, skill_id, question_id, device_id, content_version, content_state, answer, claimed_correct, graded_correct,
      duration_ms, reset_count, occurred_at, utc_offset_minutes, change_seq)
    select u, private.ulid_floor(now()), u, q.skill_id, q.id, u, 1, 'current', q.answer, true, true, 5, 0, now(), 0, 1
    from unnest(${learners}::uuid[]) u, content.question q where q.key = 'tides_and_waves/spring_tide'`;
  await sql.end();
  await using source = sqlSource(url);
  const run = (name: string, given: Partial<Given> = {}) => {
    const all = {
      cohort: undefined,
      question: undefined,
      learner: undefined,
      by: "question",
      sort: "hardest",
      words: [],
    };
    const command = COMMANDS[name] ?? assert.fail(name);
    return readRows(source, command, { ...all, ...given }, () => {});
  };
  const cohort = 'Biology "1", \\ {}';
  const [made] = await run("create", { words: [cohort] });
  assert.equal(made?.name, cohort);
  assert.deepEqual(
    (await run("add", { cohort, words: [...learners, 'no "one"', "a\\b"] })).map(({ result }) => result),
    ["added", "added", "added", "invalid", "invalid"],
  );
  assert.deepEqual((await run("cohorts")).map(({ name, members }) => [name, members]), [[cohort, 3]]);
  assert.deepEqual(
    (await run("learners", { cohort })).map(({ attempts, sync_state }) => [attempts, sync_state]),
    [
      [1, "never_synced"],
      [1, "never_synced"],
      [1, "never_synced"],
    ],
  );
  const question = "tides_and_waves/spring_tide";
  assert.deepEqual(
    (await run("accuracy", { cohort, question })).map(({ key, learners, cursor }) => [key, learners, cursor]),
    [[question, 3, undefined]],
  );
  assert.deepEqual(
    (await run("choices", { cohort, question })).map(({ is_right, share }) => [is_right, share]),
    [[true, 1]],
  );
  assert.deepEqual(
    (await run("accuracy", { cohort, question, by: "revision" })).map(({ version }) => version),
    [1],
  );
  assert.deepEqual(await run("help", { cohort }), []);
  assert.equal((await run("answers", { learner: learners[0] })).length, 1);
  await assert.rejects(
    () => run("learners", { cohort: "Biology" }),
    /The cohort `Biology` is not among those/,
  );
  await assert.rejects(() => run("create", { words: [cohort] }), /cohort_name_taken/);
  await assert.rejects(() => run("choices", { cohort }), /--question is missing/);
  assert.equal((await run("archive", { cohort }))[0]?.name, cohort);
});
