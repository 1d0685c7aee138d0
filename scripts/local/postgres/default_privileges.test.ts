import assert from "node:assert/strict";
import postgres from "postgres";
import { throwAwayCluster } from "../harness.ts";

const NOT_ALLOWED = { code: "42501" };
const API_ROLES = ["anon", "authenticated", "service_role"];

Deno.test("default privileges", async (t) => {
  await using cluster = await throwAwayCluster();
  const sql = postgres(cluster.url("postgres"), { max: 1 });
  await sql.unsafe(`
    create table public.note (id bigserial primary key, body text);
    create view public.note_view as select * from public.note;
    create function public.answer() returns int language sql as 'select 42';
  `).simple();

  const as = (role: string, query: string) =>
    sql.begin(async (tx) => {
      await tx.unsafe(`set local role ${role}`);
      return await tx.unsafe(query);
    });

  for (const role of API_ROLES) {
    await t.step(role, async () => {
      await assert.rejects(as(role, "select * from public.note"), NOT_ALLOWED);
      await assert.rejects(as(role, "select * from public.note_view"), NOT_ALLOWED);
      await assert.rejects(as(role, "insert into public.note (body) values ('x')"), NOT_ALLOWED);
      await assert.rejects(as(role, "select nextval('public.note_id_seq')"), NOT_ALLOWED);
      await assert.rejects(as(role, "create table public.mine (id int)"), NOT_ALLOWED);
      // PostgreSQL's own default, which hosted keeps.
      assert.equal((await as(role, "select public.answer()"))[0]?.answer, 42);
    });
  }

  await t.step("an explicit grant is enough for an API role", async () => {
    await sql`grant select on public.note to authenticated`;
    assert.equal((await as("authenticated", "select * from public.note")).length, 0);
    await assert.rejects(as("service_role", "select * from public.note"), NOT_ALLOWED);
  });

  await t.step("a new role cannot create objects in public", async () => {
    await sql`create role stranger`;
    await sql`grant stranger to postgres`;
    await assert.rejects(as("stranger", "create table public.mine (id int)"), NOT_ALLOWED);
  });

  await sql.end();
});
