// Reading of tables and views.
import { type Context, execute } from "./execute.ts";
import { whereSql } from "./filter.ts";
import { negotiate, type Representation } from "./media_type.ts";
import { appliedPreferences } from "./preferences.ts";
import { limitSql, rangeAnswer, restrictRange } from "./range.ts";
import { findRelation } from "./relation.ts";
import type { ApiRequest } from "./request.ts";
import { bodySql, checkSingular, resultColumns, resultResponse, ROWS } from "./result.ts";
import type { Relation } from "./schema_cache.ts";
import { orderSql, selectionSql } from "./selection.ts";
import { Parameters, qualify, type Statement } from "./sql.ts";

function readStatement(
  request: ApiRequest,
  relation: Relation,
  representation: Representation,
  maxRows: number,
): Statement {
  const parameters = new Parameters();
  const name = qualify(relation.schema, relation.name);
  const source = { qualifier: name, relation };
  const { selection, conditions, order } = request.query;
  const columns = selectionSql(selection, source, parameters);
  const where = whereSql(conditions, source, parameters);
  const rows = `select ${columns} from ${name}${where}${orderSql(order, source, parameters)}` +
    limitSql(restrictRange(request.range, maxRows), parameters);
  const total = request.preferences.count ? `(select count(*) from ${name}${where})` : undefined;
  const body = request.method === "HEAD" ? "''" : bodySql(representation, false, false);
  return {
    text: `select ${resultColumns(body, total)} from (${rows}) ${ROWS}`,
    values: parameters.values,
  };
}

/** Answers GET and HEAD on a table or view. */
export async function readRelation(context: Context): Promise<Response> {
  const { request, cache, maxRows } = context;
  const relation = findRelation(request, cache);
  const representation = negotiate(request.headers.get("accept"));
  const statement = readStatement(request, relation, representation, maxRows);
  const result = await execute(context, statement, {
    readOnly: true,
    check: ({ rows }) => checkSingular(representation, rows),
  });
  const { status, header } = rangeAnswer(request.range, result.rows, result.total);
  const headers = {
    "content-range": header,
    "content-type": representation.contentType,
    "preference-applied": appliedPreferences(request.preferences, ["count"]),
    ...request.profileHeaders,
  };
  return resultResponse(result, status, headers, request.method === "HEAD" ? null : result.body);
}
