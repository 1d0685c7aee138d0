// An export against a plain recount of the ledger, on random histories: repeated, late, voided, quarantined and adopted events.
// CARREL_SEED repeats a run, CARREL_RUNS makes it longer.
import assert from "node:assert/strict";
import fc from "fast-check";
import { namedUuid } from "../../client-contract/contract/named_uuid.ts";
import { project } from "../../client-contract/contract/projection_model.ts";
import { throwAwayCluster } from "../start/project.ts";
import { acceptTokensWithoutSession } from "../testkit/sign_in.ts";
import { runCommand } from "../testkit/run_command.ts";
import { ingest } from "../../supabase/tests/properties/database.ts";
import { deliveriesOf, historyOf } from "../../supabase/tests/properties/history.ts";
import { settings } from "../../supabase/tests/properties/settings.ts";
import { readLedger } from "../../supabase/tests/properties/stamped.ts";
import postgres from "postgres";
import { newLearner, newToken, startBench } from "../../supabase/tests/functions/bench.ts";
import * as command from "./main.ts";

const cluster = await throwAwayCluster({ migrated: true });
const url = cluster.url("postgres");
const sql = postgres(url, { max: 2, onnotice: () => {} });
await acceptTokensWithoutSession(sql);
Deno.test.afterAll(async () => {
  await sql.end({ timeout: 5 });
  await cluster[Symbol.asyncDispose]();
});

const HOME = "https://learn.example.org";
const run = (...args: string[]) => runCommand(command, [...args, "--reason", "a test", "--db-url", url]);
async function lines(...args: string[]): Promise<string[]> {
  const { code, stdout, stderr } = await run(...args);
  assert.deepEqual([code, stderr], [0, ""]);
  return stdout.split("\n").filter((line) => line !== "");
}

Deno.test("O5, U10: both forms have exactly the attempts of the ledger, whatever arrived, late, twice, broken or by an adoption", async () => {
  const questions = await sql<{ id: string; skill_id: string }[]>`
    select id, skill_id from content.question where status = 'active' order by skill_id, id limit 6`;
  const lives = historyOf({ questions }, "any").chain((events) =>
    fc.record({
      events: fc.constant(events),
      deliveries: deliveriesOf(events.length),
      isAnonymous: fc.array(fc.boolean(), { minLength: events.length, maxLength: events.length }),
      broken: fc.nat(3),
      voids: fc.array(fc.nat(39), { maxLength: 4 }),
    })
  );
  await fc.assert(
    fc.asyncProperty(lives, async ({ events, deliveries, isAnonymous, broken, voids }) => {
      const [learner, anonymous] = [crypto.randomUUID(), crypto.randomUUID()];
      await sql`insert into auth.users (id, email, is_anonymous)
        values (${learner}, ${`${learner}@carrel.test`}, false), (${anonymous}, null, true)`;
      for (const delivery of deliveries) {
        for (const [who, isTheirs] of [[learner, false], [anonymous, true]] as const) {
          const batch = delivery.filter((place) => isAnonymous[place] === isTheirs).flatMap((place) =>
            events[place] ?? []
          );
          await ingest(sql, who, batch);
        }
      }
      // Quarantined events are no attempts.
      const bad = events.slice(0, broken).map((event, n) => ({
        ...event,
        id: `01KAN0000000000000900000${n}0`,
        body: { nonsense: n },
      }));
      const { results } = await ingest(sql, learner, bad);
      assert.ok(results.every(({ status }) => status === "quarantined"));
      await sql`select ops.adopt_learner(${learner}, ${anonymous}, 'the same person')`;
      const voided = voids.flatMap((place) => events[place]?.id ?? []);
      await sql`update learner.attempt set voided_at = now() where user_id = ${learner} and private.uuid_to_ulid(event_id) = any (${voided})`;

      // The recount: the reference model of the ledger.
      const ledger = await readLedger(sql, learner);
      const expected = [...project(ledger).attempt.values()]
        .map((row) => ({ ...row, voided: voided.includes(row.event_id) }))
        .toSorted((a, b) =>
          a.occurred_at < b.occurred_at
            ? -1
            : a.occurred_at > b.occurred_at
            ? 1
            : a.event_id < b.event_id
            ? -1
            : 1
        );

      const statements = (await lines("xapi", learner, "--home", HOME)).map((line) => JSON.parse(line));
      const answered = statements.filter(({ verb }) => verb.display.en === "answered");
      const idOf = (name: string) => namedUuid("6f1f1a9e-5a0c-5d6f-9a55-3c2f6d1b7e10", `${learner}/${name}`);
      assert.deepEqual(
        answered.map((
          { id, object, result, timestamp },
        ) => [id, object.id.split("/").at(-1), result.success, Date.parse(timestamp)]),
        expected.map((row) => [
          idOf(row.event_id),
          row.question_id,
          row.graded_correct ?? row.claimed_correct,
          Date.parse(row.occurred_at),
        ]),
      );
      assert.deepEqual(
        statements.filter(({ verb }) => verb.display.en === "voided").map(({ object }) => object.id),
        expected.filter((row) => row.voided).map((row) => idOf(row.event_id)),
      );
      assert.equal(new Set(statements.map(({ id }) => id)).size, statements.length);
      assert.ok(
        !JSON.stringify(statements).includes("@carrel.test"),
        "nothing names the learner but their id",
      );

      const reviews = (await lines("fsrs", learner)).map((line) => JSON.parse(line));
      const counted = expected.filter((row) => !row.voided);
      assert.deepEqual(
        reviews.map((r) => [r.card_id, r.review_time, r.review_rating, r.review_duration]),
        counted.map((row) => [
          row.question_id,
          Date.parse(row.occurred_at),
          (row.graded_correct ?? row.claimed_correct) ? 3 : 1,
          row.duration_ms,
        ]),
      );
      const newCards = reviews.filter((r) => r.review_state === 0).map((r) => r.card_id);
      assert.deepEqual(
        newCards.toSorted(),
        [...new Set(counted.map((row) => row.question_id))].toSorted(),
        "a card is new once",
      );

      const adopted = await run("fsrs", anonymous);
      assert.equal(adopted.code, 1, "the anonymous learner's answers are the account's now");
    }),
    { ...settings(15), endOnFailure: true },
  );
});

