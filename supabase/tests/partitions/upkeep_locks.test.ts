// Jobs run while learners, Auth, Storage and Realtime work. Their DDL must lock nothing that those use for long.
import assert from "node:assert/strict";
import postgres from "postgres";
import { withConnection } from "../../../scripts/check/catalogue/databases.ts";
import { throwAwayCluster } from "../../../scripts/start/project.ts";

/** DDL that a job may run. Policy commands and DROP TRIGGER are missing: for these, older images lock tables of Auth, Storage and Realtime. */
const ALLOWED = [
  "ALTER TABLE",
  "COMMENT",
  "CREATE INDEX",
  "CREATE TABLE",
  "CREATE TRIGGER",
  "DROP TABLE",
];

/** Records every DDL command. Only a superuser may create an event trigger. */
const RECORD = `
  create table public.command (tag text);
  grant insert, select on public.command to public;
  create function public.record() returns event_trigger language plpgsql as
    $$ begin insert into public.command values (tg_tag); end $$;
  create event trigger recorded on ddl_command_end execute function public.record();`;

const tagsOf = async (sql: postgres.Sql) =>
  (await sql<{ tag: string }[]>`select distinct tag from public.command order by 1`).map(({ tag }) => tag);

Deno.test("O4: jobs run no policy command and no DROP TRIGGER, which lock Auth, Storage and Realtime", async (t) => {
  await using cluster = await throwAwayCluster({ migrated: true });
  await withConnection(cluster, (sql) => sql.unsafe(RECORD).simple(), "supabase_admin");
  await withConnection(cluster, async (sql) => {
    await t.step("O4: a month is made and expired months are dropped", async () => {
      await sql`select ops.maintain_partitions(p_months => 15), ops.drop_old_telemetry(now() + interval '300 days')`;
      assert.deepEqual(await tagsOf(sql), ALLOWED.filter((tag) => tag !== "CREATE INDEX"));
    });
    await t.step("O4: a default partition is made again", async () => {
      await sql`drop table ops.telemetry_default`;
      await sql`select ops.ensure_partitions(now() + interval '3 years', 0)`;
      assert.deepEqual(await tagsOf(sql), ALLOWED);
    });
    await t.step("O4: every scheduled job runs", async () => {
      const jobs = await sql<{ command: string }[]>`select command from cron.job where jobname ^@ 'carrel_'`;
      assert.ok(jobs.length > 10);
      for (const { command } of jobs) await sql.unsafe(command);
      assert.deepEqual(await tagsOf(sql), ALLOWED);
    });
    await t.step("O4: a policy command would be recorded", async () => {
      await sql`create policy history_all_more on ops.history for all to anon using (false)`;
      assert.ok((await tagsOf(sql)).includes("CREATE POLICY"));
    });
  });
});

Deno.test("O4: making a month locks one table with its partitions against reads, and nothing else", async () => {
  await using cluster = await throwAwayCluster({ migrated: true });
  await withConnection(cluster, async (sql) => {
    await sql.begin(async (tx) => {
      const [made] = await tx<{ name: string }[]>`select ops.maintain_partitions(p_months => 13) as name`;
      const table = made?.name.replace(/_\d{4}_\d\d$/, "") ?? "";
      assert.match(table, /^\w+\.\w+$/);
      const locked = await tx<{ name: string }[]>`
        select l.relation::regclass::text as name from pg_locks l join pg_class c on c.oid = l.relation
        where l.pid = pg_backend_pid() and l.mode = 'AccessExclusiveLock' and c.relkind in ('r', 'p', 'v')
          and c.relnamespace <> 'pg_toast'::regnamespace order by 1`;
      assert.deepEqual(locked.filter(({ name }) => name !== table && !name.startsWith(`${table}_`)), []);
      assert.ok(locked.some(({ name }) => name === `${table}_default`), "the locks were seen");
    });
  });
});
