// Renders an SQL error with the line of the file where it happened.
import type { DatabaseError } from "pg";
import { statementLines } from "../sql_text.ts";
import type { Failure } from "../step.ts";

/** Line of a position that PostgreSQL counts in characters from 1, and the column in that line. */
function placeOf(text: string, position: number): { line: number; column: number } {
  const before = [...text].slice(0, position - 1).join("");
  return { line: before.split("\n").length, column: [...before.slice(before.lastIndexOf("\n") + 1)].length };
}

/**
 * A failure that shows the error's code and message, the line and its text, and PostgreSQL's own context.
 * An error raised in a function has no position: then the line is that of the statement after the
 * `completed` ones.
 */
export function sqlFailure(file: string, text: string, error: DatabaseError, completed: number): Failure {
  const position = error.position === undefined ? undefined : placeOf(text, Number(error.position));
  const line = position?.line ?? statementLines(text)[completed] ?? 1;
  const gutter = `${line} | `;
  const detail = [`${gutter}${text.split("\n")[line - 1] ?? ""}`];
  if (position) detail.push(`${" ".repeat(gutter.length - 2)}| ${" ".repeat(position.column)}^`);
  for (const label of ["detail", "hint", "where"] as const) {
    if (error[label]) detail.push(`${label}: ${error[label]}`);
  }
  return {
    at: `${file}:${line}`,
    message: `SQL error ${error.code}: ${error.message}`,
    detail: detail.join("\n"),
  };
}