Deno.test("O5: 2,000 attempts are written in pieces, to a file that must be new and that only its owner reads", async () => {
  const learner = crypto.randomUUID();
  const folder = await Deno.makeTempDir();
  const out = `${folder}/attempts.ndjson`;
  const [question] = await sql<
    { id: string }[]
  >`select id from content.question where status = 'active' limit 1`;
  assert.ok(question);
  for (let batch = 0; batch < 4; batch++) {
    const events = Array.from({ length: 500 }, (_, n) => ({
      id: `01KAN0000000000000${String(batch * 500 + n).padStart(8, "0")}`,
      type: "attempt.recorded",
      device_id: "d0000000-0000-4000-8000-000000000001",
      occurred_at: new Date(Date.UTC(2025, 0, 1) + (batch * 500 + n) * 1000).toISOString(),
      utc_offset_minutes: 0,
      body: {
        session_id: "01KAN000000000000000000900",
        question_id: question.id,
        content_version: 1,
        answer: { choice: 0 },
        correct: true,
        duration_ms: 1000,
      },
    }));
    await ingest(sql, learner, events);
  }
  const wrote = await run("xapi", learner, "--home", HOME, "--out", out);
  assert.equal(wrote.stdout, `Wrote 2000 statements of learner ${learner} to ${out}.\n`, wrote.stderr);
  const text = await Deno.readTextFile(out);
  assert.equal(text.trimEnd().split("\n").length, 2000);
  assert.equal((await Deno.stat(out)).mode! & 0o777, 0o600);
  const again = await run("xapi", learner, "--home", HOME, "--out", out);
  assert.equal(again.code, 1);
  assert.equal(await Deno.readTextFile(out), text, "an export overwrites nothing");
  const csv = await run("fsrs", learner, "--csv", "--json", "--out", `${folder}/log.csv`);
  assert.deepEqual(JSON.parse(csv.stdout), { learner, reviews: 2000 });
  const nobody = await run("fsrs", crypto.randomUUID(), "--out", `${folder}/none`);
  assert.equal(nobody.code, 1);
  await assert.rejects(Deno.stat(`${folder}/none`), Deno.errors.NotFound, "a refused export leaves no file");
  await Deno.remove(folder, { recursive: true });
});

