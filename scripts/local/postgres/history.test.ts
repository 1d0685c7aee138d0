// The Supabase CLI itself, against databases that it and we have migrated.
import assert from "node:assert/strict";
import { join } from "node:path";
import postgres from "postgres";
import { throwAwayCluster } from "../harness.ts";
import type { Cluster } from "./cluster.ts";
import { NODE_MODULES } from "./folders.ts";
import { migrate } from "./migrate.ts";

const FILES: Record<string, string> = {
  "migrations/20260101000000_all_kinds.sql": `-- What:  every kind of token; with semicolons
/* block; comment /* nested; */ still; */
create table public.a (id int, "we;ird" text default 'x;''y');

create function public.f() returns text language sql as $body$ select 'a;b'; $body$;;
create function public.g() returns text language sql begin atomic select 'a'; select 'b'; end;
create rule r as on insert to public.a do also (select 1);
select 1 as "atomic", 2 - 1, 4 / 2; select $t1$a;b$t1$;
do $$ begin perform 1; end $$;
insert into public.a values (1, 'ü;'), (2, 'x');
-- trailing comment;
`,
  "migrations/20260102000000_windows.sql": "\uFEFFselect 1;\r\n\r\nselect 2\r\n",
  "migrations/20260103000000_empty.sql": "",
  "migrations/20260104000000_concurrently.sql": "create index concurrently a_id_idx on public.a (id);",
  "seed.sql": "insert into public.a values (3, 'c');\ninsert into public.a values (4, 'd');\n",
  "config.toml": 'project_id = "history-test"\n',
};

async function writeProject(): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "local-supabase-test-" });
  await Deno.mkdir(join(folder, "supabase", "migrations"), { recursive: true });
  for (const [name, text] of Object.entries(FILES)) {
    await Deno.writeTextFile(join(folder, "supabase", name), text);
  }
  return folder;
}

/** Runs the CLI in a project against a database, and gives what it wrote. */
async function supabase(folder: string, cluster: Cluster, ...args: string[]): Promise<string> {
  const output = await new Deno.Command("node", {
    args: [
      join(NODE_MODULES, "supabase/dist/supabase.js"),
      ...args,
      "--db-url",
      `${cluster.url("postgres")}?sslmode=disable`,
    ],
    cwd: folder,
    env: { DO_NOT_TRACK: "1", SUPABASE_HOME: join(folder, "home") },
  }).output();
  const text = new TextDecoder().decode(output.stdout) + new TextDecoder().decode(output.stderr);
  assert.ok(output.success, text);
  return text;
}

async function recorded(cluster: Cluster) {
  const sql = postgres(cluster.url("postgres"), { max: 1 });
  const migrations = await sql`
    select version, name, statements from supabase_migrations.schema_migrations order by version`;
  const seeds = await sql`select path, hash from supabase_migrations.seed_files`;
  const columns = await sql`
    select table_name, column_name, data_type, is_nullable from information_schema.columns
     where table_schema = 'supabase_migrations' order by 1, 2`;
  await sql.end();
  return [migrations, seeds, columns].map((rows) => rows.map((row) => ({ ...row })));
}

Deno.test("the local stack and the CLI write the same migration history", async () => {
  const folder = await writeProject();
  await using ours = await throwAwayCluster();
  await using theirs = await throwAwayCluster();
  const result = await migrate(ours.url("postgres"), join(folder, "supabase"));
  assert.deepEqual(result.kind === "current" && result.seed, "applied");
  await supabase(folder, theirs, "db", "push", "--yes", "--include-seed");
  assert.deepEqual(await recorded(ours), await recorded(theirs));

  // Each takes up the other's.
  assert.match(await supabase(folder, ours, "db", "push", "--dry-run", "--include-seed"), /up to date/);
  assert.deepEqual(await migrate(theirs.url("postgres"), join(folder, "supabase")), {
    kind: "current",
    applied: [],
    seed: "present",
  });
  const list = await supabase(folder, ours, "migration", "list");
  for (const version of ["20260101000000", "20260102000000", "20260103000000", "20260104000000"]) {
    assert.match(list, new RegExp(`${version}.*${version}`));
  }

  await Deno.writeTextFile(join(folder, "supabase/migrations/20260105000000_new.sql"), "select 1;");
  assert.match(await supabase(folder, ours, "db", "push", "--dry-run"), /20260105000000_new\.sql/);
  await Deno.remove(folder, { recursive: true });
});
