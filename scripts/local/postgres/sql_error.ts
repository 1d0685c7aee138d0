// Errors of PostgreSQL in a SQL file, told so that the line is found.
import postgres from "postgres";
import type { SqlFile } from "./sql_folder.ts";
import { UserError } from "../user_error.ts";
import { firstWordStart, type Statement } from "./statements.ts";

/** A SQL file that PostgreSQL refused. The message names file, line, reason, hint, and shows the line. */
export class SqlFileFailed extends UserError {
  override readonly name = "SqlFileFailed";
  /** SQLSTATE, such as `42P01`. */
  readonly code: string;
  /** 1-based line of the file: the error's own where PostgreSQL says it, else the statement's first. */
  readonly line: number;

  constructor(readonly file: SqlFile, statement: Statement, cause: postgres.PostgresError) {
    const line = lineOf(file, statement, cause.position);
    const shown = [
      `${file.name}:${line}: ${cause.message} (SQLSTATE ${cause.code})`,
      `  ${line} | ${file.text.split("\n")[line - 1]?.trimEnd() ?? ""}`,
    ];
    if (cause.detail) shown.push(`  detail: ${cause.detail}`);
    if (cause.hint) shown.push(`  hint: ${cause.hint}`);
    if (cause.where) shown.push(`  where: ${cause.where.replaceAll("\n", "\n         ")}`);
    super(shown.join("\n"), { cause });
    this.code = cause.code;
    this.line = line;
  }
}

/** PostgreSQL counts characters, not UTF-16 units, from 1. */
function lineOf(file: SqlFile, statement: Statement, position: string | undefined): number {
  const before = position
    ? [...statement.text].slice(0, Number(position) - 1).join("")
    : statement.text.slice(0, firstWordStart(statement.text));
  return `${file.text.slice(0, statement.start)}${before}`.split("\n").length;
}

/**
 * Runs one statement of a file. By the extended protocol, as the CLI does: it refuses a text that holds two
 * statements, which would mean that the file was cut in the wrong place.
 */
export async function runStatement(sql: postgres.ISql, file: SqlFile, statement: Statement): Promise<void> {
  const extended = { prepare: false, simple: false };
  try {
    await sql.unsafe(statement.text, [], extended);
  } catch (error) {
    if (error instanceof postgres.PostgresError) throw new SqlFileFailed(file, statement, error);
    throw error;
  }
}
