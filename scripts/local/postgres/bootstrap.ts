// What a hosted project has before its first migration: bootstrap/*.sql, run in order as supabase_admin.
import { fileURLToPath } from "node:url";
import postgres from "postgres";
import { runStatement } from "./sql_error.ts";
import { type SqlFile, sqlFolder } from "./sql_folder.ts";
import { splitStatements } from "./statements.ts";

/** The bootstrap's files, in order. */
export function bootstrapFiles(): Promise<SqlFile[]> {
  return sqlFolder(fileURLToPath(new URL("bootstrap/", import.meta.url)));
}

/** Runs the bootstrap on a new cluster, to which `url` connects as supabase_admin. */
export async function bootstrap(url: string): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    for (const file of await bootstrapFiles()) {
      for (const statement of splitStatements(file.text)) await runStatement(sql, file, statement);
    }
  } finally {
    await sql.end();
  }
}
