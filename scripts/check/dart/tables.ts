// The tables of two devices of one learner, as they stand in their SQLite files.
import { DatabaseSync } from "node:sqlite";

/** Tables that have the same rows on every device of a learner. */
const SHARED = [
  "content_row",
  "content_node",
  "session",
  "attempt",
  "skill_progress",
  "practice",
  "progress",
] as const;
type SharedTable = typeof SHARED[number];

/** What both devices know of the server: the release that they hold, and how far they have pulled. */
const STATE =
  "select content_history, content_version, content_root, content_schema, content_scope, pull_cursor, pull_next from sync_state";

/** The rows of a query as texts, in an order of their own. */
function query(file: string, sql: string): string[] {
  const db = new DatabaseSync(file, { readOnly: true });
  try {
    return db.prepare(sql).all().map((row) => JSON.stringify(row)).sort();
  } finally {
    db.close();
  }
}

/** The rows of a table as texts, in an order of their own. */
export const rowsOf = (file: string, table: SharedTable): string[] => query(file, `select * from ${table}`);

/** Shared tables that have no row: comparing those says nothing. */
export const emptyTables = (file: string): SharedTable[] =>
  SHARED.filter((table) => rowsOf(file, table).length === 0);

/** A table that two devices do not have in common: the rows of each that the other one lacks. */
interface Difference {
  table: string;
  ours: string[];
  theirs: string[];
}

/** Compares all tables that two devices of a learner must have in common, and what both know of the server. */
export function differences(ours: string, theirs: string): Difference[] {
  const queries = [...SHARED.map((table) => [table, `select * from ${table}`]), [
    "sync_state",
    STATE,
  ]] as const;
  return queries.flatMap(([table = "", sql = ""]) => {
    const [left, right] = [query(ours, sql), query(theirs, sql)];
    const only = (rows: string[], others: string[]) => rows.filter((row) => !others.includes(row));
    const difference = { table, ours: only(left, right), theirs: only(right, left) };
    return left.join("\n") === right.join("\n") ? [] : [difference];
  });
}
