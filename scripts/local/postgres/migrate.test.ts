import assert from "node:assert/strict";
import { join } from "node:path";
import postgres from "postgres";
import { throwAwayCluster } from "../harness.ts";
import type { Cluster } from "./cluster.ts";
import { migrate } from "./migrate.ts";
import { MigrationRefused } from "./migrations.ts";
import { SqlFileFailed } from "./sql_error.ts";

/** A Supabase folder with these files, and a database to apply them to. */
async function project(files: Record<string, string>) {
  const folder = await Deno.makeTempDir({ prefix: "local-supabase-test-" });
  await Deno.mkdir(join(folder, "migrations"));
  const cluster: Cluster & AsyncDisposable = await throwAwayCluster();
  const sql = postgres(cluster.url("postgres"), { max: 1, onnotice: () => {} });
  const write = (name: string, text: string) =>
    Deno.writeTextFile(join(folder, name === "seed.sql" ? name : join("migrations", name)), text);
  for (const [name, text] of Object.entries(files)) await write(name, text);
  return {
    sql,
    write,
    remove: (name: string) => Deno.remove(join(folder, "migrations", name)),
    migrate: () => migrate(cluster.url("postgres"), folder),
    async tableExists(name: string) {
      return (await sql`select to_regclass(${name}) is not null as found`)[0]?.found;
    },
    async [Symbol.asyncDispose]() {
      await sql.end();
      await cluster[Symbol.asyncDispose]();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

const FIRST = "20260101000000_first.sql";
const SECOND = "20260102000000_second.sql";

Deno.test("migrations run once and in order as postgres, and the seed runs once after them", async () => {
  await using p = await project({
    [SECOND]: "create table public.b (id int primary key references public.a (id));",
    [FIRST]: "create table public.a (id int primary key, made_by text default current_user);",
    "seed.sql": "insert into public.a values (1); insert into public.b values (1);",
  });
  assert.deepEqual(await p.migrate(), { kind: "current", applied: [FIRST, SECOND], seed: "applied" });
  assert.deepEqual(await p.migrate(), { kind: "current", applied: [], seed: "present" });
  assert.deepEqual((await p.sql`select made_by from public.a`).map((r) => r.made_by), ["postgres"]);

  await p.write("20260103000000_third.sql", "create table public.c (id int);");
  await p.write("seed.sql", "insert into public.a values (2);");
  assert.deepEqual(await p.migrate(), {
    kind: "current",
    applied: ["20260103000000_third.sql"],
    seed: "changed",
  });
  assert.equal((await p.sql`select * from public.a`).length, 1);
});

Deno.test("a failing migration names file, line, message, hint and statement, and is rolled back", async () => {
  await using p = await project({
    [FIRST]: "create table public.a (id int);",
    [SECOND]: [
      "-- Ü: characters before the error count as characters",
      "create table public.b (id int);",
      "",
      "-- unknown function",
      "select id,",
      "  shorten(id)",
      "from public.a;",
    ].join("\n"),
  });
  const error: unknown = await p.migrate().catch((error) => error);
  assert.ok(error instanceof SqlFileFailed);
  assert.equal(error.code, "42883");
  assert.equal(error.line, 6);
  assert.equal(
    error.message,
    [
      `${SECOND}:6: function shorten(integer) does not exist (SQLSTATE 42883)`,
      "  6 |   shorten(id)",
      "  hint: No function matches the given name and argument types. You might need to add explicit type casts.",
    ].join("\n"),
  );
  assert.equal(await p.tableExists("public.a"), true);
  assert.equal(await p.tableExists("public.b"), false);

  await p.write(SECOND, "create table public.b (id int);");
  assert.deepEqual(await p.migrate(), { kind: "current", applied: [SECOND], seed: "none" });
});

Deno.test("an error without a position names its statement and the place in it", async () => {
  await using p = await project({
    [FIRST]: "select 1;\n-- why\ndo $$\nbegin\n  raise exception 'no' using detail = 'since';\nend $$;",
  });
  await assert.rejects(p.migrate(), {
    name: "SqlFileFailed",
    message: [
      `${FIRST}:3: no (SQLSTATE P0001)`,
      "  3 | do $$",
      "  detail: since",
      "  where: PL/pgSQL function inline_code_block line 3 at RAISE",
    ].join("\n"),
  });
});

Deno.test("a failing seed is rolled back and runs again after a fix", async () => {
  await using p = await project({
    [FIRST]: "create table public.a (id int primary key);",
    "seed.sql": "insert into public.a values (1);\ninsert into public.a values (1);",
  });
  await assert.rejects(p.migrate(), { code: "23505", line: 2 });
  assert.equal((await p.sql`select * from public.a`).length, 0);
  await p.write("seed.sql", "insert into public.a values (1);");
  assert.deepEqual(await p.migrate(), { kind: "current", applied: [], seed: "applied" });
});

Deno.test("edited, removed and late migrations are reported, and no migration runs", async () => {
  await using p = await project({ [FIRST]: "create table public.a (id int);", [SECOND]: "select 2;" });
  await p.migrate();
  await p.write(FIRST, "create table public.a (id bigint);");
  await p.remove(SECOND);
  await p.write("20260101120000_late.sql", "select 3;");
  await p.write("20260103000000_third.sql", "create table public.c (id int);");
  assert.deepEqual(await p.migrate(), {
    kind: "diverged",
    changed: [FIRST],
    removed: ["20260102000000"],
    late: ["20260101120000_late.sql"],
  });
  assert.equal(await p.tableExists("public.c"), false);
});

Deno.test("settings and roles set by a migration end with it", async () => {
  await using p = await project({
    [FIRST]: "set search_path = ''; set role anon;",
    [SECOND]: "create table a (id int); set search_path = '';",
    "seed.sql": "insert into a values (1);",
  });
  assert.deepEqual((await p.migrate()).kind, "current");
  assert.equal(await p.tableExists("public.a"), true);
});

Deno.test("a statement that cannot run in a transaction must be alone in its file", async () => {
  await using p = await project({
    [FIRST]: "create table public.a (id int);",
    [SECOND]: "-- why\ncreate index concurrently if not exists a_id_idx on public.a (id);",
  });
  assert.equal((await p.migrate()).kind, "current");
  assert.equal(await p.tableExists("public.a_id_idx"), true);
});

Deno.test("files that break a rule are refused before any of them runs", async () => {
  const cases: [string, string][] = [
    ["1_short.sql", "select 1;"],
    ["20260102000000-dash.sql", "select 1;"],
    ["20260101000000_twice.sql", "select 1;"],
    [SECOND, "begin; select 1; commit;"],
    [SECOND, "-- a comment\nrollback;"],
    [SECOND, "select 1; create unique index concurrently on public.a (id);"],
    [SECOND, "vacuum; select 1;"],
  ];
  for (const [name, text] of cases) {
    const folder = await Deno.makeTempDir({ prefix: "local-supabase-test-" });
    await Deno.mkdir(join(folder, "migrations"));
    await Deno.writeTextFile(join(folder, "migrations", FIRST), "select 1;");
    await Deno.writeTextFile(join(folder, "migrations", name), text);
    // Nothing listens on this port: the files are looked at first.
    const error: unknown = await migrate("postgresql://postgres@127.0.0.1:1/postgres", folder).catch((e) =>
      e
    );
    assert.ok(error instanceof MigrationRefused, `${name}: ${error}`);
    assert.ok(error.message.startsWith(`${name}: `), error.message);
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a rollback to a savepoint is allowed", async () => {
  await using p = await project({ [FIRST]: "savepoint s; rollback to savepoint s; rollback work to s;" });
  assert.equal((await p.migrate()).kind, "current");
});
