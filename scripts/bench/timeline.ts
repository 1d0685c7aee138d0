// What support waits for: pages of the timeline of a learner with 100,000 events, beside one with 1,000.
import postgres from "postgres";
import { throwAwayCluster } from "../start/project.ts";
import { signIn } from "../testkit/sign_in.ts";
import { quantile, type Result, runPair } from "./measure.ts";

const EVENTS = 100_000;
const FEW_EVENTS = 1_000;
const PAGE_ROWS = 100;
/** Pages of one run, each from a random place. */
const PAGES = 300;
/** A page should appear at once. */
const LIMIT_MS = 50;
/** Flat: a page of the long timeline costs what a page of the short one does. */
const FLAT = 1.3;
const FILLED = ["learner.event", "learner.batch", "learner.state"];

const [many, few] = ["a0000000-0000-4000-8000-000000000001", "a0000000-0000-4000-8000-000000000002"];

/** Events of the last 300 days, ten to a batch. */
async function fill(sql: postgres.Sql, learner: string, events: number): Promise<void> {
  await sql`insert into learner.state (user_id, change_seq) values (${learner}, 0)`;
  await sql`
    insert into learner.event (user_id, event_id, type, type_version, device_id, occurred_at, utc_offset_minutes, body, received_at, head_version)
    select ${learner}, (left(private.ulid_floor(at)::text, 18) || right(gen_random_uuid()::text, 18))::uuid, 'session.started', 1, ${learner}, at, 0,
      jsonb_build_object('skill_id', gen_random_uuid()), at, 1
    from generate_series(1, ${events}) n, lateral (select now() - n * interval '300 days' / ${events}::integer) t (at)`;
  await sql`
    insert into learner.batch (user_id, received_at, batch_id, device_id, events, applied, duplicate, quarantined, retry)
    select ${learner}, now() - n * interval '300 days' / ${
    events / 10
  }::integer, gen_random_uuid(), ${learner}, 10, 10, 0, 0, 0
    from generate_series(1, ${events / 10}::integer) n`;
}

/** p99 of pages of the long timeline, against those of the short one. */
export async function benchTimeline(
  runs: number,
  _seconds: number,
  progress: (line: string) => void,
): Promise<Result[]> {
  await using cluster = await throwAwayCluster({ migrated: true, grows: true });
  const sql = postgres(cluster.url("postgres"), { max: 1, onnotice: () => {} });
  try {
    progress(`timeline: ${EVENTS} events of one learner`);
    await sql`set statement_timeout = 0`;
    await sql`select ops.ensure_partitions(now() - interval '12 months', 12)`;
    for (const table of FILLED) await sql`alter table ${sql(table)} disable trigger user`;
    await fill(sql, many, EVENTS);
    await fill(sql, few, FEW_EVENTS);
    for (const table of FILLED) await sql`alter table ${sql(table)} enable trigger user`;
    await sql`vacuum analyze`;
    const agent = crypto.randomUUID();
    const [session] = await signIn(sql, [agent], { role: "support" });
    const claims = JSON.stringify({
      sub: agent,
      session_id: session,
      role: "authenticated",
      app_metadata: { role: "support" },
    });

    // The cursor of a row is that of a page before or after it.
    const cursors = async (learner: string) =>
      (await sql<{ cursor: string }[]>`
        select private.timeline_cursor(b.received_at, 'batch', b.batch_id::text) as cursor
        from learner.batch b where b.user_id = ${learner} order by random() limit ${PAGES}`).map((row) =>
        row.cursor
      );
    const pagesOf = async (learner: string) => {
      const times: number[] = [];
      for (const cursor of await cursors(learner)) {
        const from = performance.now();
        await sql.begin(async (tx) => {
          await tx`select set_config('request.jwt.claims', ${claims}, true), set_config('role', 'authenticated', true)`;
          await tx`select * from public.support_timeline(${learner}, 'benchmark', ${cursor}, page_rows => ${PAGE_ROWS})`;
        });
        times.push(performance.now() - from);
      }
      return times;
    };
    let longest: number[] = [];
    const p99 = await runPair({
      name:
        `p99 of a page of ${PAGE_ROWS} rows of the timeline of a learner with ${EVENTS} events, against ${FEW_EVENTS}`,
      unit: "ms",
      runs,
      more: false,
      budget: FLAT,
      limit: LIMIT_MS,
      measure: async () => quantile(longest = await pagesOf(many), 0.99),
      baseline: async () => quantile(await pagesOf(few), 0.99),
      notes: () => `p50 of the last run: ${quantile(longest, 0.5).toFixed(1)} ms`,
    }, progress);
    return [p99];
  } finally {
    await sql.end();
  }
}
