// A database with the migrations from before their rewrite (20261122000100 to 20261122004340) is recognised.
import assert from "node:assert/strict";
import { z } from "zod";
import type { Cluster } from "../local/postgres/cluster.ts";
import { makeHistory } from "../local/postgres/history.ts";
import { migrate } from "../local/postgres/migrate.ts";
import { MigrationsDiverged } from "../local/stack.ts";
import { SUPABASE_FOLDER, throwAwayCluster } from "../start/project.ts";
import { withConnection } from "./catalogue/databases.ts";
import { supabaseCli } from "./supabase_cli.ts";

const FIRST = "20261122000100";
const LAST = "20261122004340";

/** What such a database is recognised by: the record of its migrations, and its schemas. */
async function earlierDatabase(): Promise<Cluster & AsyncDisposable> {
  const cluster = await throwAwayCluster();
  await withConnection(cluster, async (sql) => {
    await makeHistory(sql);
    await sql`
      insert into supabase_migrations.schema_migrations (version, name)
      select ${FIRST}::bigint + n, 'earlier' from generate_series(0, 4240, 50) n`;
    await sql.unsafe("create schema learner; create schema content").simple();
  });
  return cluster;
}

Deno.test("an earlier database: npm start names the removed migrations in one line and applies nothing", async () => {
  await using cluster = await earlierDatabase();
  const result = await migrate(cluster.url("postgres"), SUPABASE_FOLDER);
  assert.ok(result.kind === "diverged");
  assert.deepEqual(new MigrationsDiverged(result).message.split("\n"), [
    "The local database no longer fits supabase/migrations:",
    `  ${result.removed.length} migrations, ${FIRST} to ${
      result.removed.at(-1)
    }, were applied, but their files are gone`,
  ]);
});

Deno.test("an earlier database: supabase db push refuses, also after the repair that the CLI suggests, and says why", async () => {
  await using cluster = await earlierDatabase();
  const push = () => supabaseCli(cluster.url("postgres"), ["db", "push"], z.unknown());
  await assert.rejects(push(), /Remote migration versions not found in local migrations directory/);

  await withConnection(cluster, (sql) => sql`delete from supabase_migrations.schema_migrations`);
  await assert.rejects(push(), (error: Error) => {
    assert.match(
      error.message,
      new RegExp(
        `made by the migrations ${FIRST} to ${LAST} of an earlier Carrel. It cannot be upgraded: push to a new project\\.`,
      ),
    );
    return true;
  });
  await withConnection(cluster, async (sql) => {
    const [row] = await sql`select to_regnamespace('private') is null as "isUntouched"`;
    assert.equal(row?.isUntouched, true, "the failed push left nothing behind");
  });
});
