// Projects made before 30 May 2026 grant everything on new objects of `public`. The migrations give them the same catalogue as new ones.
import assert from "node:assert/strict";
import type postgres from "postgres";
import { readMigrations } from "../../local/postgres/migrations.ts";
import { SUPABASE_FOLDER, throwAwayCluster } from "../../start/project.ts";
import { compareCatalogues } from "./compare.ts";
import { catalogueAfter, catalogueOf, loadMigrations, loadSources, withConnection } from "./databases.ts";

const API_ROLES = "postgres, anon, authenticated, service_role";
/** What an old project begins with. The second form, for all schemas, is the same mistake made by hand. */
const OLD_DEFAULTS = ["in schema public", ""].flatMap((where) =>
  ["tables", "sequences", "functions"].map((kind) =>
    `alter default privileges ${where} grant all on ${kind} to ${API_ROLES}`
  )
).join(";\n");
const OLD_PROJECT = `${OLD_DEFAULTS}; grant all on schema public to anon, authenticated, service_role`;

const makeOld = (sql: postgres.Sql) => sql.unsafe(OLD_PROJECT).simple();

Deno.test("I9: old default privileges leave no trace in the catalogue", async (t) => {
  const expected = { name: "new project", facts: await catalogueAfter(loadMigrations) };

  await t.step("I9: an old project after the migrations equals a new one", async () => {
    await using cluster = await throwAwayCluster();
    await withConnection(cluster, makeOld);
    await loadMigrations(cluster);
    assert.deepEqual(
      compareCatalogues(expected, { name: "old project", facts: await catalogueOf(cluster) }),
      [],
    );

    await withConnection(
      cluster,
      (sql) => sql`create table public.later (id integer generated always as identity)`,
    );
    await withConnection(
      cluster,
      (sql) => sql`create function public.later_too() returns integer language sql return 1`,
    );
    const rights = await withConnection(
      cluster,
      (sql) =>
        sql`select r.rolname from pg_roles r where r.rolname in ('anon', 'authenticated', 'service_role') and (
        has_table_privilege(r.oid, 'public.later', 'select, insert, update, delete, truncate, references, trigger')
        or has_sequence_privilege(r.oid, 'public.later_id_seq', 'usage, select, update')
        or has_function_privilege(r.oid, 'public.later_too()', 'execute')
        or has_schema_privilege(r.oid, 'public', 'create'))`,
    );
    assert.deepEqual([...rights], []);
  });

  await t.step("I9: an old project after the SQL sources equals a new one", async () => {
    await using cluster = await throwAwayCluster();
    await withConnection(cluster, makeOld);
    await loadSources(cluster);
    assert.deepEqual(
      compareCatalogues(expected, { name: "old project", facts: await catalogueOf(cluster) }),
      [],
    );
  });

  await t.step("I9: default privileges that are set again before each migration have no effect", async () => {
    await using cluster = await throwAwayCluster();
    await withConnection(cluster, async (sql) => {
      for (const { file } of await readMigrations(SUPABASE_FOLDER)) {
        await sql.unsafe(OLD_DEFAULTS).simple();
        await sql.unsafe(file.text).simple();
      }
      assert.deepEqual(
        compareCatalogues(expected, { name: "old project", facts: await catalogueOf(cluster) }),
        [],
      );

      // A migration that forgets the first statement is found.
      await sql.unsafe(OLD_DEFAULTS).simple();
      await sql`create function public.forgotten() returns integer language sql return 1`;
      const found = compareCatalogues(expected, { name: "old project", facts: await catalogueOf(cluster) });
      const grants = found.find(({ at }) => at === "grants on function public.forgotten()");
      assert.match(grants?.detail ?? "", /^anon: execute$/m);
    });
  });
});
