// supabase/migrations, generated from supabase/schemas until 1.0: one file for each area.
//
// The list `schema_paths` in supabase/config.toml is the load order, for this generator and for the Supabase CLI alike.
import { parse } from "@std/toml/parse";
import { basename, dirname, join } from "node:path";
import { type Artifact, PROJECT_FOLDER } from "./artifact.ts";

/** Where `supabase db push` finds what to run. */
export const MIGRATION_FOLDER = "supabase/migrations";

const CONFIG_FILE = "supabase/config.toml";
/** The day of the layout; each area counts on from it. */
const FIRST_VERSION = 20261130000000;

/** The SQL sources in load order, from the folder supabase. */
export function sourcePaths(config: string): string[] {
  const toml = parse(config) as { db?: { migrations?: { schema_paths?: string[] } } };
  return (toml.db?.migrations?.schema_paths ?? []).map((path) => path.replace(/^\.\//, ""));
}

/** One migration for each folder below supabase/schemas. */
export async function migrationFiles(): Promise<Artifact[]> {
  const paths = sourcePaths(await Deno.readTextFile(join(PROJECT_FOLDER, CONFIG_FILE)));
  const areas = Map.groupBy(paths, (path) => basename(dirname(path)));
  return await Promise.all([...areas].map(async ([area, sources]) => {
    const [, number = "", name = ""] = /^(\d+)_(\w+)$/.exec(area) ?? [];
    const texts = await Promise.all(
      sources.map(async (path) =>
        `-- Source: ${path}\n${await Deno.readTextFile(join(PROJECT_FOLDER, "supabase", path))}`
      ),
    );
    return {
      path: `${MIGRATION_FOLDER}/${FIRST_VERSION + Number(number)}_${name}.sql`,
      text: `-- Generated from supabase/schemas/${area} by \`npm run generate\`. Do not edit.\n\n${
        texts.join("\n")
      }`,
    };
  }));
}
