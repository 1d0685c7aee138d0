// The query string, sorted into what each parameter is for.
import { notImplemented, RestError } from "./errors.ts";
import { type Condition, looksLikeFilter, parseFilter, parseLogic } from "./filter.ts";
import { Scanner } from "./scanner.ts";
import { type OrderTerm, parseOrder, parseSelection, type Selection } from "./selection.ts";

/** A read query string. */
export interface QueryString {
  selection: Selection;
  conditions: readonly Condition[];
  order: readonly OrderTerm[];
  limit: string | null;
  offset: string | null;
  /** `columns=`: the keys of the body that are used. */
  columns: readonly string[] | null;
  /** `on_conflict=`: the unique key that an upsert looks at. */
  onConflict: readonly string[] | null;
  /** Arguments of a function that is called by GET, in the order they came. */
  args: readonly (readonly [string, string])[];
}

const LOGIC_KEYS = ["and", "or", "not.and", "not.or"];
const RESERVED = ["select", "columns", "on_conflict", "order", "limit", "offset"];

function parseColumns(text: string | null, what: string): string[] | null {
  if (text === null) return null;
  const scanner = new Scanner(text, what);
  const names: string[] = [];
  do {
    scanner.blanks();
    names.push(scanner.fieldName());
    scanner.blanks();
  } while (scanner.accept(","));
  if (!scanner.atEnd) throw scanner.failure('"," or end of input');
  return names;
}

/** Refuses `child.order=…` and the like: nothing is embedded, so nothing can be addressed in it. */
function refuseEmbedded(key: string): void {
  const dot = /^[^"]+?\./.exec(key);
  if (!dot || key.includes("->")) return;
  const resource = dot[0].slice(0, -1);
  const hint = `Verify that '${resource}' is included in the 'select' query parameter.`;
  const message = `'${resource}' is not an embedded resource in this request`;
  throw new RestError(400, "PGRST108", message, null, hint);
}

/** Reads a query string; `isCall` for a function called by GET, whose parameters are arguments too. */
export function parseQueryString(parameters: URLSearchParams, isCall: boolean): QueryString {
  const conditions: Condition[] = [];
  const args: [string, string][] = [];
  // Read first: an embedding is refused for itself rather than for the filters that go with it.
  const selection = parseSelection(parameters.get("select"));
  for (const [key, value] of parameters) {
    if (RESERVED.includes(key)) continue;
    if (LOGIC_KEYS.includes(key)) conditions.push(parseLogic(key, value));
    else if (isCall && !looksLikeFilter(value)) args.push([key, value]);
    else {
      refuseEmbedded(key);
      conditions.push(parseFilter(key, value));
    }
  }
  return {
    selection,
    conditions,
    order: parseOrder(parameters.get("order")),
    limit: parameters.get("limit"),
    offset: parameters.get("offset"),
    columns: parseColumns(parameters.get("columns"), "columns parameter"),
    onConflict: parseColumns(parameters.get("on_conflict"), "on_conflict parameter"),
    args,
  };
}

/** Limits on writes were dropped by PostgREST; ignoring them would change more rows than asked for. */
export function refuseRange(query: QueryString): void {
  if (query.limit === null && query.offset === null) return;
  throw notImplemented("This stand-in does not limit the rows that a write returns.");
}
