// Calls of functions: POST with a body of arguments, GET with arguments in the query string.
import { type JsonBody, type RawBody, readCallBody } from "./body.ts";
import { type Context, execute } from "./execute.ts";
import { whereSql } from "./filter.ts";
import { BODY, jsonRowsSql } from "./json_rows.ts";
import { negotiate, type Representation } from "./media_type.ts";
import { resolveCall, type ResolvedCall } from "./overload.ts";
import { appliedPreferences, checkAffected } from "./preferences.ts";
import { limitSql, rangeAnswer, restrictRange } from "./range.ts";
import type { ApiRequest } from "./request.ts";
import {
  bodySql,
  checkSingular,
  type Result,
  resultColumns,
  resultResponse,
  ROWS,
  SCALAR,
} from "./result.ts";
import type { Routine } from "./schema_cache.ts";
import { orderSql, selectionSql } from "./selection.ts";
import { arrayLiteral, Parameters, qualify, quoteIdentifier, type Statement } from "./sql.ts";

/** Name of the function's rows. */
const SOURCE = "pgrst_source";

/** Arguments of GET as expressions; one that is given again counts last, unless the parameter is variadic. */
function queryArguments(routine: Routine, args: ApiRequest["query"]["args"], parameters: Parameters): string {
  const given = routine.parameters.flatMap((parameter) => {
    const values = args.filter(([name]) => name === parameter.name).map(([, value]) => value);
    const last = values.at(-1);
    if (last === undefined) return [];
    const value = parameters.bind(parameter.variadic ? arrayLiteral(values) : last);
    const name = quoteIdentifier(parameter.name);
    return [`${parameter.variadic ? "variadic " : ""}${name} := ${value}::${parameter.type}`];
  });
  return given.join(", ");
}

/** The from-items that call the function with arguments from a body. */
function bodyCall(
  { routine, wholeBody }: ResolvedCall,
  body: JsonBody | RawBody,
  call: (args: string) => string,
  parameters: Parameters,
): string {
  if (wholeBody) {
    const value = body.kind === "json" ? body.text : body.value;
    return call(`${parameters.bind(value)}::${routine.parameters[0]?.type}`);
  }
  if (body.kind !== "json" || body.keys.length === 0) return call("");
  const given = routine.parameters.filter((parameter) => body.keys.includes(parameter.name));
  const rows = jsonRowsSql(body, given, { useDefaults: false, firstOnly: true }, parameters);
  const args = given.map(({ name, variadic }) => {
    const quoted = quoteIdentifier(name);
    return `${variadic ? "variadic " : ""}${quoted} := ${BODY}.${quoted}`;
  });
  return `${rows}, lateral ${call(args.join(", "))}`;
}

function callStatement(
  request: ApiRequest,
  resolved: ResolvedCall,
  body: JsonBody | RawBody | null,
  representation: Representation,
  maxRows: number,
): Statement {
  const { routine } = resolved;
  const parameters = new Parameters();
  const scalar = routine.result !== "composite";
  const name = qualify(routine.schema, routine.name);
  const call = (args: string) =>
    scalar ? `(select ${name}(${args}) ${SCALAR}) pgrst_call` : `${name}(${args}) pgrst_call`;
  const from = body === null
    ? call(queryArguments(routine, request.query.args, parameters))
    : bodyCall(resolved, body, call, parameters);

  const source = { qualifier: SOURCE, relation: undefined };
  const { selection, conditions, order } = request.query;
  const where = whereSql(conditions, source, parameters);
  const range = restrictRange(request.range, maxRows);
  const rows = `select ${selectionSql(selection, source, parameters)} from ${SOURCE}${where}` +
    orderSql(order, source, parameters) + limitSql(range, parameters);
  const total = request.preferences.count ? `(select count(*) from ${SOURCE}${where})` : undefined;
  const oneRow = !routine.returnsSet;
  const answer = request.method === "HEAD" || routine.result === "void"
    ? "''"
    : bodySql(representation, scalar, oneRow);
  return {
    text: `with ${SOURCE} as (select pgrst_call.${scalar ? SCALAR : "*"} from ${from}) ` +
      `select ${resultColumns(answer, total)} from (${rows}) ${ROWS}`,
    values: parameters.values,
  };
}

/** A `bytea` value arrives as hexadecimal text. */
function decodeHex(body: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const digits = new TextDecoder().decode(body.subarray(2));
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

function respond(
  request: ApiRequest,
  routine: Routine,
  representation: Representation,
  result: Result,
): Response {
  const { status, header } = rangeAnswer(request.range, result.rows, result.total);
  const headers = {
    "content-range": header,
    "preference-applied": appliedPreferences(request.preferences, ["count"]),
  };
  if (routine.result === "void") return resultResponse(result, 204, headers, null);
  const isBytes = representation.shape === "raw" && routine.mediaIsBytes;
  return resultResponse(
    result,
    status,
    { ...headers, "content-type": representation.contentType, ...request.profileHeaders },
    request.method === "HEAD" ? null : isBytes ? decodeHex(result.body) : result.body,
  );
}

/** Calls a function and answers with what it returns. */
export async function callRoutine(context: Context): Promise<Response> {
  const { request, cache, maxRows } = context;
  const body = request.method === "POST" ? await readCallBody(request.body, request.query.columns) : null;
  const argumentNames = body === null
    ? request.query.args.map(([name]) => name)
    : body.kind === "json"
    ? body.keys
    : [];
  const resolved = resolveCall({
    schema: request.schema,
    name: request.target.name,
    argumentNames: new Set(argumentNames),
    body: body && body.kind,
  }, cache);
  const { routine } = resolved;
  const representation = negotiate(request.headers.get("accept"), routine.mediaType);
  const statement = callStatement(request, resolved, body, representation, maxRows);
  const result = await execute(context, statement, {
    // A function that says it changes nothing is held to it, by POST too.
    readOnly: body === null || !routine.volatile,
    routine,
    check({ rows }) {
      checkSingular(representation, rows);
      checkAffected(request.preferences, rows);
    },
  });
  return respond(request, routine, representation, result);
}
