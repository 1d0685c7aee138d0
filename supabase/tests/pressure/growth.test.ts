// A learner who tries to fill the disk, in every shape that ingest takes: the tables never grow by more than what the day allows.
import assert from "node:assert/strict";
import type postgres from "postgres";
import { ulid } from "ulid";
import { seededRandom } from "../../../scripts/testkit/device/random.ts";
import { testDatabase } from "../properties/database.ts";
import { runSeed } from "../properties/settings.ts";

const MB = 1024 * 1024;
/** The least that the setting allows. */
const DAY = 2 * MB;
/** Every table and index that a learner is the first to use begins with some pages. */
const PAGES = MB / 4;
const DEVICE = "d0000000-0000-4000-8000-000000000001";
const random = seededRandom(runSeed());
/** A number of the digits 0 to 9, which no compression makes small. */
const digit = () => Math.floor(random() * 10);

interface Attacker {
  learner: string;
  question: string;
  skill: string;
  skills: string[];
}

/** What fills the disk: lines, as large as a batch takes. */
const shapes: Record<string, (attacker: Attacker, n: number) => string[]> = {
  "small answers": (a) => many(500, () => attempt(a, { choice: 0 })),
  "answers of numbers": (a) => many(30, () => attempt(a, { choice: 0, x: many(7000, digit) })),
  "random answers": (a) =>
    many(40, () => attempt(a, { choice: 0, x: many(250, () => crypto.randomUUID()).join("") })),
  "sessions": (a) => many(500, () => event(a, "session.started", { session_id: ulid(), content_version: 1 })),
  "days of practice": (a, n) =>
    many(
      500,
      (i) =>
        attempt(a, { choice: 0 }, new Date(Date.UTC(1970, 0, 1 + 2 * (500 * n + i) % 20000)).toISOString()),
    ),
  "progress in every skill": (a) =>
    many(500, (i) => event(a, "progress.advanced", { skill_id: a.skills[i % a.skills.length], mastery: 1 })),
  "telemetry": (a) => many(500, () => event(a, "app.opened", { cold: true })),
  "telemetry of numbers": (a) => many(30, () => event(a, "app.opened", { cold: true, x: many(7000, digit) })),
  "short broken lines": () => many(500, () => crypto.randomUUID()),
  "a long broken line": () => [many(14_000, () => crypto.randomUUID()).join("")],
  "unknown types": (a) => many(500, () => event(a, "note.written", { text: crypto.randomUUID() })),
  "unknown questions": (a) =>
    many(500, () => attempt({ ...a, question: crypto.randomUUID() }, { choice: 0 })),
  "one id, other contents": (a) =>
    many(
      500,
      () =>
        event(
          a,
          "progress.advanced",
          { skill_id: a.skill, mastery: digit(), x: crypto.randomUUID() },
          "01KAN000000000000000000000",
        ),
    ),
  "nothing": () => [],
};

function many<T>(count: number, make: (n: number) => T): T[] {
  return Array.from({ length: count }, (_, n) => make(n));
}

function event(
  { learner }: Attacker,
  type: string,
  body: unknown,
  id = ulid(),
  occurred = "2025-11-22T10:00:00Z",
): string {
  return JSON.stringify({
    id,
    type,
    version: 1,
    learner_id: learner,
    device_id: DEVICE,
    occurred_at: occurred,
    utc_offset_minutes: 0,
    body,
  });
}

function attempt(attacker: Attacker, answer: unknown, occurred?: string): string {
  const body = {
    session_id: ulid(),
    question_id: attacker.question,
    content_version: 1,
    answer,
    correct: true,
    duration_ms: 1,
  };
  return event(attacker, "attempt.recorded", body, ulid(), occurred);
}

/** The day of the server's clock, in UTC, as a number. */
const today = () => Math.floor(Date.now() / 86_400_000);

/** The bytes of all tables that hold learners' rows, with indexes and long values. */
async function size(sql: postgres.Sql): Promise<number> {
  const [row] = await sql<{ bytes: string }[]>`
    select sum(pg_total_relation_size(c.oid)) as bytes from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname in ('content', 'learner', 'ops') and c.relkind = 'r'`;
  return Number(row?.bytes);
}

