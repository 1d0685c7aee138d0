// Schema auth as migrations and policies meet it: the helpers, and who may do what.
import assert from "node:assert/strict";
import postgres from "postgres";
import { throwAwayCluster } from "../harness.ts";

const cluster = await throwAwayCluster();
const notices: string[] = [];
const sql = postgres(cluster.url("postgres"), {
  max: 1,
  onnotice: ({ message }) => void notices.push(message ?? ""),
});
Deno.test.afterAll(async () => {
  await sql.end();
  await cluster[Symbol.asyncDispose]();
});

async function denied(statement: string, role?: string): Promise<void> {
  const attempt = sql.begin(async (tx) => {
    if (role) await tx.unsafe(`set local role ${role}`);
    await tx.unsafe(statement);
  });
  await assert.rejects(attempt, { code: "42501" }, statement);
}

/** The helpers' answers in a transaction with these settings. */
function helpers(settings: Record<string, string>) {
  return sql.begin(async (tx) => {
    await tx`set local role authenticated`;
    for (const [name, value] of Object.entries(settings)) {
      await tx`select set_config(${name}, ${value}, true)`;
    }
    const [row] = await tx`select auth.uid(), auth.role(), auth.email(), auth.jwt()`;
    return { ...row };
  });
}

Deno.test("the helpers read both kinds of claim settings and treat empty ones as missing", async () => {
  const id = "5f3c2a52-6c0e-4a7f-9a3e-0d6b1f0c9f11";
  const claims = { sub: id, role: "authenticated", email: "ada@example.com" };
  const none = { uid: null, role: null, email: null, jwt: null };
  assert.deepEqual(await helpers({}), none);
  assert.deepEqual(await helpers({ "request.jwt.claims": JSON.stringify(claims) }), {
    uid: id,
    role: "authenticated",
    email: "ada@example.com",
    jwt: claims,
  });
  // The settings of the transaction above are empty now, not unset.
  assert.deepEqual(await helpers({}), none);
  const legacy = {
    "request.jwt.claim.sub": id,
    "request.jwt.claim.role": "anon",
    "request.jwt.claim.email": "",
  };
  assert.deepEqual(await helpers(legacy), { uid: id, role: "anon", email: null, jwt: null });
});

Deno.test("the API roles can call the helpers but cannot see tables", async () => {
  const tables = await sql<{ name: string; secured: boolean }[]>`
    select relname as name, relrowsecurity as secured from pg_class
    where relnamespace = 'auth'::regnamespace and relkind = 'r'`;
  assert(tables.length >= 5);
  for (const role of ["anon", "authenticated", "service_role"]) {
    await sql.begin(async (tx) => {
      await tx.unsafe(`set local role ${role}`);
      await tx`select auth.uid(), auth.role(), auth.email(), auth.jwt()`;
    });
    for (const { name } of tables) await denied(`select from auth.${name}`, role);
  }
  assert.deepEqual(tables.filter(({ secured }) => !secured), []);
});

Deno.test("migrations can reference, read and change users, but not alter the schema", async () => {
  const id = crypto.randomUUID();
  await sql`insert into auth.users (id, email) values (${id}, 'ada@example.com')`;
  await sql`create table public.profile (id uuid primary key references auth.users (id) on delete cascade)`;
  await sql`insert into public.profile values (${id})`;
  await sql`delete from auth.users where id = ${id}`;
  assert.equal((await sql`select from public.profile`).length, 0);
  await denied("create table auth.mine ()");
  await denied("create function auth.mine() returns int language sql as 'select 1'");
  await denied("create or replace function auth.uid() returns uuid language sql as 'select null::uuid'");
  await denied("alter table auth.users add column mine text");
  await denied("drop table auth.sessions");
  await denied("set role supabase_auth_admin");
});

Deno.test("a grant of the schema to a role of the project is ignored with a warning", async () => {
  await sql`create role custom nologin`;
  await sql`grant custom to postgres`;
  await sql`grant usage on schema auth to custom`;
  assert.match(notices.at(-1) ?? "", /no privileges were granted/);
  await denied("select auth.uid()", "custom");
});
