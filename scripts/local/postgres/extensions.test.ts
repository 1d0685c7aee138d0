import assert from "node:assert/strict";
import postgres from "postgres";
import { throwAwayCluster } from "../harness.ts";

Deno.test("the extensions schema has what hosted preinstalls, and postgres can add pgTAP", async () => {
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

Deno.test("postgres adds pg_cron and pg_net with the statements of hosted, and Vault is installed", async () => {
  await using cluster = await throwAwayCluster();
  const sql = postgres(cluster.url("postgres"), { max: 1, onnotice: () => {} });
  await sql.unsafe(`
    create extension if not exists pg_cron with schema pg_catalog;
    create extension if not exists pg_net with schema extensions;
    create extension if not exists supabase_vault with schema vault`).simple();
  const rows = await sql`
    select e.extname as name, n.nspname as schema from pg_extension e join pg_namespace n on n.oid = e.extnamespace
     where e.extname in ('pg_cron', 'pg_net', 'supabase_vault') order by 1`;
  assert.deepEqual(rows.map((r) => [r.name, r.schema]), [
    ["pg_cron", "pg_catalog"],
    ["pg_net", "extensions"],
    ["supabase_vault", "vault"],
  ]);
  const owners = await sql`
    select distinct nspowner::regrole::text as owner from pg_namespace where nspname in ('cron', 'net', 'vault')`;
  assert.deepEqual(owners.map((r) => r.owner), ["supabase_admin"]);
  await assert.rejects(sql`create table cron.mine (id int)`, { code: "42501" });
  await assert.rejects(sql`create table net.mine (id int)`, { code: "42501" });
  await sql.unsafe(
    "drop extension pg_cron; drop extension pg_net; create extension pg_cron with schema pg_catalog",
  )
    .simple();
  assert.equal((await sql`select from cron.job`).count, 0);
  await sql.end();
});

Deno.test("postgres cannot read the key of Vault, and a changed secret is noticed", async () => {
  await using cluster = await throwAwayCluster();
  const sql = postgres(cluster.url("postgres"), { max: 1, onnotice: () => {} });
  await assert.rejects(sql`select vault._root_key()`, { code: "42501" });
  await assert.rejects(sql`select pg_read_binary_file('vault.key')`, { code: "42501" });
  await sql`select vault.create_secret('geheim', 'one'), vault.create_secret('anders', 'two')`;
  const admin = postgres(cluster.url("supabase_admin"), { max: 1 });
  await admin`
    update vault.secrets set secret = (select secret from vault.secrets where name = 'two') where name = 'one'`;
  await assert.rejects(sql`select decrypted_secret from vault.decrypted_secrets where name = 'one'`, {
    code: "22000",
  });
  await admin.end();
  await sql.end();
});
