// A request, read as far as that needs no database: what it is about, and what it wants.
import { notImplemented, RestError, unknownSchema } from "./errors.ts";
import { parsePreferences, type Preferences } from "./preferences.ts";
import { parseQueryString, type QueryString } from "./query_string.ts";
import { parseRange, type RowRange } from "./range.ts";

/** Methods that do something; others are refused. */
export type Method = "GET" | "HEAD" | "POST" | "PATCH" | "DELETE";

/** What a path names. */
export interface Target {
  kind: "relation" | "routine";
  name: string;
}

/** A request that has been read. */
export interface ApiRequest {
  method: Method;
  target: Target;
  /** Exposed schema that the target is looked up in. */
  schema: string;
  /** Headers to add to a successful answer: the schema, where there is a choice. */
  profileHeaders: Record<string, string>;
  query: QueryString;
  range: RowRange;
  preferences: Preferences;
  /** Path below the service's prefix, as `request.path` shows it. */
  path: string;
  headers: Headers;
  body: Request;
}

const METHODS: readonly string[] = ["GET", "HEAD", "POST", "PATCH", "DELETE"] satisfies Method[];
const RPC_METHODS: readonly Method[] = ["GET", "HEAD", "POST"];

function isMethod(method: string): method is Method {
  return METHODS.includes(method);
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

function parseTarget(path: string): Target {
  const [first, second, ...more] = path.split("/").slice(1).map(decodeSegment);
  if (!first) throw notImplemented("This stand-in does not describe the API in OpenAPI form.");
  if (first === "rpc" && second && more.length === 0) return { kind: "routine", name: second };
  if (second === undefined) return { kind: "relation", name: first };
  throw new RestError(404, "PGRST125", "Invalid path specified in request URL");
}

function parseMethod(method: string, target: Target): Method {
  if (target.kind === "routine" && !["OPTIONS", ...RPC_METHODS].includes(method)) {
    throw new RestError(405, "PGRST101", `Cannot use the ${method} method on RPC`);
  }
  if (isMethod(method)) return method;
  if (method === "PUT" || method === "OPTIONS") {
    throw notImplemented(`This stand-in does not answer ${method}.`);
  }
  throw new RestError(405, "PGRST117", `Unsupported HTTP method: ${method}`);
}

/** Reads a request; `prefix` is the path of the service, without a trailing slash. */
export function parseRequest(request: Request, prefix: string, schemas: readonly string[]): ApiRequest {
  const url = new URL(request.url);
  const path = url.pathname.slice(prefix.length) || "/";
  const target = parseTarget(path);
  const method = parseMethod(request.method, target);
  const reads = method === "GET" || method === "HEAD";
  const profile = request.headers.get(reads ? "accept-profile" : "content-profile");
  const [defaultSchema = "public"] = schemas;
  const schema = profile ?? defaultSchema;
  if (!schemas.includes(schema)) throw unknownSchema(schema, schemas);
  const query = parseQueryString(url.searchParams, reads && target.kind === "routine");
  const rangeHeader = method === "GET" ? request.headers.get("range") : null;
  return {
    method,
    target,
    schema,
    profileHeaders: schemas.length > 1 ? { "content-profile": schema } : {},
    query,
    range: parseRange(query.limit, query.offset, rangeHeader),
    preferences: parsePreferences(request.headers.get("prefer")),
    path,
    headers: request.headers,
    body: request,
  };
}
