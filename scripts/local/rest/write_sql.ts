// The statements that write, each returning what it wrote.
import type { JsonBody } from "./body.ts";
import { type Condition, whereSql } from "./filter.ts";
import { BODY, jsonRowsSql } from "./json_rows.ts";
import type { Preferences } from "./preferences.ts";
import { INSERTED } from "./result.ts";
import type { Column, Relation } from "./schema_cache.ts";
import { type Parameters, qualify, quoteIdentifier } from "./sql.ts";

/** What any write needs. */
export interface Write {
  relation: Relation;
  /** Columns to return. With null a constant is returned, so that writing needs no right to read. */
  returning: readonly string[] | "*" | null;
  parameters: Parameters;
}

/** The rows that an insert or update takes its values from. */
export interface WriteSource {
  body: JsonBody;
  columns: readonly Column[];
  /** Keys that a row lacks get the column's default. */
  useDefaults: boolean;
}

function returningSql({ relation, returning }: Write): string {
  if (returning === null) return " returning 1";
  // Qualified: the rows of the body are in scope of an update too.
  const name = qualify(relation.schema, relation.name);
  if (returning === "*") return ` returning ${name}.*`;
  return ` returning ${returning.map((column) => `${name}.${quoteIdentifier(column)}`).join(", ")}`;
}

/** Adds to the count of inserted rows, inside a condition that is always true. */
function countInserted(change: 1 | -1): string {
  const before = `coalesce(nullif(current_setting('${INSERTED}', true), '')::int, 0)`;
  return `set_config('${INSERTED}', (${before} + ${change})::text, true) <> ''`;
}

/** `on conflict …`, or nothing without a resolution or a key. */
function conflictSql(
  resolution: Preferences["resolution"],
  conflict: readonly string[],
  columns: readonly Column[],
): string {
  if (!resolution || conflict.length === 0) return "";
  const target = ` on conflict (${conflict.map(quoteIdentifier).join(", ")}) do`;
  if (resolution === "ignore-duplicates" || columns.length === 0) return `${target} nothing`;
  const assignments = columns.map(({ name }) =>
    `${quoteIdentifier(name)} = excluded.${quoteIdentifier(name)}`
  );
  // A row that turns out to be an update was counted as an insert when it was read from the body.
  return `${target} update set ${assignments.join(", ")} where ${countInserted(-1)}`;
}

/** Inserts the rows of a body. */
export function insertSql(
  write: Write,
  source: WriteSource,
  resolution: Preferences["resolution"],
  conflict: readonly string[],
): string {
  const { relation, parameters } = write;
  const { body, columns, useDefaults } = source;
  const names = columns.map((column) => quoteIdentifier(column.name));
  const values = names.map((name) => `${BODY}.${name}`).join(", ");
  const rows = jsonRowsSql(body, columns, { useDefaults, firstOnly: false }, parameters);
  const counted = resolution === "merge-duplicates" ? ` where ${countInserted(1)}` : "";
  // A row without keys is a row of defaults: no list, and a select of no columns.
  const list = names.length > 0 ? ` (${names.join(", ")})` : "";
  return `insert into ${
    qualify(relation.schema, relation.name)
  }${list} select ${values} from ${rows}${counted}` +
    conflictSql(resolution, conflict, columns) + returningSql(write);
}

/** Updates the rows that fulfil the conditions; with nothing to set, no row. */
export function updateSql(write: Write, source: WriteSource, conditions: readonly Condition[]): string {
  const { relation, parameters } = write;
  const { body, columns, useDefaults } = source;
  const name = qualify(relation.schema, relation.name);
  if (columns.length === 0) return `select ${name}.* from ${name} where false`;
  const rows = jsonRowsSql(body, columns, { useDefaults, firstOnly: false }, parameters);
  const assignments = columns.map((column) => {
    const quoted = quoteIdentifier(column.name);
    return `${quoted} = ${BODY}.${quoted}`;
  });
  const where = whereSql(conditions, { qualifier: name, relation }, parameters);
  return `update ${name} set ${assignments.join(", ")} from ${rows}${where}${returningSql(write)}`;
}

/** Deletes the rows that fulfil the conditions. */
export function deleteSql(write: Write, conditions: readonly Condition[]): string {
  const { relation, parameters } = write;
  const name = qualify(relation.schema, relation.name);
  const where = whereSql(conditions, { qualifier: name, relation }, parameters);
  return `delete from ${name}${where}${returningSql(write)}`;
}
