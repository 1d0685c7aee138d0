// The migration files of the project, and the rules that each must keep.
import { join } from "node:path";
import { UserError } from "../user_error.ts";
import { type SqlFile, sqlFolder } from "./sql_folder.ts";
import { firstWordStart, splitStatements, type Statement } from "./statements.ts";

const FILE_NAME = /^(\d{14})_(\w+)\.sql$/;
/** What PostgreSQL refuses inside a transaction. */
const ALONE_ONLY =
  /^(?:(?:create\s+(?:unique\s+)?|drop\s+)index\s+concurrently|reindex\b[^;]*\bconcurrently|vacuum|cluster|alter\s+system)\b/i;
const TRANSACTION_CONTROL =
  /^(?:begin|start\s+transaction|commit|end|abort|prepare\s+transaction|rollback(?!\s+(?:work\s+|transaction\s+)?to\b))\b/i;

/** A file that breaks a rule of this project; nothing was run. */
export class MigrationRefused extends UserError {
  override readonly name = "MigrationRefused";
}

/** One migration. */
export interface Migration {
  version: string;
  name: string;
  file: SqlFile;
  statements: Statement[];
  /** False for a single statement that PostgreSQL refuses inside a transaction. */
  transactional: boolean;
}

function parse(file: SqlFile): Migration {
  const [, version, name] = FILE_NAME.exec(file.name) ?? [];
  if (!version || !name) {
    throw new MigrationRefused(`${file.name}: a migration is called <14 digits>_<name>.sql.`);
  }
  const statements = splitStatements(file.text);
  const codes = statements.map(({ text }) => text.slice(firstWordStart(text)));
  if (codes.some((code) => TRANSACTION_CONTROL.test(code))) {
    throw new MigrationRefused(
      `${file.name}: a migration is one transaction; it can't begin or end one itself.`,
    );
  }
  const transactional = !codes.some((code) => ALONE_ONLY.test(code));
  if (!transactional && codes.filter(Boolean).length > 1) {
    throw new MigrationRefused(
      `${file.name}: a statement that can't run in a transaction stands alone in its file.`,
    );
  }
  return { version, name, file, statements, transactional };
}

/** The files of the migrations in order, unchecked. */
export function migrationFiles(supabaseFolder: string): Promise<SqlFile[]> {
  return sqlFolder(join(supabaseFolder, "migrations"));
}

/** The migrations of a Supabase folder in order. */
export async function readMigrations(supabaseFolder: string): Promise<Migration[]> {
  const migrations = (await migrationFiles(supabaseFolder)).map(parse);
  for (const [i, { version, file }] of migrations.entries()) {
    if (version === migrations[i - 1]?.version) {
      throw new MigrationRefused(`${file.name}: the version ${version} is used twice.`);
    }
  }
  return migrations;
}
