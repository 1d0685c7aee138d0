// Writing to tables and views: POST (insert and upsert), PATCH and DELETE.
import { readJsonBody } from "./body.ts";
import { RestError } from "./errors.ts";
import { type Context, execute } from "./execute.ts";
import { negotiate, type Representation } from "./media_type.ts";
import { appliedPreferences, checkAffected, type Preferences } from "./preferences.ts";
import { refuseRange } from "./query_string.ts";
import { contentRange } from "./range.ts";
import { findColumn, findRelation } from "./relation.ts";
import type { ApiRequest } from "./request.ts";
import { bodySql, checkSingular, type Result, resultColumns, resultResponse, ROWS } from "./result.ts";
import type { Relation } from "./schema_cache.ts";
import { orderSql, selectedColumns, selectionSql } from "./selection.ts";
import { Parameters, type Statement } from "./sql.ts";
import { deleteSql, insertSql, updateSql, type Write } from "./write_sql.ts";

/** Name of the rows written. */
const SOURCE = "pgrst_source";

/** The columns that the answer, or its order, needs. */
function returning({ query, preferences }: ApiRequest): Write["returning"] {
  if (preferences.return !== "representation") return null;
  const selected = selectedColumns(query.selection);
  return selected === null ? "*" : [...new Set([...selected, ...query.order.map((term) => term.field.name)])];
}

/**
 * Hosted loads pg-safeupdate for authenticator: a write of a whole table is taken for a mistake. There it
 * holds inside functions too, which nothing here can see.
 */
function requireFilter(request: ApiRequest, verb: "UPDATE" | "DELETE"): void {
  if (request.query.conditions.length > 0) return;
  throw new RestError(400, "21000", `${verb} requires a WHERE clause`);
}

async function writeSql(request: ApiRequest, relation: Relation, parameters: Parameters): Promise<string> {
  const { query } = request;
  const write: Write = { relation, returning: returning(request), parameters };
  if (request.method === "DELETE") {
    requireFilter(request, "DELETE");
    return deleteSql(write, query.conditions);
  }
  const body = await readJsonBody(request.body, query.columns, false);
  const columns = body.keys.map((key) => findColumn(relation, key));
  const source = { body, columns, useDefaults: request.preferences.missing === "default" };
  if (request.method === "PATCH") {
    if (columns.length > 0) requireFilter(request, "UPDATE");
    return updateSql(write, source, query.conditions);
  }
  const conflict = query.onConflict ?? relation.primaryKey;
  return insertSql(write, source, request.preferences.resolution, conflict);
}

function wrapStatement(
  request: ApiRequest,
  relation: Relation,
  written: string,
  representation: Representation,
  parameters: Parameters,
): Statement {
  const source = { qualifier: SOURCE, relation };
  const full = request.preferences.return === "representation";
  const rows = full
    ? `select ${selectionSql(request.query.selection, source, parameters)} from ${SOURCE}` +
      orderSql(request.query.order, source, parameters)
    : `select from ${SOURCE}`;
  const body = full ? bodySql(representation, false, false) : "''";
  return {
    text: `with ${SOURCE} as (${written}) select ${resultColumns(body)} from (${rows}) ${ROWS}`,
    values: parameters.values,
  };
}

function statusOf(request: ApiRequest, result: Result): number {
  if (request.method === "POST") {
    const onlyUpdated = request.preferences.resolution === "merge-duplicates" && !result.inserted;
    return onlyUpdated ? 200 : 201;
  }
  return request.preferences.return === "representation" ? 200 : 204;
}

function rangeOf(request: ApiRequest, result: Result): string {
  const total = request.preferences.count ? result.rows : null;
  return request.method === "PATCH" ? contentRange(0, result.rows - 1, total) : contentRange(1, 0, total);
}

/** Preferences that an answer says were heeded; a table without a key to conflict on ignores `resolution`. */
function heeded(request: ApiRequest, relation: Relation): Preferences {
  const upserts = request.query.onConflict !== null || relation.primaryKey.length > 0;
  return upserts ? request.preferences : { ...request.preferences, resolution: undefined };
}

/** Answers POST, PATCH and DELETE on a table or view. */
export async function writeRelation(context: Context): Promise<Response> {
  const { request } = context;
  refuseRange(request.query);
  const relation = findRelation(request, context.cache);
  const representation = negotiate(request.headers.get("accept"));
  const parameters = new Parameters();
  const written = await writeSql(request, relation, parameters);
  const statement = wrapStatement(request, relation, written, representation, parameters);
  const preferences = heeded(request, relation);
  const result = await execute(context, statement, {
    readOnly: false,
    check({ rows }) {
      checkSingular(representation, rows);
      if (request.method !== "POST") checkAffected(preferences, rows);
    },
  });
  const full = preferences.return === "representation";
  const headers = {
    "content-range": rangeOf(request, result),
    "content-type": full ? representation.contentType : null,
    "preference-applied": appliedPreferences(preferences, ["resolution", "missing", "return", "count"]),
    ...(full ? request.profileHeaders : {}),
  };
  return resultResponse(result, statusOf(request, result), headers, full ? result.body : null);
}
