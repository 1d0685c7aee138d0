// What PostgREST knows of the database: read when it starts and on `notify pgrst`, so that a function or
// table made in between is not seen until then.
import type { Sql } from "postgres";
import { RELATIONS, ROLES, ROUTINES } from "./catalog.ts";
import { arrayLiteral } from "./sql.ts";

/** A parameter of a function. */
export interface RoutineParameter {
  /** Empty for an unnamed one. */
  name: string;
  /** Type as it is written in SQL, qualified. */
  type: string;
  required: boolean;
  variadic: boolean;
}

/** A setting of a transaction, as `set local` takes it. */
export type Setting = readonly [name: string, value: string];

/** An isolation level other than the default. */
export type Isolation = "repeatable read" | "serializable";

/** A function that can be called. */
export interface Routine {
  schema: string;
  name: string;
  parameters: RoutineParameter[];
  returnsSet: boolean;
  result: "void" | "scalar" | "composite";
  /** Name of the domain returned where that is a media type, such as `text/plain`. */
  mediaType: string | null;
  /** The media type's value is bytes rather than text. */
  mediaIsBytes: boolean;
  volatile: boolean;
  /** The function's own settings that PostgREST applies to the transaction. */
  settings: Setting[];
  isolation: Isolation | null;
}

/** A column of a table or view. */
export interface Column {
  name: string;
  type: string;
  /** Expression of its default, if it has one. */
  default: string | null;
}

/** A table or view. */
export interface Relation {
  schema: string;
  name: string;
  columns: Map<string, Column>;
  primaryKey: string[];
}

/** What a database role brings into a transaction. */
export interface RoleSettings {
  settings: Setting[];
  isolation: Isolation | null;
}

/** The database as it was when the cache was read. */
export interface SchemaCache {
  /** Functions of a name, all overloads. */
  routines(schema: string, name: string): readonly Routine[];
  relation(schema: string, name: string): Relation | undefined;
  role(name: string): RoleSettings;
  /** Names in a schema, for hints. */
  routineNames(schema: string): string[];
  relationNames(schema: string): string[];
}

interface RelationRow extends Omit<Relation, "columns"> {
  columns: Column[];
}

interface RoleRow extends RoleSettings {
  name: string;
}

const NO_SETTINGS: RoleSettings = { settings: [], isolation: null };

function groupByName<Entry extends { schema: string; name: string }>(entries: readonly Entry[]) {
  const schemas = new Map<string, Map<string, Entry[]>>();
  for (const entry of entries) {
    const names = schemas.get(entry.schema) ?? new Map<string, Entry[]>();
    schemas.set(entry.schema, names.set(entry.name, [...names.get(entry.name) ?? [], entry]));
  }
  return schemas;
}

/** Reads the catalogue for the exposed schemas, as authenticator with pg_catalog alone in its search_path. */
export async function readSchemaCache(sql: Sql, schemas: readonly string[]): Promise<SchemaCache> {
  // As text: the client knows array types only some time after it has connected.
  const exposed = arrayLiteral(schemas);
  const [routineRows, relationRows, roleRows] = await Promise.all([
    sql.unsafe<Routine[]>(ROUTINES, [exposed]),
    sql.unsafe<RelationRow[]>(RELATIONS, [exposed]),
    sql.unsafe<RoleRow[]>(ROLES),
  ]);
  const routines = groupByName(routineRows);
  const relations = groupByName(
    relationRows.map((row) => ({
      ...row,
      columns: new Map(row.columns.map((column) => [column.name, column])),
    })),
  );
  const roles = new Map<string, RoleSettings>(roleRows.map((row) => [row.name, row]));
  return {
    routines: (schema, name) => routines.get(schema)?.get(name) ?? [],
    relation: (schema, name) => relations.get(schema)?.get(name)?.[0],
    role: (name) => roles.get(name) ?? NO_SETTINGS,
    routineNames: (schema) => [...routines.get(schema)?.keys() ?? []],
    relationNames: (schema) => [...relations.get(schema)?.keys() ?? []],
  };
}