/** Sends one batch from a device that nobody has seen before. Returns the statuses that it got, or the code of its refusal. */
async function push(sql: postgres.Sql, learner: string, lines: string[]): Promise<Set<string>> {
  const header = {
    batch_id: ulid(),
    device_id: crypto.randomUUID(),
    sent_at: new Date().toISOString(),
    contract_version: 1,
  };
  const [row] = await sql<{ answer: { results: { status: string; code?: string }[] } }[]>`
    select private.ingest_for(${learner}, null, ${[JSON.stringify(header), ...lines].join("\n")}) as answer`;
  return new Set(row?.answer.results.map(({ status, code }) => code ?? status));
}

Deno.test("U8: whatever a learner sends, the tables grow by no more than a day's bytes", async () => {
  await using database = await testDatabase();
  const { sql } = database;
  await sql`update ops.pressure_setting set batch_burst = 1000000, event_burst = 10000000, byte_burst = 1000000000000,
    stored_bytes_per_day = ${DAY}`;
  const skills =
    (await sql<{ id: string }[]>`select id from content.skill where status = 'active' order by id`).map((
      { id },
    ) => id);
  const [question] = await sql<
    { id: string }[]
  >`select id from content.question where status = 'active' order by id limit 1`;
  for (const [name, lines] of Object.entries(shapes)) {
    const attacker = {
      learner: crypto.randomUUID(),
      question: question?.id ?? "",
      skill: skills[0] ?? "",
      skills,
    };
    const before = await size(sql);
    const began = today();
    let batches = 0;
    let answers = new Set<string>();
    // Until nothing of a batch is taken any more, and then some batches more.
    for (let full = 0; full < 3 && batches < 100; batches++) {
      answers = await push(sql, attacker.learner, lines(attacker, batches));
      if (answers.has("daily_limit") && answers.size === 1) full++;
    }
    const grown = await size(sql) - before;
    // A day that begins meanwhile allows as much again.
    const days = 1 + today() - began;
    assert.ok(grown <= days * DAY + PAGES, `${name}: ${(grown / MB).toFixed(1)} MiB in ${batches} batches`);
    const [row] =
      await sql`select count(*)::int as devices from learner.device where user_id = ${attacker.learner}`;
    assert.equal(row?.devices, Math.min(50, batches), "made-up devices replace each other");
  }
});

Deno.test("U8: docs/operations.md has the most that a learner can store in a day, as the limits give it", async () => {
  await using database = await testDatabase();
  const { sql } = database;
  const numberIn = (text: unknown, pattern: RegExp) =>
    Number(pattern.exec(String(text))?.[1] ?? assert.fail(String(text)));
  const [{ stored, reports, nodes, forget, revoke } = assert.fail()] = await sql`
    select p.stored_bytes_per_day as stored,
      (select pg_get_constraintdef(oid) from pg_constraint where conname = 'content_report_number_in_range') as reports,
      (select pg_get_constraintdef(oid) from pg_constraint where conname = 'content_report_nodes_count') as nodes,
      (select prosrc from pg_proc where proname = 'forget_devices') as forget, (select prosrc from pg_proc where proname = 'set_revoked') as revoke
    from ops.pressure_setting p`;
  // A report's row has some fixed columns; its nodes are uuids. A device has up to 20 sessions, and a revocation a record with a reason.
  const daily = Number(stored) + numberIn(reports, /<= (\d+)/) * (256 + 16 * numberIn(nodes, /<= (\d+)/));
  const once = 1024 * numberIn(forget, /- (\d+), 0\)/) + (1024 + 2048) * numberIn(revoke, />= (\d+)/);
  const page = await Deno.readTextFile(new URL("../../../docs/operations.md", import.meta.url));
  const written = (name: string) =>
    Number(new RegExp(`\\| ${name} \\|.*\\| ([\\d,]+) \\|`).exec(page)?.[1]?.replaceAll(",", ""));
  assert.equal(written("all of it, in a day"), daily);
  assert.equal(written("devices and revocations, once"), once);
});
