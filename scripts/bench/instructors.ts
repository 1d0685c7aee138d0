// What instructors and admins wait for, with 10,000 learners and 1,000,000 attempts: the first screen, the figures, and the recount.
import postgres from "postgres";
import { throwAwayCluster } from "../start/project.ts";
import { signIn } from "../testkit/sign_in.ts";
import { publishedContent } from "./ingest_sql.ts";
import { ceiling, type Result, runPair } from "./measure.ts";

/** CARREL_BENCH_LEARNERS=1000 is a short mode. */
const LEARNERS = Number(Deno.env.get("CARREL_BENCH_LEARNERS") ?? 10_000);
const ATTEMPTS_OF_A_LEARNER = 100;
const COHORT = 200;
const LARGE_COHORT = 2000;
/** A screen should be there within a second. */
const SCREEN_MS = 1000;
/** What a request may take: the statement timeout of signed-in users leaves a margin. */
const REQUEST_MS = 4000;
const RECOUNT_S = 120;
const FILLED = [
  "learner.event",
  "learner.attempt",
  "learner.skill_progress",
  "learner.practice",
  "learner.batch",
  "learner.device",
  "learner.state",
  "ops.telemetry",
  "ops.cohort_member",
  "ops.cohort_staff",
];
const learner = "lpad(to_hex(n), 32, '0')::uuid";