Deno.test("O3, O5: an instructor exports a learner of their own cohort with a token, and support any learner, page by page", async () => {
  await using stack = await startBench();
  const sql = postgres(stack.dbUrl(), { max: 1, onnotice: () => {} });
  await acceptTokensWithoutSession(sql);
  const { id: learner } = await newLearner(stack);
  const [question] = await sql<
    { id: string }[]
  >`select id from content.question where status = 'active' order by id limit 1`;
  assert.ok(question);
  const attempts = Array.from({ length: 501 }, (_, n) => ({
    id: `01KAN0000000000000${String(n).padStart(8, "0")}`,
    type: "attempt.recorded",
    device_id: "d0000000-0000-4000-8000-000000000001",
    occurred_at: new Date(Date.UTC(2025, 0, 1) + n * 1000).toISOString(),
    utc_offset_minutes: 0,
    body: {
      session_id: "01KAN000000000000000000900",
      question_id: question.id,
      content_version: 1,
      answer: { choice: 0, hints: 1 },
      correct: true,
      duration_ms: 1000,
    },
  }));
  await ingest(sql, learner, attempts.slice(0, 500));
  await ingest(sql, learner, attempts.slice(500));
  const instructor = crypto.randomUUID();
  const tokens = {
    instructor: await newToken(stack, instructor, { role: "instructor" }),
    support: await newToken(stack, crypto.randomUUID(), { role: "support" }),
  };
  async function exportAs(token: string, ...args: string[]) {
    Deno.env.set("API_URL", stack.apiUrl);
    Deno.env.set("PUBLISHABLE_KEY", stack.publishableKey);
    try {
      return await runCommand(command, [...args, "--reason", "a test", "--token", token]);
    } finally {
      Deno.env.delete("API_URL");
      Deno.env.delete("PUBLISHABLE_KEY");
    }
  }
  const foreign = await exportAs(tokens.instructor, "fsrs", learner);
  assert.equal(foreign.code, 1);
  assert.match(foreign.stderr, /none of your cohorts/);
  await sql`with c as (insert into ops.cohort (name) values ('own') returning id), s as (insert into ops.cohort_staff (cohort_id, user_id) select id, ${instructor} from c)
    insert into ops.cohort_member (cohort_id, user_id) select id, ${learner} from c`;
  const own = await exportAs(tokens.instructor, "fsrs", learner);
  const byAdministrator = await runCommand(command, [
    "fsrs",
    learner,
    "--reason",
    "a test",
    "--db-url",
    stack.dbUrl(),
  ]);
  assert.equal(own.stdout.trimEnd().split("\n").length, 501, own.stderr);
  assert.equal(own.stdout, byAdministrator.stdout, "the reviews are those of an administrator's export");
  const statements = await exportAs(tokens.support, "xapi", learner, "--home", HOME);
  assert.equal(statements.stdout.trimEnd().split("\n").length, 501, statements.stderr);
  const answers = await exportAs(tokens.support, "xapi", learner, "--home", HOME, "--answers");
  assert.match(answers.stderr, /needs a grant/);
  const nobody = await exportAs(tokens.support, "fsrs", crypto.randomUUID());
  assert.deepEqual([nobody.code, nobody.stdout], [1, ""], "a mistyped id is no empty export");
  assert.match(nobody.stderr, /There is no such learner/);
  const [audited] = await sql<{ pages: number }[]>`
    select count(*)::int as pages from ops.audit where action = 'learner_attempts' and object_id = ${learner}`;
  // Two pages and an empty one, for the instructor and for support. What was refused is undone with its record.
  assert.equal(audited?.pages, 6);
  await sql.end();
});

Deno.test("O5: a command line without form, learner, reason or address is refused before a database is asked", async () => {
  const cases: [string[], RegExp][] = [
    [[], /The form is missing/],
    [["csv", "x"], /Unknown form: csv/],
    [["fsrs"], /fsrs takes a learner/],
    [["fsrs", "x", "y", "--reason", "r"], /Unexpected argument: y/],
    [["fsrs", "x"], /--reason is missing/],
    [["xapi", "x", "--reason", "r"], /--home is missing/],
    [["xapi", "x", "--reason", "r", "--home", HOME, "--csv"], /--csv belongs to fsrs/],
    [["fsrs", "x", "--reason", "r", "--answers"], /belong to xapi/],
    [["fsrs", "ada@school.test", "--reason", "r", "--token", "t"], /LEARNER must be a learner's id, a UUID/],
    [
      ["fsrs", "x", "--reason", "r", "--token", "t", "--db-url", url],
      /--token and --db-url exclude each other/,
    ],
  ];
  for (const [args, said] of cases) {
    const { code, stderr } = await runCommand(command, args);
    assert.equal(code, 1);
    assert.match(stderr, said);
  }
});
