// supabase/migrations, generated from supabase/schemas until 1.0: one file for each area.
//
// The list `schema_paths` in supabase/config.toml is the load order, for this generator and for the Supabase CLI alike.
import { parse } from "@std/toml/parse";
import { basename, dirname, join } from "node:path";
import { type Area, AREAS } from "./areas.ts";
import { type Artifact, PROJECT_FOLDER } from "./artifact.ts";
import { undoStatements } from "./undo.ts";

/** Where `supabase db push` finds what to run. */
export const MIGRATION_FOLDER = "supabase/migrations";

const CONFIG_FILE = "supabase/config.toml";
/** The day of the layout; each area counts on from it. */
const FIRST_VERSION = 20261130000000;
const HEAD_WIDTH = 140;
/** What every migration begins with, except the one that creates this function: no right comes from the project's defaults. */
const NO_DEFAULT_GRANTS = "select private.revoke_default_grants();\n";
const NO_LOCKS = "none that anybody waits for: every object is new.";

/** The SQL sources in load order, from the folder supabase. */
export function sourcePaths(config: string): string[] {
  const toml = parse(config) as { db?: { migrations?: { schema_paths?: string[] } } };
  return (toml.db?.migrations?.schema_paths ?? []).map((path) => path.replace(/^\.\//, ""));
}

/** A text as comment lines below a label. */
function labelled(label: string, texts: string[]): string {
  const lines: string[] = [];
  for (const text of texts) {
    let line = "";
    for (const word of text.split(" ")) {
      if (line !== "" && line.length + word.length >= HEAD_WIDTH - 10) {
        lines.push(line);
        line = ` `;
      }
      line += line === "" ? word : ` ${word}`;
    }
    lines.push(line);
  }
  return lines.map((line, i) => `-- ${(i === 0 ? `${label}:` : "").padEnd(6)} ${line}\n`).join("");
}

/** What a migration opens with. */
function head(folder: string, area: Area, sources: string[]): string {
  const undo = [...area.undoBefore ?? [], ...undoStatements(sources), ...area.undoAfter ?? []]
    .map((statement) => statement.startsWith("--") ? statement : `${statement};`);
  return `-- Generated from supabase/schemas/${folder} by \`npm run generate\`. Do not edit.\n--\n` +
    labelled("What", [area.what]) + labelled("Why", [area.why]) +
    labelled("Locks", [area.locks ?? NO_LOCKS]) +
    labelled("Undo", undo);
}

/** The statements that a migration's head gives under `Undo`. */
export function undoOf(migration: string): string {
  const lines = migration.slice(migration.search(/^-- Undo:/m)).split("\n");
  const end = lines.findIndex((line) => !line.startsWith("--"));
  return lines.slice(0, end).map((line) => line.replace(/^-- (?:Undo:)?\s*/, "")).join("\n");
}

/** One migration for each folder below supabase/schemas. */
export async function migrationFiles(): Promise<Artifact[]> {
  const paths = sourcePaths(await Deno.readTextFile(join(PROJECT_FOLDER, CONFIG_FILE)));
  const folders = Map.groupBy(paths, (path) => basename(dirname(path)));
  return await Promise.all([...folders].map(async ([folder, sources]) => {
    const [, number = "", name = ""] = /^(\d+)_(\w+)$/.exec(folder) ?? [];
    const area = AREAS[folder];
    if (!area) throw new Error(`supabase/schemas/${folder} has no entry in scripts/generate/areas.ts.`);
    const texts = await Promise.all(
      sources.map((path) => Deno.readTextFile(join(PROJECT_FOLDER, "supabase", path))),
    );
    const begin = texts.some((text) => text.includes(NO_DEFAULT_GRANTS)) ? "" : `${NO_DEFAULT_GRANTS}\n`;
    const parts = texts.map((text, i) => `-- Source: ${sources[i]}\n${text}`);
    return {
      path: `${MIGRATION_FOLDER}/${FIRST_VERSION + Number(number)}_${name}.sql`,
      text: `${head(folder, area, texts)}\n${begin}${parts.join("\n")}`,
    };
  }));
}
