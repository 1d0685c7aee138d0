// What a batch costs the database when the ledger is small and when it is large.
import postgres from "postgres";
import { throwAwayCluster } from "../start/project.ts";
import { acceptTokensWithoutSession } from "../testkit/sign_in.ts";
import { batchOf, newSender, type Question, type Sender } from "./ingest_batches.ts";
import { publishedContent } from "./ingest_sql.ts";
import { median, type Result, runPair } from "./measure.ts";

/** CARREL_BENCH_LEDGER=20000000 is the long mode. */
const LARGE = Number(Deno.env.get("CARREL_BENCH_LEDGER") ?? 4_000_000);
const SMALL = Math.min(1_000_000, LARGE / 4);
const EVENTS_OF_A_LEARNER = 1000;
const CHUNK = 500_000;
const EVENTS = 50;
const BATCHES = 30;
const FILLED = [
  "learner.event",
  "learner.attempt",
  "learner.session",
  "learner.skill_progress",
  "learner.batch",
  "learner.state",
];
/** Events of a session, and of a batch. */
const EVENTS_OF_A_SESSION = 20;
const SKILLS_OF_A_LEARNER = 10;

/** Blocks touched, in the cache or not, and milliseconds. */
interface Cost {
  blocks: number;
  milliseconds: number;
}