/** Learners with attempts over the last year, reports of the last two weeks, one device each; cohorts of 200, and a large one. */
async function filled(progress: (line: string) => void) {
  const cluster = await throwAwayCluster({ migrated: true, grows: true });
  const sql = postgres(cluster.url("postgres"), { max: 1, onnotice: () => {} });
  const { version } = await publishedContent(sql);
  await sql`set statement_timeout = 0`;
  await sql`select ops.ensure_partitions(now() - interval '12 months', 12)`;
  for (const table of FILLED) await sql`alter table ${sql(table)} disable trigger user`;
  progress(`instructors: ${LEARNERS * ATTEMPTS_OF_A_LEARNER} attempts`);
  // A learner answers the questions of some skills in order. The last of a hundred attempts is today's.
  await sql.unsafe(`
    with question as materialized (
      select q.id, q.skill_id, (row_number() over (order by q.skill_id, q.position, q.key) - 1)::integer as place from content.question q
    ),
    row as materialized (
      select ${learner} as user_id, n, k, q.id as question_id, q.skill_id,
        (lpad(to_hex((extract(epoch from now() - (${ATTEMPTS_OF_A_LEARNER} - k) * interval '80 hours') * 1000)::bigint), 12, '0') || lpad(to_hex(n * 1000 + k), 20, '0'))::uuid as event_id,
        now() - (${ATTEMPTS_OF_A_LEARNER} - k) * interval '80 hours' as at, (n * 7 + k * 13) % 10 < 7 as is_correct
      from generate_series(1, ${LEARNERS}) n cross join generate_series(1, ${ATTEMPTS_OF_A_LEARNER}) k
      join question q on q.place = (n * 37 + k * 2 / 3) % (select count(*)::integer from question)
    ),
    ledger as (
      insert into learner.event (user_id, event_id, type, type_version, device_id, occurred_at, utc_offset_minutes, body, received_at, head_version, session_id, skill_id,
        question_id, content_state, graded_correct)
      select r.user_id, r.event_id, 'attempt.recorded', 1, r.user_id, r.at, 60, '{}', r.at, ${version}, r.event_id, r.skill_id, r.question_id, 'current', r.is_correct from row r
    )
    insert into learner.attempt (user_id, event_id, session_id, skill_id, question_id, device_id, content_version, content_state, answer, claimed_correct, graded_correct,
      duration_ms, reset_count, occurred_at, utc_offset_minutes, change_seq)
    select r.user_id, r.event_id, r.event_id, r.skill_id, r.question_id, r.user_id, ${version}, 'current', jsonb_build_object('choice', r.k % 4), r.is_correct, r.is_correct,
      1000, 0, r.at, 60, r.k
    from row r`);
  progress("instructors: progress, devices and reports");
  await sql.unsafe(`
    insert into learner.skill_progress (user_id, skill_id, mastery, attempts, correct, change_seq)
    select a.user_id, a.skill_id, 50, count(*), count(*) filter (where a.graded_correct), 1000 + row_number() over (partition by a.user_id) from learner.attempt a group by 1, 2`);
  await sql.unsafe(`
    insert into learner.practice (user_id, days, change_seq)
    select a.user_id, range_agg(daterange(a.occurred_at::date, a.occurred_at::date, '[]')), 2000 from learner.attempt a group by 1`);
  await sql.unsafe(`
    with everyone as materialized (select n, ${learner} as id from generate_series(1, ${LEARNERS}) n),
    state as (insert into learner.state (user_id, change_seq) select id, 2000 from everyone),
    device as (
      insert into learner.device (user_id, device_id, platform, app_version, content_version, first_seen_at, last_seen_at)
      select id, id, 'android', '1.4.0', ${version}, now() - interval '1 year', now() - (n % 72) * interval '1 hour' from everyone),
    batch as (
      insert into learner.batch (user_id, received_at, batch_id, device_id, events, applied, duplicate, quarantined, retry)
      select id, now() - d * interval '1 day', gen_random_uuid(), id, 10, 10, 0, 0, 0 from everyone, generate_series(0, 13) d)
    insert into ops.telemetry (user_id, event_id, type, type_version, device_id, occurred_at, utc_offset_minutes, body, received_at)
    select id, (lpad(to_hex((extract(epoch from now() - t * interval '8 hours') * 1000)::bigint), 12, '0') || lpad(to_hex(n), 20, '0'))::uuid,
      case when t % 2 = 0 then 'outbox.created' else 'outbox.attempted' end, 1, id, now() - t * interval '8 hours', 60, '{"events": 5, "waiting": 5}', now()
    from everyone, generate_series(1, 40) t`);
  // Staff of one cohort of 200; all others are in cohorts too.
  const instructor = crypto.randomUUID();
  const admin = crypto.randomUUID();
  const sessions = await signIn(sql, [instructor, admin]);
  for (const [id, role] of [[instructor, "instructor"], [admin, "admin"]] as const) {
    await sql`update auth.users set raw_app_meta_data = ${sql.json({ role })} where id = ${id}`;
  }
  await sql.unsafe(`
    insert into ops.cohort (id, name) select ${learner}, 'cohort ' || n from generate_series(0, ${
    Math.ceil(LEARNERS / COHORT)
  }) n;
    insert into ops.cohort_member (cohort_id, user_id) select lpad(to_hex((n - 1) / ${COHORT} + 1), 32, '0')::uuid, ${learner} from generate_series(1, ${LEARNERS}) n;
    insert into ops.cohort_member (cohort_id, user_id) select lpad('0', 32, '0')::uuid, ${learner} from generate_series(1, ${
    Math.min(LEARNERS, LARGE_COHORT)
  }) n`).simple();
  const own = "00000000-0000-0000-0000-000000000001";
  await sql`insert into ops.cohort_staff (cohort_id, user_id) values (${own}, ${instructor})`;
  for (const table of FILLED) await sql`alter table ${sql(table)} enable trigger user`;
  await sql`vacuum analyze`;
  const claims = (sub: string, role: string, session?: string) =>
    JSON.stringify({ sub, session_id: session, role: "authenticated", app_metadata: { role } });
  return {
    cluster,
    sql,
    own,
    large: "00000000-0000-0000-0000-000000000000",
    instructor: claims(instructor, "instructor", sessions[0]),
    admin: claims(admin, "admin", sessions[1]),
  };
}

