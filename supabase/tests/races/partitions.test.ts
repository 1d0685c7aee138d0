// Months are made and their rows moved while devices with wrong clocks send: nothing is lost, everybody gets on.
import assert from "node:assert/strict";
import type postgres from "postgres";
import { until } from "../../../scripts/local/until.ts";
import { ingest, testDatabase } from "../properties/database.ts";
import type { HistoryEvent } from "../properties/history.ts";
import { attempts } from "./events.ts";

const EVENTS = 20;
const MONTHS = 8;

/** The first of the month that is `n` months from now. */
function month(n: number): Date {
  const now = new Date();
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + n, 1));
}

Deno.test("I4, I6: months get their partitions while wrong clocks send events", async () => {
  await using database = await testDatabase();
  const { sql } = database;
  const [question] = await sql<
    { id: string }[]
  >`select id from content.question where status = 'active' limit 1`;
  assert.ok(question);
  // A lock that somebody keeps fails the test; how long the longest is held is for the machine to say.
  await sql`alter database postgres set lock_timeout = '60s'`;
  // They send more in their minute than a learner may.
  await sql`update ops.pressure_setting set batch_burst = 1000000, event_burst = 10000000`;
  const [one, two, reader, upkeep] = Array.from({ length: 4 }, () => database.connect());
  assert.ok(one && two && reader && upkeep);
  const learners = [crypto.randomUUID(), crypto.randomUUID()];
  let making = true;
  const sent = [0, 0];

  // In turn: months that are being made right now, and the present.
  const write = async (sql: postgres.Sql, n: number) => {
    for (let i = 0; making; i++) {
      const ahead = i % 3 === 0 ? 0 : 12 + i % MONTHS;
      const events = attempts(question.id, EVENTS, month(ahead).getTime() + 86_400_000 + i * 1000);
      await ingest(sql, learners[n] ?? "", events);
      sent[n] = (sent[n] ?? 0) + events.length;
    }
  };
  // What a pull reads: all partitions of a learner.
  const read = async () => {
    while (making) {
      await reader`select private.learner_changes(${learners[0] ?? ""}, null, 1000)`;
    }
  };
  const make = async () => {
    const total = { made: 0, moved: 0 };
    for (let run = 0; run < 400; run++) {
      // Both get on between two runs, before the first one so far that there is something to move.
      const least = sent.map((events) => events + (run === 0 ? 4 : 1) * EVENTS);
      await until("both who send", () => sent.every((events, n) => events >= (least[n] ?? 0)), 1);
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
});

Deno.test("I4, I8: a month moves in slices while its events are sent again and read: none is new, missing or doubled", async () => {
  await using database = await testDatabase();
  const { sql } = database;
  const [question] = await sql<
    { id: string }[]
  >`select id from content.question where status = 'active' limit 1`;
  assert.ok(question);
  await sql`alter database postgres set lock_timeout = '60s'`;
  await sql`update ops.pressure_setting set batch_burst = 1000000, event_burst = 10000000`;
  const [device, reader, upkeep] = [database.connect(), database.connect(), database.connect()];
  const learner = crypto.randomUUID();
  const old = attempts(question.id, 300, month(-4).getTime() + 86_400_000);
  await ingest(sql, learner, old);
  let moving = true;
  const rounds = { sent: 0, read: 0 };

  const sendAgain = async () => {
    for (; moving; rounds.sent++) {
      const from = rounds.sent * 7 % 290;
      // A repeated batch is compared as a whole; beside a new event each one is looked up by itself.
      const fresh: HistoryEvent[] = rounds.sent % 2 === 0 ? [] : attempts(question.id, 1);
      const { results } = await ingest(device, learner, [...fresh, ...old.slice(from, from + 10)]);
      assert.deepEqual(results.map(({ status }) => status), [
        ...fresh.map(() => "applied"),
        ...Array.from({ length: 10 }, () => "duplicate"),
      ]);
    }
  };
  const read = async () => {
    for (; moving; rounds.read++) {
      const [ledger] = await reader<{ rows: number; ids: number }[]>`
        select count(*)::int as rows, count(distinct event_id)::int as ids from learner.event
        where user_id = ${learner} and event_id = any (array(select private.ulid_to_uuid(i) from unnest(${
        old.map(({ id }) => id)
      }::text[]) i))`;
      assert.deepEqual({ ...ledger }, { rows: old.length, ids: old.length });
      const [pull] = await reader<{ attempts: number }[]>`
        select count(*)::int as attempts from json_array_elements(private.learner_changes(${learner}, null, 1000) -> 'changes') c
        where c ->> 'kind' = 'attempt' and c -> 'row' ->> 'event_id' <= ${old.at(-1)?.id ?? ""}`;
      assert.deepEqual({ ...pull }, { attempts: old.length });
    }
  };
  const move = async () => {
    const slices: string[] = [];
    for (;;) {
      const before = { ...rounds };
      await until("the others", () => rounds.sent > before.sent && rounds.read > before.read, 1);
      const [row] = await upkeep<
        { name: string | null }[]
      >`select ops.maintain_partitions(p_stray_rows => 20, p_slice_rows => 25) as name`;
      if (!row?.name) break;
      slices.push(row.name);
    }
    moving = false;
    return slices;
  };
  const [slices] = await Promise.all([move(), sendAgain(), read()]);
  for (const table of ["event", "attempt"]) {
    const count = slices.filter((name) => name.startsWith(`learner.${table}_`)).length;
    assert.equal(count, 12, `300 rows of ${table} in slices of 25: ${slices}`);
  }
  const [strays] = await sql`select count(*)::int as rows from learner.event_default`;
  assert.equal(strays?.rows, 0);
});
