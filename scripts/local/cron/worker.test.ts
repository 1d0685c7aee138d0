// The worker of pg_cron: what runs when, as whom, and what becomes of it; hosted's contract is tested in the suite.
import assert from "node:assert/strict";
import postgres from "postgres";
import { throwAwayCluster } from "../harness.ts";
import { ended, until } from "../until.ts";
import { type CronOptions, startCronWorker } from "./worker.ts";

/** A second is a twentieth of one here. */
const FAST: CronOptions = { secondMs: 50, minuteMs: 200 };

async function bench(options: CronOptions = FAST) {
  const cleanup = new AsyncDisposableStack();
  const cluster = cleanup.use(await throwAwayCluster());
  const lines: string[] = [];
  const context = { databaseUrl: cluster.url, log: (line: string) => lines.push(line) };
  const worker = cleanup.adopt(await startCronWorker(context, options), (w) => w.close());
  const sql = cleanup.adopt(
    postgres(cluster.url("postgres"), { max: 1, onnotice: () => {} }),
    (s) => s.end(),
  );
  const admin = cleanup.adopt(postgres(cluster.url("supabase_admin"), { max: 1 }), (s) => s.end());
  await sql`create extension pg_cron with schema pg_catalog`;
  await sql`create table public.mark (id bigint generated always as identity, word text, at timestamptz default now())`;
  const runs = () =>
    sql<{ status: string; return_message: string; username: string; job_pid: number | null }[]>`
      select status, return_message, username, job_pid from cron.job_run_details order by runid`;
  const marks = async (word: string) => (await sql`select from public.mark where word = ${word}`).count;
  return {
    cluster,
    worker,
    context,
    sql,
    admin,
    lines,
    runs,
    marks,
    until: (what: string, holds: () => Promise<boolean>) =>
      until(() => `${what}; the log says ${lines}`, holds, 30),
    [Symbol.asyncDispose]: () => cleanup.disposeAsync(),
  };
}

Deno.test("five-field jobs start at the beginning of a minute, and interval jobs do not", async () => {
  await using b = await bench();
  await b
    .sql`select cron.schedule('every', '* * * * *', 'insert into public.mark (word) values (''every'')')`;
  await b
    .sql`select cron.schedule('never', '0 0 31 2 *', 'insert into public.mark (word) values (''never'')')`;
  await b.until("two runs", async () => await b.marks("every") >= 2);
  assert.equal(await b.marks("never"), 0);
});

Deno.test("a job starts again only after its last run, and a missed run follows next", async () => {
  await using b = await bench();
  await b.sql`
    select cron.schedule('slow', '1 second', 'insert into public.mark (word) values (''slow''); select pg_sleep(0.2)')`;
  await b.until(
    "three runs",
    async () => (await b.runs()).filter((r) => r.status === "succeeded").length >= 3,
  );
  const overlaps = await b.sql`
    select from cron.job_run_details a join cron.job_run_details b
        on a.runid < b.runid and b.start_time < coalesce(a.end_time, 'infinity')`;
  assert.equal(overlaps.count, 0);
});

Deno.test("runs are recorded with role, process, result and error, and a failing job continues", async () => {
  await using b = await bench();
  await b.sql`create role contract_clerk login password 'postgres'`;
  await b.sql`grant usage on schema cron to contract_clerk`;
  await b.sql`grant execute on all functions in schema cron to contract_clerk`;
  await b.sql`grant insert on public.mark to contract_clerk`;
  const clerk = postgres(b.cluster.url("postgres").replace("//postgres:", "//contract_clerk:"), { max: 1 });
  await clerk`select cron.schedule('mine', '1 second', 'insert into public.mark (word) values (current_user)')`;
  await clerk.end();
  await b.sql`select cron.schedule('bad', '1 second', 'select 1/0')`;
  await b.until("both", async () => {
    const runs = await b.runs();
    return runs.some((r) => r.status === "succeeded") &&
      runs.filter((r) => r.status === "failed").length >= 2;
  });
  const runs = await b.runs();
  const mine = runs.find((r) => r.status === "succeeded");
  assert.deepEqual([mine?.username, mine?.return_message], ["contract_clerk", "INSERT 0 1"]);
  assert(mine?.job_pid);
  assert.match(runs.find((r) => r.status === "failed")?.return_message ?? "", /^ERROR: division by zero/);
  assert(await b.marks("contract_clerk") > 0);
});

Deno.test("a changed, paused or removed job takes effect at the next run", async () => {
  await using b = await bench();
  const [job] = await b.sql`
    select cron.schedule('job', '1 second', 'insert into public.mark (word) values (''old'')') as id`;
  // Another job tells the time: when one that was scheduled later has run, the change before it was heard of, and
  // while it runs five times more, the first one would have run as well.
  const rests = async (clock: string) => {
    await b
      .sql`select cron.schedule(${clock}, '1 second', ${`insert into public.mark (word) values ('${clock}')`})`;
    await b.until(`the job ${clock}`, async () => await b.marks(clock) >= 3);
    await b.until("the end of the last run", async () => {
      const underWay = await b.sql`
        select from cron.job_run_details where jobid = ${job?.id} and status in ('starting', 'running')`;
      return underWay.count === 0;
    });
    const [before, ticks] = [await b.marks("new"), await b.marks(clock)];
    await b.until(`more of the job ${clock}`, async () => await b.marks(clock) >= ticks + 5);
    assert.equal(await b.marks("new"), before);
    return before;
  };
  await b.until("a run", async () => await b.marks("old") > 0);
  await b
    .sql`select cron.alter_job(${job?.id}, command => 'insert into public.mark (word) values (''new'')')`;
  await b.until("the new one", async () => await b.marks("new") > 0);
  await b.sql`select cron.alter_job(${job?.id}, active => false)`;
  const count = await rests("paused");
  await b.sql`select cron.alter_job(${job?.id}, active => true)`;
  await b.until("it goes on", async () => await b.marks("new") > count);
  await b.sql`select cron.unschedule('job')`;
  await rests("removed");
});

Deno.test("jobs continue after all connections were cut", async () => {
  await using b = await bench();
  await b.sql`select cron.schedule('job', '1 second', 'insert into public.mark (word) values (''x'')')`;
  await b.until("a run", async () => await b.marks("x") > 0);
  await b.admin`
    select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'pg_cron' and pid <> pg_backend_pid()`;
  const count = await b.marks("x");
  await b.until("more runs", async () => await b.marks("x") > count + 1);
  // Jobs that are scheduled now are heard of too.
  await b.sql`select cron.schedule('late', '1 second', 'insert into public.mark (word) values (''late'')')`;
  await b.until("the late one", async () => await b.marks("late") > 0);
});

Deno.test("closing cancels running jobs, and the next start records that", async () => {
  await using b = await bench();
  await b.sql`select cron.schedule('long', '1 second', 'select pg_advisory_xact_lock(7)')`;
  await b.admin.begin(async (tx) => {
    await tx`select pg_advisory_xact_lock(7)`;
    await b.until("it runs", async () => (await b.runs()).some((r) => r.status === "running"));
    await ended("an end while the job waits", b.worker.close());
  });
  await b.sql`select cron.unschedule('long')`;
  const next = await startCronWorker(b.context, FAST);
  await next.close();
  assert.deepEqual((await b.runs()).map((r) => [r.status, r.return_message]), [[
    "failed",
    "server restarted",
  ]]);
});