/** The measurement: each call as PostgREST makes it, against reading the cohort's attempts alone. */
export async function benchInstructors(
  runs: number,
  _seconds: number,
  progress: (line: string) => void,
): Promise<Result[]> {
  const world = await filled(progress);
  await using cleanup = new AsyncDisposableStack();
  cleanup.defer(() => world.cluster[Symbol.asyncDispose]());
  cleanup.defer(() => world.sql.end());
  const { sql, own, large } = world;

  const timed = async (work: () => PromiseLike<unknown>): Promise<number> => {
    const from = performance.now();
    await work();
    return performance.now() - from;
  };
  const asCaller = (claims: string, calls: readonly string[]) =>
    timed(async () => {
      for (const call of calls) {
        await sql.begin(async (tx) => {
          await tx`select set_config('request.jwt.claims', ${claims}, true), set_config('role', 'authenticated', true)`;
          await tx.unsafe(`select * from public.${call}`);
        });
      }
    });
  const readOf = (cohort: string) => () =>
    timed(() =>
      sql`select count(*), max(a.answer::text) is null from learner.attempt a
          where a.user_id = any (array(select m.user_id from ops.cohort_member m where m.cohort_id = ${cohort}))`
    );

  progress("instructors: the recount of all learners");
  let runs_ = 0;
  let slowest = 0;
  const began = performance.now();
  for (let counted = 1; counted > 0;) {
    const milliseconds = await timed(async () => {
      const [row] = await sql<{ counted: number }[]>`select ops.recount_answers() as counted`;
      counted = row?.counted ?? 0;
    });
    slowest = Math.max(slowest, milliseconds);
    runs_++;
  }
  const recount = (performance.now() - began) / 1000;
  await sql`vacuum analyze ops.answer_figure`;
  const results: Result[] = [
    ceiling(
      `the recount of ${LEARNERS} learners with ${LEARNERS * ATTEMPTS_OF_A_LEARNER} attempts`,
      "s",
      recount,
      RECOUNT_S,
      `${runs_ - 1} runs, the longest ${(slowest / 1000).toFixed(1)} s`,
    ),
  ];
  const screens = [
    {
      name: `the first screen of an instructor: cohorts, ${COHORT} learners, skills, needs help`,
      calls: [
        "cohorts()",
        `cohort_learners('${own}', page_rows => ${COHORT})`,
        `accuracy('skill', '${own}')`,
        `needs_help('${own}', page_rows => ${COHORT})`,
      ],
      claims: world.instructor,
      cohort: own,
      limit: SCREEN_MS,
    },
    {
      name: `the questions of a cohort of ${COHORT}`,
      calls: [`accuracy('question', '${own}')`],
      claims: world.instructor,
      cohort: own,
      limit: SCREEN_MS,
    },
    {
      name: `the devices of 100 learners`,
      calls: [`sync_states('${own}')`],
      claims: world.instructor,
      cohort: own,
      limit: SCREEN_MS,
    },
    {
      name: "the questions of all learners, as an instructor sees them",
      calls: ["accuracy('question')"],
      claims: world.instructor,
      cohort: own,
      limit: SCREEN_MS,
    },
    {
      name: `the first screen of an admin: cohorts, 100 of ${LEARNERS} learners, skills and questions of all`,
      calls: ["cohorts()", "cohort_learners()", "accuracy('skill')", "accuracy('question')"],
      claims: world.admin,
      cohort: own,
      limit: SCREEN_MS,
    },
    {
      name: `the questions of a cohort of ${LARGE_COHORT}`,
      calls: [`accuracy('question', '${large}')`],
      claims: world.admin,
      cohort: large,
      limit: REQUEST_MS,
    },
  ];
  for (const { name, calls, claims, cohort, limit } of screens) {
    results.push(
      await runPair({
        name,
        unit: "ms",
        runs,
        more: false,
        budget: null,
        limit,
        measure: () => asCaller(claims, calls),
        baseline: readOf(cohort),
      }, progress),
    );
  }
  return results;
}
