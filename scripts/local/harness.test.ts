import assert from "node:assert/strict";
import postgres from "postgres";
import { throwAwayCluster } from "./harness.ts";
import { FIXTURE } from "./testing.ts";

Deno.test("temporary databases are independent, empty at the start, and removed at the end", async () => {
  const urls: string[] = [];
  for (let round = 0; round < 2; round++) {
    await using one = await throwAwayCluster();
    await using two = await throwAwayCluster();
    for (const cluster of [one, two]) {
      const sql = postgres(cluster.url("postgres"), { max: 1 });
      await sql`create table public.mine (id int)`;
      await sql.end();
      urls.push(cluster.url("postgres"));
    }
  }
  for (const url of urls) {
    const sql = postgres(url, { max: 1 });
    await assert.rejects(sql`select 1`, { code: "ECONNREFUSED" });
  }
});

Deno.test("a migrated temporary database has the project's migrations", async () => {
  await using cluster = await throwAwayCluster(FIXTURE);
  const sql = postgres(cluster.url("postgres"), { max: 1 });
  const [row] = await sql`select to_regclass('public.note') is not null as migrated`;
  assert.equal(row?.migrated, true);
  await sql.end();
});
