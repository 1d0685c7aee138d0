// The table or view that a request is about.
import { RestError } from "./errors.ts";
import { nearest } from "./hint.ts";
import type { ApiRequest } from "./request.ts";
import type { Column, Relation, SchemaCache } from "./schema_cache.ts";

/** Looks a request's table or view up; throws 404. */
export function findRelation({ schema, target: { name } }: ApiRequest, cache: SchemaCache): Relation {
  const relation = cache.relation(schema, name);
  if (relation) return relation;
  const similar = nearest(name, cache.relationNames(schema), 0.75);
  const hint = similar && `Perhaps you meant the table '${schema}.${similar}'`;
  const message = `Could not find the table '${schema}.${name}' in the schema cache`;
  throw new RestError(404, "PGRST205", message, null, hint);
}

/** Looks up a column that is written to; throws 400. */
export function findColumn(relation: Relation, name: string): Column {
  const column = relation.columns.get(name);
  if (column) return column;
  const message = `Could not find the '${name}' column of '${relation.name}' in the schema cache`;
  throw new RestError(400, "PGRST204", message);
}