/** A database whose ledger and attempts have so many rows, of learners with 1000 each, over the last twelve months. */
async function grownDatabase(rows: number, progress: (line: string) => void) {
  const cluster = await throwAwayCluster({ migrated: true, grows: true });
  const sql = postgres(cluster.url("postgres"), { max: 1, onnotice: () => {} });
  const content = await publishedContent(sql);
  await sql`set statement_timeout = 0`;
  await sql`select ops.ensure_partitions(now() - interval '12 months', 12)`;
  // Filled by hand, which would be audited row by row.
  for (const table of FILLED) await sql`alter table ${sql(table)} disable trigger user`;
  for (let from = 0; from < rows; from += CHUNK) {
    progress(`growth: ${from} of ${rows} rows`);
    const to = Math.min(from + CHUNK, rows) - 1;
    // Learner after learner, so that ids lie as arrival leaves them; the ULID's time first, then the row's number.
    await sql`
      with row as materialized (
        select lpad(to_hex(n / ${EVENTS_OF_A_LEARNER}::int), 32, '0')::uuid as user_id,
          (lpad(to_hex((extract(epoch from now() - (${EVENTS_OF_A_LEARNER}::int - n % ${EVENTS_OF_A_LEARNER}::int)
            * interval '8 hours') * 1000)::bigint), 12, '0') || lpad(to_hex(n), 20, '0'))::uuid as event_id, n
        from generate_series(${from}::int, ${to}::int) n
      ),
      ledger as (
        insert into learner.event (user_id, event_id, type, type_version, device_id, occurred_at, utc_offset_minutes, body,
          received_at, head_version, session_id, skill_id, question_id, content_state, graded_correct)
        select r.user_id, r.event_id, 'attempt.recorded', 1, r.user_id, now(), 60, jsonb_build_object('answer', jsonb_build_object('choice', r.n % 4),
          'correct', true, 'session_id', '01KAN0000000000000000000AA', 'duration_ms', r.n % 10000, 'question_id', r.event_id, 'content_version', 1),
          now(), 1, r.event_id, r.event_id, r.event_id, 'current', true
        from row r
      )
      insert into learner.attempt (user_id, event_id, session_id, skill_id, question_id, device_id, content_version, content_state,
        answer, claimed_correct, duration_ms, reset_count, occurred_at, utc_offset_minutes, change_seq)
      select r.user_id, r.event_id, r.event_id, r.event_id, r.event_id, r.user_id, 1, 'current', '{"choice": 1}', true, 1000, 0, now(), 60,
        r.n % ${EVENTS_OF_A_LEARNER}::int + 1
      from row r`;
  }
  await sql`
    insert into learner.state (user_id, change_seq, newest_event)
    select lpad(to_hex(n), 32, '0')::uuid, 3 * ${EVENTS_OF_A_LEARNER}::int, private.ulid_floor(now())
    from generate_series(0, ${Math.ceil(rows / EVENTS_OF_A_LEARNER) - 1}::int) n`;
  progress("growth: sessions, progress and batches");
  await sql`
    insert into learner.session (user_id, session_id, device_id, started_at, started_event, ended_at, ended_event, change_seq)
    select e.user_id, e.event_id, e.user_id, now(), e.event_id, now(), e.event_id, ${EVENTS_OF_A_LEARNER}::int + row_number() over (partition by e.user_id)
    from learner.event e where ('x' || right(e.event_id::text, 7))::bit(28)::int % ${EVENTS_OF_A_SESSION}::int = 0`;
  await sql`
    insert into learner.skill_progress (user_id, skill_id, mastery, completed, attempts, correct, change_seq)
    select lpad(to_hex(n), 32, '0')::uuid, gen_random_uuid(), 50, array(select gen_random_uuid() from generate_series(1, 50)), 100, 50,
      2 * ${EVENTS_OF_A_LEARNER}::int + k
    from generate_series(0, ${
    Math.ceil(rows / EVENTS_OF_A_LEARNER) - 1
  }::int) n, generate_series(1, ${SKILLS_OF_A_LEARNER}::int) k`;
  await sql`
    insert into learner.batch (user_id, received_at, batch_id, device_id, events, applied, duplicate, quarantined, retry)
    select s.user_id, now() - make_interval(mins => row_number() over (partition by s.user_id)::int), s.session_id, s.user_id,
      ${EVENTS_OF_A_SESSION}::int, ${EVENTS_OF_A_SESSION}::int, 0, 0, 0
    from learner.session s`;
  for (const table of FILLED) await sql`alter table ${sql(table)} enable trigger user`;
  await acceptTokensWithoutSession(sql);
  await sql`vacuum analyze`;
  // As the Edge Functions connect.
  const edge = postgres(cluster.url("carrel_edge"), { max: 1, onnotice: () => {} });

  async function cost({ questions, version }: { questions: Question[]; version: number }): Promise<Cost> {
    const sender: Sender = { ...newSender(), learner: "" };
    const number = Math.floor(Math.random() * (rows / EVENTS_OF_A_LEARNER));
    const hex = number.toString(16).padStart(32, "0");
    sender.learner = hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
    const batch = batchOf(sender, questions, version, EVENTS);
    const [row] = await edge<
      { "QUERY PLAN": { Plan: Record<string, number>; "Execution Time": number }[] }[]
    >`
      explain (analyze, buffers, timing off, format json)
      select private.ingest_for(${sender.learner}::uuid, null, ${batch}::text)`;
    const plan = row?.["QUERY PLAN"][0];
    if (!plan) throw new Error("explain gave no plan");
    const blocks = (plan.Plan["Shared Hit Blocks"] ?? NaN) + (plan.Plan["Shared Read Blocks"] ?? NaN);
    return { blocks, milliseconds: plan["Execution Time"] };
  }

  return {
    cost: () => cost(content),
    async [Symbol.asyncDispose]() {
      await edge.end();
      await sql.end();
      await cluster[Symbol.asyncDispose]();
    },
  };
}

/** The measurement; each value is the middle one of 30 batches of learners that have 1000 events. */
export async function benchIngestGrowth(
  runs: number,
  _seconds: number,
  progress: (line: string) => void,
): Promise<Result[]> {
  await using small = await grownDatabase(SMALL, progress);
  await using large = await grownDatabase(LARGE, progress);
  const results: Result[] = [];
  for (const [unit, field, budget] of [["blocks", "blocks", 1.3], ["ms", "milliseconds", null]] as const) {
    const middle = async (database: typeof small) => {
      const costs: number[] = [];
      for (let i = 0; i < BATCHES; i++) costs.push((await database.cost())[field]);
      return median(costs);
    };
    results.push(
      await runPair({
        name: `a batch of ${EVENTS}: ${unit}, ${LARGE} rows in the ledger against ${SMALL}`,
        unit,
        runs,
        more: false,
        budget,
        measure: () => middle(large),
        baseline: () => middle(small),
      }, progress),
    );
  }
  return results;
}
