// What templates are made of.
import { join } from "node:path";
import { bootstrap, bootstrapFiles } from "./bootstrap.ts";
import { exists } from "./folders.ts";
import { migrate } from "./migrate.ts";
import { migrationFiles } from "./migrations.ts";
import { setLocalPasswords } from "./passwords.ts";
import type { SqlFile } from "./sql_folder.ts";
import type { Recipe } from "./template.ts";
import { databaseUrl } from "./url.ts";

function contentOf(files: SqlFile[]): string[] {
  return files.flatMap(({ name, text }) => [name, text]);
}

/** A hosted project before its first migration. */
export const BOOTSTRAPPED: Recipe = {
  title: "a new project",
  inputs: async () => contentOf(await bootstrapFiles()),
  prepare: (port) => bootstrap(databaseUrl(port, "supabase_admin")),
};

/** A project with the migrations and the seed of a Supabase folder. */
export function migrated(supabaseFolder: string): Recipe {
  const seedFile = join(supabaseFolder, "seed.sql");
  return {
    title: "the migrated project",
    base: BOOTSTRAPPED,
    async inputs() {
      const migrations = contentOf(await migrationFiles(supabaseFolder));
      const seed = await exists(seedFile) ? [await Deno.readTextFile(seedFile)] : [];
      // Migrations may depend on the month, above all where they make partitions.
      return [...migrations, ...seed, new Date().toISOString().slice(0, "2026-11".length)];
    },
    async prepare(port) {
      await migrate(databaseUrl(port, "postgres"), supabaseFolder);
      await setLocalPasswords(databaseUrl(port, "supabase_admin"));
    },
  };
}
