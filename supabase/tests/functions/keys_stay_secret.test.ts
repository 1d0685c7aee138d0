// After a working day no key of the project is where somebody might read it: a queue, a log, a job, a row, an answer.
import assert from "node:assert/strict";
import { ulid } from "ulid";
import postgres from "postgres";
import { throwAwayStack } from "../../../scripts/local/stack.ts";
import { until } from "../../../scripts/local/until.ts";
import { CARREL, SUPABASE_FOLDER } from "../../../scripts/start/project.ts";
import { call, event, header, ndjson, newLearner, push } from "./bench.ts";
import { startReceiver } from "./webhooks/receiver.ts";

/** Of carrel_edge. The functions connect with it, and no other role has it. */
const PASSWORD = crypto.randomUUID();

/** Schemas whose tables are searched: Carrel's, and those of the platform that its jobs and workers fill. */
const SCHEMAS = [
  "content",
  "learner",
  "ops",
  "net",
  "cron",
  "realtime",
  "storage",
  "supabase_migrations",
  "seen",
];

/** All rows of all tables as text, by table. */
async function allRows(admin: postgres.Sql): Promise<Map<string, string>> {
  const tables = await admin<{ name: string }[]>`
    select c.oid::regclass::text as name from pg_class c
    where c.relnamespace::regnamespace::text = any (${SCHEMAS}) and c.relkind = 'r'`;
  const texts = new Map<string, string>();
  for (const { name } of [...tables, { name: "pg_stat_statements" }, { name: "pg_stat_activity" }]) {
    const [row] = await admin.unsafe<{ text: string | null }[]>(
      `select string_agg(t::text, e'\\n') as text from ${
        name.replace(/^pg_stat_statements$/, "extensions.$&")
      } t`,
    );
    texts.set(name, row?.text ?? "");
  }
  return texts;
}

