// What an app expects of pg_cron.
import assert from "node:assert/strict";
import postgres, { type Sql } from "postgres";
import { until } from "../until.ts";
import type { Target } from "./target.ts";

function test(name: string, run: () => Promise<void>): void {
  Deno.test(`cron: ${name}`, run);
}

/** Registers the contract's tests with Deno.test; jobs are named `contract_…` and unscheduled after it. */
export function cronContract(target: Target): void {
  let sql: Sql;
  const tidy = () => sql`select cron.unschedule(jobid) from cron.job where jobname like 'contract\\_%'`;
  const runsOf = (job: string) =>
    sql<{ status: string; return_message: string; database: string; username: string }[]>`
      select status, return_message, database, username from cron.job_run_details
       where jobid = ${job} and status in ('succeeded', 'failed') order by runid`;
  const firstRun = async (job: string) => {
    await until("the job's first run", async () => (await runsOf(job)).count > 0, 100);
    const [run] = await runsOf(job);
    assert(run);
    return run;
  };
  const schedule = async (name: string, when: string, command: string) => {
    const [row] = await sql<{ id: string }[]>`select cron.schedule(${name}, ${when}, ${command})::text as id`;
    return row?.id ?? "";
  };

  Deno.test.beforeAll(async () => {
    sql = postgres(target.databaseUrl, { max: 1, prepare: false, onnotice: () => {} });
    await sql`create extension if not exists pg_cron with schema pg_catalog`;
    await tidy();
  });
  Deno.test.afterAll(async () => {
    await tidy();
    await sql.end();
  });

  test("a name is scheduled once: again means to change it", async () => {
    const first = await schedule("contract_named", "0 3 * * *", "select 1");
    const again = await schedule("contract_named", "5 4 * * mon-fri", "select 2");
    assert.equal(again, first);
    const [job] = await sql`
      select schedule, command, database, username, active from cron.job where jobname = 'contract_named'`;
    assert.deepEqual({ ...job }, {
      schedule: "5 4 * * mon-fri",
      command: "select 2",
      database: "postgres",
      username: "postgres",
      active: true,
    });
    await sql`select cron.alter_job(${first}, schedule => '0 5 * * *', active => false)`;
    const [altered] = await sql`select schedule, command, active from cron.job where jobid = ${first}`;
    assert.deepEqual({ ...altered }, { schedule: "0 5 * * *", command: "select 2", active: false });
    assert.equal((await sql`select cron.unschedule('contract_named') as done`)[0]?.done, true);
    assert.equal((await sql`select from cron.job where jobid = ${first}`).count, 0);
    await assert.rejects(sql`select cron.unschedule('contract_named')`, { code: "XX000" });
  });

  test("jobs without a name are as many as are scheduled", async () => {
    const ids = [];
    for (let i = 0; i < 2; i++) {
      ids.push((await sql`select cron.schedule('0 0 1 1 *', 'select 1')::text as id`)[0]?.id);
    }
    assert.notEqual(ids[0], ids[1]);
    for (const id of ids) await sql`select cron.unschedule(${id}::bigint)`;
  });

  test("schedules of six fields, of other units or out of range are refused", async () => {
    for (
      const wrong of ["* * * * * *", "* * * *", "60 * * * *", "60 seconds", "0 seconds", "5 minutes", "x"]
    ) {
      await assert.rejects(schedule("contract_wrong", wrong, "select 1"), { code: "22023" }, wrong);
    }
    assert.equal((await sql`select from cron.job where jobname = 'contract_wrong'`).count, 0);
  });

  test("a job runs as who scheduled it, and its end is recorded", async () => {
    const job = await schedule("contract_tick", "1 second", "select current_user, session_user");
    const run = await firstRun(job);
    assert.deepEqual({ ...run }, {
      status: "succeeded",
      return_message: "1 row",
      database: "postgres",
      username: "postgres",
    });
    await sql`select cron.unschedule(${job}::bigint)`;
  });

  test("a job that fails is recorded with the error", async () => {
    const job = await schedule("contract_bad", "1 second", "select 1/0");
    const run = await firstRun(job);
    assert.equal(run.status, "failed");
    assert.match(run.return_message, /division by zero/);
    await sql`select cron.unschedule(${job}::bigint)`;
  });

  test("postgres changes jobs by functions alone, and the API roles have no access", async () => {
    await assert.rejects(sql`insert into cron.job (schedule, command) values ('* * * * *', 'select 1')`, {
      code: "42501",
    });
    await assert.rejects(sql`delete from cron.job where jobname = 'contract_none'`, { code: "42501" });
    for (const role of ["anon", "authenticated", "service_role"]) {
      await assert.rejects(
        sql.begin(async (tx) => {
          await tx.unsafe(`set local role ${role}`);
          await tx`select cron.schedule('contract_api', '* * * * *', 'select 1')`;
        }),
        { code: "42501" },
        role,
      );
    }
    await sql`delete from cron.job_run_details where command = 'select 1/0'`;
  });
}
