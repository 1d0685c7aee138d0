// Databases made from the SQL sources or from the migrations, without the seed, and their catalogues.
import { join } from "node:path";
import postgres from "postgres";
import { sourcePaths } from "../../generate/migrations.ts";
import { SUPABASE_FOLDER, throwAwayCluster } from "../../start/project.ts";
import type { Cluster } from "../../local/postgres/cluster.ts";
import { migrate } from "../../local/postgres/migrate.ts";
import { SqlFileFailed } from "../../local/postgres/sql_error.ts";
import { readProjectFile } from "../project.ts";
import { type Catalogue, readCatalogue } from "./read.ts";

/** Does something with a connection, by default as the role of the migrations. */
export async function withConnection<T>(
  cluster: Cluster,
  work: (sql: postgres.Sql) => Promise<T>,
  role: string = "postgres",
): Promise<T> {
  const sql = postgres(cluster.url(role), { max: 1, onnotice: () => {} });
  try {
    return await work(sql);
  } finally {
    await sql.end();
  }
}

/** What a database's catalogue says. */
export function catalogueOf(cluster: Cluster): Promise<Catalogue> {
  return withConnection(cluster, readCatalogue);
}

/** Runs the SQL sources as they are, in the order of schema_paths, on a database without Carrel. */
export async function loadSources(cluster: Cluster): Promise<void> {
  const paths = sourcePaths(await readProjectFile("supabase/config.toml")).map((path) => `supabase/${path}`);
  await withConnection(cluster, async (sql) => {
    for (const name of paths) {
      const text = await readProjectFile(name);
      try {
        await sql.unsafe(text).simple();
      } catch (error) {
        if (!(error instanceof postgres.PostgresError)) throw error;
        throw new SqlFileFailed({ name, text }, { text, start: 0 }, error);
      }
    }
  });
}

/** Applies supabase/migrations without supabase/seed.sql. */
export async function loadMigrations(cluster: Cluster): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "carrel-migrations-" });
  try {
    await Deno.symlink(join(SUPABASE_FOLDER, "migrations"), join(folder, "migrations"));
    await migrate(cluster.url("postgres"), folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The catalogue of a new database after one of the two. */
export async function catalogueAfter(load: (cluster: Cluster) => Promise<void>): Promise<Catalogue> {
  await using cluster = await throwAwayCluster();
  await load(cluster);
  return await catalogueOf(cluster);
}
