// Two releases are due at once, and somebody cancels the second while it is under way: the first one stays.
import assert from "node:assert/strict";
import { until } from "../../../scripts/local/until.ts";
import { testDatabase } from "../properties/database.ts";

Deno.test("C5, I1: a schedule that is cancelled while it runs undoes only itself", async () => {
  await using database = await testDatabase();
  const { sql } = database;
  const plan = async (note: string) => {
    await sql`update content.domain set title = ${note} where status = 'active'`;
    const [row] = await sql<{ hash: string }[]>`select public.preview_release(0) ->> 'hash' as hash`;
    await sql`select public.schedule_release(now(), ${row?.hash ?? ""}, ${note})`;
  };
  const states = async () => {
    const rows = await sql<{ note: string; state: string; version: number | null; error: string | null }[]>`
      select note, state, version, error from content.schedule order by id`;
    return rows.map(({ note, state, version, error }) => [note, state, version, error]);
  };
  /** A run of the job, as pg_cron has it: a statement of its own. */
  const run = (by = sql) => by`select private.run_job('schedules', 'select ops.run_due_schedule()')`;
  await plan("One");
  await sql`update content.schedule set due_at = now() - interval '1 hour'`;
  await run();
  await plan("Two");

  // The second waits for a publisher who does not come to an end.
  const worker = database.connect();
  await sql.begin(async (publisher) => {
    await publisher`select pg_advisory_xact_lock(hashtextextended('carrel.publish_release', 0))`;
    const running = run(worker).execute();
    const waits = () =>
      sql<{ pid: number }[]>`select pid from pg_stat_activity where wait_event = 'advisory'`;
    await until("the second schedule under way", async () => (await waits()).length > 0);
    for (const { pid } of await waits()) await sql`select pg_cancel_backend(${pid})`;
    await running;
  });
  assert.deepEqual(await states(), [["One", "published", 2, null], ["Two", "pending", null, "57014"]]);
  const [job] = await sql<{ failures: number }[]>`select failures from ops.job where name = 'schedules'`;
  assert.equal(job?.failures, 0);

  await run();
  assert.deepEqual(await states(), [["One", "published", 2, null], ["Two", "published", 3, null]]);
});