Deno.test("I9: after a working day no key of the project is in a queue, job, row, log or answer", async () => {
  await using cleanup = new AsyncDisposableStack();
  const lines: string[] = [];
  const answers: string[] = [];
  const functionEnv = (url: (role: string) => string) => ({
    CARREL_DB_URL: url("carrel_edge").replace(/:[^:@]+@/, `:${PASSWORD}@`),
  });
  const stack = cleanup.use(
    await throwAwayStack({
      project: { ...CARREL, functionEnv },
      supabaseFolder: SUPABASE_FOLDER,
      env: { CARREL_WEBHOOK_ALLOW_LOOPBACK: "1" },
      log: (line) => lines.push(line),
    }),
  );
  const open = (role: string) =>
    cleanup.adopt(postgres(stack.dbUrl(role), { max: 2, onnotice: () => {} }), (sql) => sql.end());
  const [admin, sql] = [open("supabase_admin"), open("postgres")];
  const keep = async (response: Response) => {
    answers.push(`${JSON.stringify([...response.headers])} ${await response.text()}`);
    return response.status;
  };

  // 1 As hosted: DDL is logged. pg_net deletes what it has sent, so that a copy is kept here.
  await admin.unsafe(`alter role carrel_edge password '${PASSWORD}'`);
  await admin`select extensions.pg_stat_statements_reset()`;
  await admin.unsafe(`alter database postgres set log_statement = 'ddl'`);
  await admin.unsafe(`
    create schema seen;
    create table seen.request as select * from net.http_request_queue with no data;
    create function seen.keep() returns trigger language plpgsql security definer as
      'begin insert into seen.request select new.*; return null; end';
    create trigger keep after insert on net.http_request_queue for each row execute function seen.keep()`);

  // 2 The day: workers are configured, webhooks succeed and fail, a release is bundled, a secret and a password are renewed.
  const good = cleanup.use(startReceiver());
  const bad = cleanup.use(startReceiver(() => new Response("no", { status: 500 })));
  const console = open("postgres");
  await console`select ops.configure_signals(${`${stack.apiUrl}/functions/v1`})`;
  const secrets: string[] = [];
  for (const { url } of [good, bad]) {
    const [row] = await console<{ added: { id: string; secret: string } }[]>`
      select public.add_webhook_endpoint(${url}, local => true) as added`;
    assert.ok(row);
    const [rolled] = await console<{ secret: string }[]>`
      select public.rotate_webhook_secret(${row.added.id}) ->> 'secret' as secret`;
    assert.ok(rolled);
    secrets.push(row.added.secret, rolled.secret);
  }
  await console`update content.question set prompt = prompt || '!' where id = (select min(id::text)::uuid from content.question)`;
  await console`select public.publish_release('A day')`;
  await Promise.all([good.atLeast(1), bad.atLeast(1)]);
  await until("bundles", async () => {
    const [state] = await sql`select bundled_at from content.release_state order by version desc limit 1`;
    return Boolean(state?.bundled_at);
  });
  await console`select ops.check_workers()`;
  await until(
    "both workers' answers",
    async () => (await sql`select from private.silent_workers()`).count === 0,
  );

  // 3 Learners sign in, study and make mistakes; callers try every door with a wrong key.
  const account = { email: "day@carrel.test", password: "correct-horse-7" };
  const auth = (path: string, body: unknown) =>
    fetch(`${stack.apiUrl}/auth/v1/${path}`, {
      method: "POST",
      headers: { apikey: stack.publishableKey, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  assert.equal(await keep(await auth("signup", account)), 200);
  await keep(await auth("token?grant_type=password", { ...account, password: "wrong" }));
  const learner = await newLearner(stack);
  for (
    const body of [ndjson(header(learner), event(learner)), "x", ndjson(header(learner), { id: ulid() })]
  ) {
    const answer = await push(stack, learner, body);
    answers.push(JSON.stringify([answer.body, [...answer.headers]]));
  }
  for (
    const path of ["/content/head", "/content/delta?since=x", "/content/nothing", "/bundle", "/webhooks"]
  ) {
    const answer = await call(stack, learner, path);
    answers.push(JSON.stringify([answer.body, [...answer.headers]]));
  }
  for (const slug of ["bundle", "webhooks"]) {
    const credentials: [string, string][] = [
      ["apikey", "sb_secret_guess"],
      ["apikey", stack.secretKey],
      ["x-carrel-wake", "0".repeat(64)],
    ];
    for (const header of credentials) {
      await keep(await fetch(`${stack.apiUrl}/functions/v1/${slug}`, { method: "POST", headers: [header] }));
    }
  }
  for (const rpc of ["publish_release", "content_head", "no_such_function"]) {
    const headers = { apikey: stack.secretKey, "content-type": "application/json" };
    await keep(await fetch(`${stack.apiUrl}/rest/v1/rpc/${rpc}`, { method: "POST", headers, body: "{}" }));
  }
  await until(
    "runs of jobs",
    async () => (await sql`select from cron.job_run_details where status = 'succeeded'`).count >= 2,
  );

  // 4 The database is lost to the functions, and their errors are logged.
  const [renewed] = await console<{ password: string }[]>`select ops.renew_edge_password() as password`;
  assert.ok(renewed);
  await admin`select pg_terminate_backend(pid) from pg_stat_activity where usename = 'carrel_edge'`;
  await until("an answer without a database", async () => {
    const answer = await push(stack, learner, ndjson(header(learner), event(learner)));
    answers.push(JSON.stringify([answer.body, [...answer.headers]]));
    // The first answers may be those of connections that were just ended.
    return answer.status === 503 && lines.some((line) => line.includes("refuses the login of carrel_edge"));
  });

  // 5 The search.
  const places = await allRows(admin);
  places.set("the stack's log", lines.join("\n"));
  places.set("PostgreSQL's log", await Deno.readTextFile(stack.cluster.logFile));
  places.set("answers", answers.join("\n"));
  assert.match(places.get("seen.request") ?? "", /x-carrel-wake/, "the queue was seen");
  const hidden = {
    "the secret key": stack.secretKey,
    "the token of service_role": await stack.keys.tokenFor("service_role"),
    "the functions' password": PASSWORD,
    "the renewed password": renewed.password,
    "a connection string": "postgresql://",
    ...Object.fromEntries(
      secrets.map((secret, i) => [`signing secret ${i + 1}`, secret.replace("whsec_", "")]),
    ),
  };
  const found = [...places].flatMap(([place, text]) =>
    Object.entries(hidden).filter(([, secret]) => text.includes(secret)).map(([what]) =>
      `${what} in ${place}`
    )
  );
  assert.deepEqual(found, []);
});
