// What generated SQL sources have in common: where they lie, how they begin, and how a value is written.
import type { Artifact } from "./artifact.ts";

/** A value as an SQL literal; undefined is null, a list is an array of text. */
export function literal(value: string | number | boolean | null | undefined | readonly string[]): string {
  if (value === null || value === undefined) return "null";
  if (typeof value === "string") return `'${value.replaceAll("'", "''")}'`;
  return typeof value === "object" ? literal(`{${value.join(",")}}`) : String(value);
}

/** The file `<name>.gen.sql` of a folder of supabase/schemas. */
export function sqlSource(name: string, source: string, statements: string): Artifact {
  return {
    path: `supabase/schemas/${name}.gen.sql`,
    text:
      `-- Generated from client-contract/contract/${source} by \`npm run generate\`. Do not edit.\n\n${statements}\n`,
  };
}
