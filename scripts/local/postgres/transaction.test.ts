import assert from "node:assert/strict";
import postgres from "postgres";
import { throwAwayCluster } from "../harness.ts";
import { until } from "../until.ts";
import { isConnectionLost, transaction } from "./transaction.ts";

Deno.test("a transaction that loses its connection fails, and process and pool continue", async () => {
  await using cluster = await throwAwayCluster();
  const sql = postgres(cluster.url("postgres"), { max: 1, onnotice: () => {} });
  const other = postgres(cluster.url("postgres"), { max: 1, onnotice: () => {} });
  let pid: number | undefined;
  const lost = transaction(sql, async (tx) => {
    pid = (await tx<{ pid: number }[]>`select pg_backend_pid() as pid`)[0]?.pid;
    await tx`select pg_sleep(60)`;
  });
  const failed = assert.rejects(lost, isConnectionLost);
  await until("a statement that runs", async () =>
    pid !== undefined &&
    (await other`select from pg_stat_activity where pid = ${pid} and query like '%pg_sleep%' and state = 'active'`)
        .count > 0);
  await other`select pg_terminate_backend(${pid ?? 0})`;
  await failed;
  // The library tells the next one of the loss as well.
  await until("a connection", async () => {
    try {
      return await transaction(sql, async (tx) => (await tx`select 1`).count === 1);
    } catch (error) {
      assert.ok(isConnectionLost(error));
      return false;
    }
  });
  await Promise.all([sql.end(), other.end()]);
});

Deno.test("a transaction returns the result of its work, and is rolled back when the work throws", async () => {
  await using cluster = await throwAwayCluster();
  const sql = postgres(cluster.url("postgres"), { max: 1, onnotice: () => {} });
  assert.deepEqual(await transaction(sql, () => Promise.resolve([1, 2])), [1, 2]);
  const thrown = transaction(sql, async (tx) => {
    await tx`create table public.taken_back ()`;
    throw new Error("on purpose");
  });
  await assert.rejects(thrown, /on purpose/);
  assert.equal((await sql`select to_regclass('public.taken_back') as found`)[0]?.found, null);
  await sql.end();
});
