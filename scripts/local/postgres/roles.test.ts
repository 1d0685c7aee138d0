import assert from "node:assert/strict";
import postgres from "postgres";
import { throwAwayCluster } from "../harness.ts";
import { setLocalPasswords } from "./passwords.ts";

Deno.test("roles of a hosted project", async (t) => {
  await using cluster = await throwAwayCluster();
  const sql = postgres(cluster.url("supabase_admin"), { max: 1 });

  await t.step("roles have the attributes of a hosted project", async () => {
    const rows = await sql`
      select rolname as name, rolsuper as super, rolcanlogin as login, rolinherit as inherit, rolbypassrls as bypassrls
        from pg_roles where rolname !~ '^pg_' order by rolname`;
    assert.deepEqual(
      rows.map((r) => [r.name, r.super, r.login, r.inherit, r.bypassrls]),
      [
        ["anon", false, false, true, false],
        ["authenticated", false, false, true, false],
        ["authenticator", false, true, false, false],
        ["postgres", false, true, true, true],
        ["service_role", false, false, true, true],
        ["supabase_admin", true, true, true, true],
        ["supabase_auth_admin", false, true, false, false],
        ["supabase_realtime_admin", false, true, false, false],
        ["supabase_storage_admin", false, true, false, false],
      ],
    );
    const [row] = await sql`
      select rolcreatedb, rolcreaterole, rolreplication from pg_roles where rolname = 'postgres'`;
    assert.deepEqual({ ...row }, { rolcreatedb: true, rolcreaterole: true, rolreplication: true });
  });

  await t.step("authenticator and postgres have the memberships of a hosted project", async () => {
    const rows = await sql`
      select member::regrole::text as member, roleid::regrole::text as role, admin_option as admin
        from pg_auth_members
       where member in ('authenticator'::regrole, 'postgres'::regrole) and roleid::regrole::text !~ '^pg_'
       order by 1, 2`;
    assert.deepEqual(rows.map((r) => [r.member, r.role, r.admin]), [
      ["authenticator", "anon", false],
      ["authenticator", "authenticated", false],
      ["authenticator", "service_role", false],
      ["postgres", "anon", true],
      ["postgres", "authenticated", true],
      ["postgres", "service_role", true],
    ]);
  });

  await t.step("roles have the time limits of a hosted project", async () => {
    const rows = await sql`
      select rolname as name, rolconfig::text as config from pg_roles
       where rolname in ('anon', 'authenticated', 'authenticator') order by 1`;
    assert.deepEqual(rows.map((r) => [r.name, r.config]), [
      ["anon", "{statement_timeout=3s}"],
      ["authenticated", "{statement_timeout=8s}"],
      ["authenticator", "{statement_timeout=8s,lock_timeout=8s}"],
    ]);
    const [row] = await sql`select current_setting('statement_timeout') as limit`;
    assert.equal(row?.limit, "2min");
  });

  await t.step("postgres owns the database, which has no settings of other roles", async () => {
    const [row] =
      await sql`select datdba::regrole::text as owner from pg_database where datname = 'postgres'`;
    assert.equal(row?.owner, "postgres");
    const [setting] = await sql`select current_setting('pgrst.db_schemas') as schemas`;
    assert.equal(setting?.schemas, "public");
  });

  await sql.end();
});

Deno.test("postgres creates a login role with limits, and the stack sets the local password", async () => {
  await using cluster = await throwAwayCluster();
  const owner = postgres(cluster.url("postgres"), { max: 1 });
  await owner.unsafe(`create role app_edge login; alter role app_edge set statement_timeout = '5s'`);
  await owner.end();

  const before = postgres(cluster.url("app_edge"), { max: 1 });
  await assert.rejects(before`select 1`, { code: "28P01" });
  await before.end();

  await setLocalPasswords(cluster.url("supabase_admin"));
  const after = postgres(cluster.url("app_edge"), { max: 1 });
  const [row] = await after`select current_setting('statement_timeout') as limit`;
  assert.equal(row?.limit, "5s");
  await after.end();
});
