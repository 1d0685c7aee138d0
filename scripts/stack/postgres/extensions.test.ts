import assert from "node:assert/strict";
import postgres from "postgres";
import { throwAwayCluster } from "../harness.ts";

Deno.test("the extensions schema holds what hosted preinstalls, and postgres can add pgTAP", async () => {
  await using cluster = await throwAwayCluster();
  const sql = postgres(cluster.url("postgres"), { max: 1, onnotice: () => {} });
  const installed = await sql`
    select extname as name from pg_extension where extnamespace = 'extensions'::regnamespace order by 1`;
  assert.deepEqual(installed.map((r) => r.name), ["pg_stat_statements", "pgcrypto", "uuid-ossp"]);

  await sql.unsafe(`
    create extension if not exists pgcrypto with schema extensions;
    create extension if not exists pg_trgm with schema extensions;
    create extension pgtap with schema extensions`).simple();
  const [row] = await sql`select extversion as version from pg_extension where extname = 'pgtap'`;
  assert.equal(row?.version, "1.3.5");

  const lines = await sql.begin(async (tx) => {
    const [plan] = await tx`select extensions.plan(1) as line`;
    const [test] =
      await tx`select extensions.is(encode(extensions.digest('a', 'sha256'), 'hex'), ${"ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"}) as line`;
    return [plan?.line, test?.line];
  });
  assert.deepEqual(lines, ["1..1", "ok 1"]);
  const calls =
    await sql`select calls from extensions.pg_stat_statements where query like '%extensions.plan%'`;
  assert.equal(calls.length, 1);
  await sql.end();
});
