// Months are made and their rows moved while devices with wrong clocks send: nothing is lost, nobody waits for long.
import assert from "node:assert/strict";
import type postgres from "postgres";
import { ulid } from "ulid";
import { ingest, testDatabase } from "../properties/database.ts";
import type { HistoryEvent } from "../properties/history.ts";

const EVENTS = 20;
/** The role's lock_timeout (migration 0100), and as much again for a machine that is busy with other tests. */
const LIMIT_MS = 4000;
const MONTHS = 24;

/** The first of the month that is `n` months from now. */
function month(n: number): Date {
  const now = new Date();
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + n, 1));
}

interface Question {
  id: string;
}

function attempts(question: Question, at: number): HistoryEvent[] {
  return Array.from({ length: EVENTS }, (_, n) => ({
    id: ulid(at + n),
    type: "attempt.recorded",
    device_id: "d0000000-0000-4000-8000-000000000001",
    occurred_at: new Date(at + n).toISOString(),
    utc_offset_minutes: 0,
    body: {
      session_id: ulid(),
      question_id: question.id,
      content_version: 1,
      answer: { choice: 0 },
      correct: true,
      duration_ms: 1,
    },
  }));
}

/** Sends as a device does: again while another holds what is needed. Gives the longest time that one call took. */
async function send(sql: postgres.Sql, learner: string, events: HistoryEvent[]): Promise<number> {
  let longest = 0;
  for (let attempt = 0; attempt < 20; attempt++) {
    const started = performance.now();
    try {
      await ingest(sql, learner, events);
      return Math.max(longest, performance.now() - started);
    } catch (error) {
      longest = Math.max(longest, performance.now() - started);
      // lock_not_available: `busy`, with Retry-After.
      assert.ok(error instanceof Error && "code" in error && error.code === "55P03", String(error));
    }
  }
  throw new Error("the learner was busy twenty times");
}

Deno.test("I4, I6: months are made and filled from the default partition while wrong clocks send", async () => {
  await using database = await testDatabase();
  const { sql } = database;
  const [question] = await sql<Question[]>`select id from content.question where status = 'active' limit 1`;
  assert.ok(question);
  // As the edge's role has it, which is the one whose callers wait.
  await sql`alter database postgres set lock_timeout = '2s'`;
  const [one, two, reader, upkeep] = Array.from({ length: 4 }, () => database.connect());
  assert.ok(one && two && reader && upkeep);
  const learners = [crypto.randomUUID(), crypto.randomUUID()];
  let making = true;
  const sent = [0, 0];
  const longest = [0, 0, 0];

  // In turn: months that are being made right now, and the present.
  const write = async (sql: postgres.Sql, n: number) => {
    for (let i = 0; making; i++) {
      const ahead = i % 3 === 0 ? 0 : 12 + i % MONTHS;
      const events = attempts(question, month(ahead).getTime() + 86_400_000 + i * 1000);
      longest[n] = Math.max(longest[n] ?? 0, await send(sql, learners[n] ?? "", events));
      sent[n] = (sent[n] ?? 0) + events.length;
    }
  };
  // What a pull reads: all partitions of a learner.
  const read = async () => {
    while (making) {
      const started = performance.now();
      await reader`select private.learner_changes(${learners[0] ?? ""}, null, 1000)`;
      longest[2] = Math.max(longest[2] ?? 0, performance.now() - started);
    }
  };
  const make = async () => {
    const total = { made: 0, moved: 0 };
    for (let run = 0; run < 400; run++) {
      const [row] = await upkeep<{ name: string | null }[]>`
        select ops.maintain_partitions(p_months => ${12 + MONTHS}) as name`;
      const [job] = await upkeep<{ rows: number; failures: number }[]>`
        select (detail ->> 'rows')::int as rows, failures from ops.job where name = 'partitions'`;
      if (row?.name) {
        total.made++;
        total.moved += job?.rows ?? 0;
      } else if (job?.failures === 0) break;
    }
    making = false;
    return total;
  };
  const [{ made, moved }] = await Promise.all([make(), write(one, 0), write(two, 1), read()]);

  const [{ parents } = { parents: 0 }] = await sql<
    { parents: number }[]
  >`select count(*)::int as parents from private.partitioned_tables()`;
  assert.equal(made, parents * MONTHS, "every month was made");
  for (const [n, learner] of learners.entries()) {
    const [row] = await sql`
      select (select count(*)::int from learner.event where user_id = ${learner}) as events,
        (select count(*)::int from learner.attempt where user_id = ${learner}) as attempts,
        (select sum(attempts)::int from learner.skill_progress where user_id = ${learner}) as counted`;
    assert.deepEqual({ ...row }, { events: sent[n], attempts: sent[n], counted: sent[n] });
  }
  const [{ strays } = { strays: 1 }] = await sql<
    { strays: number }[]
  >`select count(*)::int as strays from learner.event_default`;
  assert.equal(strays, 0, "the default partition was emptied into its months");
  assert.ok(
    Math.min(...sent) > EVENTS * 10 && moved > 0,
    `the race took place: ${sent} sent, ${moved} moved`,
  );
  for (const ms of longest) assert.ok(ms < LIMIT_MS, `waited for ${Math.round(ms)} ms`);
});
