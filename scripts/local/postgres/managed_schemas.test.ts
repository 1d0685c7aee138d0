import assert from "node:assert/strict";
import postgres from "postgres";
import { throwAwayCluster } from "../harness.ts";

const NOT_ALLOWED = { code: "42501" };

Deno.test("managed schemas", async (t) => {
  await using cluster = await throwAwayCluster();
  const sql = postgres(cluster.url("postgres"), { max: 1, onnotice: () => {} });
  const count = async (query: string) => Number((await sql.unsafe(query))[0]?.count);

  await t.step("supabase_admin owns the managed schemas, and postgres owns extensions", async () => {
    const rows = await sql`
      select nspname as name, nspowner::regrole::text as owner from pg_namespace
       where nspname in ('auth', 'extensions', 'public', 'realtime', 'storage', 'vault') order by 1`;
    assert.deepEqual(rows.map((r) => [r.name, r.owner]), [
      ["auth", "supabase_admin"],
      ["extensions", "postgres"],
      ["public", "pg_database_owner"],
      ["realtime", "supabase_admin"],
      ["storage", "supabase_admin"],
      ["vault", "supabase_admin"],
    ]);
  });

  for (const schema of ["auth", "realtime", "storage", "vault"]) {
    await t.step(`postgres cannot create objects in ${schema}`, async () => {
      await assert.rejects(sql.unsafe(`create table ${schema}.mine (id int)`), NOT_ALLOWED);
      await assert.rejects(
        sql.unsafe(`create function ${schema}.mine() returns int language sql as 'select 1'`),
        NOT_ALLOWED,
      );
      await assert.rejects(sql.unsafe(`drop schema ${schema} cascade`), NOT_ALLOWED);
      assert.equal(await count(`select count(*) from pg_class where relname = 'mine'`), 0);
    });
  }

  await t.step("postgres cannot alter, drop or take over managed tables", async () => {
    for (const table of ["auth.users", "realtime.messages", "storage.objects"]) {
      await assert.rejects(sql.unsafe(`alter table ${table} add column mine int`), NOT_ALLOWED);
      await assert.rejects(sql.unsafe(`alter table ${table} disable row level security`), NOT_ALLOWED);
      await assert.rejects(sql.unsafe(`alter table ${table} owner to postgres`), NOT_ALLOWED);
      await assert.rejects(sql.unsafe(`drop table ${table} cascade`), NOT_ALLOWED);
    }
  });

  await t.step("postgres can add foreign keys, triggers and policies, and owners stay", async () => {
    await sql.unsafe(`
      create table public.profile (id uuid primary key references auth.users (id));
      create function public.noop() returns trigger language plpgsql as $$ begin return null; end $$;
      create trigger mine after insert on auth.users for each row execute function public.noop();
      drop trigger mine on auth.users;
      create policy mine on storage.objects for select to authenticated using (bucket_id = 'public');
      create policy mine on storage.buckets for select to authenticated using (true);
      create policy mine on realtime.messages for select to authenticated using (true);
      drop policy mine on storage.buckets;
    `).simple();
    assert.equal(await count(`select count(*) from pg_policies where policyname = 'mine'`), 2);
    assert.equal(await count(`select count(*) from pg_trigger where tgname = 'mine'`), 0);
    await assert.rejects(sql`create policy wrong on storage.objects using (no_such_column)`, {
      code: "42703",
    });
    const rows = await sql`
      select c.oid::regclass::text as name, c.relowner::regrole::text as owner, c.relrowsecurity as secured
        from pg_class c
       where c.oid in ('auth.users'::regclass, 'storage.objects'::regclass, 'storage.buckets'::regclass)
       order by 1`;
    assert.deepEqual(rows.map((r) => [r.name, r.owner, r.secured]), [
      ["auth.users", "supabase_auth_admin", true],
      ["storage.buckets", "supabase_storage_admin", true],
      ["storage.objects", "supabase_storage_admin", true],
    ]);
  });

  await t.step(
    "a policy decides what an API role sees, and rows cannot be deleted in SQL",
    async () => {
      await sql`insert into storage.buckets (id, name) values ('public', 'public'), ('secret', 'secret')`;
      await sql`insert into storage.objects (bucket_id, name) values ('public', 'a/b.txt'), ('secret', 'c.txt')`;
      const seen = await sql.begin(async (tx) => {
        await tx`set local role authenticated`;
        return await tx`select name, storage.foldername(name) as folders, storage.extension(name) as ext
                        from storage.objects`;
      });
      assert.deepEqual(seen.map((r) => ({ ...r })), [{ name: "a/b.txt", folders: ["a"], ext: "txt" }]);
      await assert.rejects(sql`delete from storage.objects where true`, NOT_ALLOWED);
      assert.equal(await count(`select count(*) from storage.objects`), 2);
    },
  );

  await t.step("a grant of a managed schema to a role of the project is ignored with a warning", async () => {
    const warnings: string[] = [];
    const other = postgres(cluster.url("postgres"), {
      max: 1,
      onnotice: (notice) => warnings.push(notice.code ?? ""),
    });
    await other.unsafe(`create role mine; grant usage on schema auth to mine`).simple();
    await other.end();
    assert.deepEqual(warnings, ["01007"]);
    assert.equal(await count(`select count(*) where has_schema_privilege('mine', 'auth', 'usage')`), 0);
  });

  await sql.end();
});
