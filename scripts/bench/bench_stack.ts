// The stack that benchmarks run on: throw-away, with the baselines' functions beside the product's.
import { fileURLToPath } from "node:url";
import postgres from "postgres";
import type { Stack } from "../local/stack.ts";
import { until } from "../local/until.ts";
import { throwAwayStack } from "../start/project.ts";
import { signIn } from "../testkit/sign_in.ts";

/** A stack with an administrator's connection. */
export interface BenchStack extends AsyncDisposable {
  stack: Stack;
  sql: postgres.Sql;
  /** A token for the learner of that id, good for two hours. */
  token(id: string): Promise<string>;
  /** Tokens of many learners in turn, for a load that one learner may not cause. */
  tokens(): Promise<() => string>;
}

/** Each may spend 1,000 units of an isolate at once, and 30 in a second (functions/content/handler.ts). */
const LEARNERS = 500;

const SLUGS = ["bundle", "content", "sync", "insert_only", "static_file", "token_only"];

/** Starts one, each function in so many processes of its own, as on hosted. */
export async function startBenchStack(env: Record<string, string> = {}, isolates = 1): Promise<BenchStack> {
  const stack = await throwAwayStack({
    migrated: true,
    grows: true,
    functions: {
      folder: fileURLToPath(new URL("functions", import.meta.url)),
      isolates,
      config: new Map(SLUGS.map((slug) => [slug, { enabled: true, verifyJwt: false }])),
    },
    env,
    log: (line) => console.error(line),
  });
  const sql = postgres(stack.dbUrl(), { max: 2, onnotice: () => {} });
  await liftBuckets(sql);
  const exp = Math.floor(Date.now() / 1000) + 7200;
  const sign = (sub: string, session_id: string | undefined) =>
    stack.keys.sign({ sub, session_id, aud: "authenticated", role: "authenticated", exp });
  return {
    stack,
    sql,
    token: async (id) => await sign(id, (await signIn(sql, [id]))[0]),
    tokens: async () => {
      const learners = Array.from({ length: LEARNERS }, () => crypto.randomUUID());
      const sessions = await signIn(sql, learners);
      const tokens = await Promise.all(learners.map((learner, n) => sign(learner, sessions[n])));
      let next = 0;
      return () => tokens[next++ % LEARNERS] ?? "";
    },
    async [Symbol.asyncDispose]() {
      await sql.end();
      await stack[Symbol.asyncDispose]();
    },
  };
}

/** A load of a few learners stands for one of many: each sends more than one learner may. */
export async function liftBuckets(sql: postgres.Sql): Promise<void> {
  await sql`update ops.pressure_setting set event_burst = 10000000, events_per_s = 1000000, batch_burst = 1000000, batches_per_s = 100000,
    byte_burst = 1000000000000, bytes_per_s = 1000000000, stored_bytes_per_day = 1000000000000, batch_records_per_day = 1000000`;
}

/** Replaces the drafts by questions made up by SQL, about 500 bytes each, in skills of 17 domains. */
export async function draftQuestions(sql: postgres.Sql, questions: number, skills = 57): Promise<void> {
  await sql`delete from content.question`;
  await sql`delete from content.skill`;
  await sql`delete from content.domain`;
  await sql`insert into content.domain (key, title) select 'domain-' || i, 'Domain ' || i from generate_series(1, 17) i`;
  await sql`
    insert into content.skill (domain_id, key, title)
    select d.id, 'skill-' || i, 'Skill ' || i
    from generate_series(1, ${skills}::int) i join content.domain d on d.key = 'domain-' || (i % 17 + 1)`;
  await sql`
    insert into content.question (skill_id, key, prompt, choices, answer)
    select s.id, 'question-' || i,
      (select string_agg(md5(i::text || w), ' ') from generate_series(1, 6) w),
      array(select md5(i || 'choice' || c) from generate_series(1, 4) c), jsonb_build_object('choice', i % 4)
    from generate_series(1, ${questions}::int) i join content.skill s on s.key = 'skill-' || (i % ${skills}::int + 1)`;
}

/** Publishes such questions as one release. */
export async function publishQuestions(sql: postgres.Sql, questions: number, skills = 57): Promise<void> {
  await draftQuestions(sql, questions, skills);
  await publish(sql);
}

/** How many there are where a benchmark does not say; CARREL_BENCH_QUESTIONS makes it quicker, to try it out. */
const QUESTIONS = Number(Deno.env.get("CARREL_BENCH_QUESTIONS") ?? 50_000);
const SKILLS = 500;
export const CHANGED = 100;

/** The newest release. */
export interface PublishedHead {
  version: number;
  history: string;
  questions: number;
}

/** Edits so many questions. */
export async function changeQuestions(sql: postgres.Sql, changed = CHANGED): Promise<void> {
  await sql`
    update content.question set answer = '{"choice": 0}', prompt = prompt || '!'
    where id in (select id from content.question order by id limit ${changed})`;
}

/** Publishes the drafts. */
export async function publish(sql: postgres.Sql): Promise<PublishedHead> {
  const [row] = await sql<
    { head: PublishedHead }[]
  >`select public.publish_release('bench', null, true) as head`;
  if (!row) throw new Error("nothing was published");
  return row.head;
}

/** Publishes changes of so many questions. */
export async function publishChanges(sql: postgres.Sql, changed = CHANGED): Promise<PublishedHead> {
  await changeQuestions(sql, changed);
  return await publish(sql);
}

/** Publishes a whole curriculum, then a few changes. */
export async function publishTwice({ sql }: BenchStack): Promise<PublishedHead> {
  await publishQuestions(sql, QUESTIONS, SKILLS);
  return await publishChanges(sql);
}

/** Waits until the release of this version has its bundles. */
export async function releaseBundled(sql: postgres.Sql, version: number): Promise<void> {
  await until("the release's bundles", async () => {
    const [row] = await sql<{ bundled: boolean }[]>`
      select private.bundled_version(private.history()) = ${version} as bundled`;
    if (!row?.bundled) await sql`select ops.continue_bundles()`;
    return row?.bundled === true;
  }, 1000);
}
