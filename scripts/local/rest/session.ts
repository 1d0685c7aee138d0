// What a transaction is told before the request's own statement: who asks, and how.
import type { ApiRequest } from "./request.ts";
import type { RoleSettings, Setting } from "./schema_cache.ts";
import { Parameters, quoteIdentifier, type Statement } from "./sql.ts";
import type { Caller } from "./token.ts";

/** Searched after the exposed schema: hosted's `db-extra-search-path`. */
const EXTRA_SEARCH_PATH = ["public", "extensions"];

function parseCookies(header: string | null): Record<string, string> {
  const pairs = (header ?? "").split(";").map((pair) => pair.trim()).filter((pair) => pair.includes("="));
  return Object.fromEntries(pairs.map((pair) => {
    const equals = pair.indexOf("=");
    return [pair.slice(0, equals), pair.slice(equals + 1)];
  }));
}

/** The statement that applies the settings of one request until its transaction ends. */
export function sessionStatement(
  request: ApiRequest,
  caller: Caller,
  role: RoleSettings,
  routineSettings: readonly Setting[],
): Statement {
  const searchPath = [...new Set([request.schema, ...EXTRA_SEARCH_PATH])].map(quoteIdentifier).join(", ");
  const settings: Setting[] = [
    ["search_path", searchPath],
    // Before the role: the role may not set what authenticator may.
    ...role.settings,
    ["role", caller.role],
    ["request.jwt.claims", caller.claims],
    ["request.method", request.method],
    ["request.path", request.path],
    ["request.headers", JSON.stringify(Object.fromEntries(request.headers))],
    ["request.cookies", JSON.stringify(parseCookies(request.headers.get("cookie")))],
    // Last: a function's own timeout goes before its caller's.
    ...routineSettings,
  ];
  const parameters = new Parameters();
  const calls = settings.map(([name, value]) =>
    `set_config(${parameters.bind(name)}, ${parameters.bind(value)}, true)`
  );
  return { text: `select ${calls.join(", ")}`, values: parameters.values };
}
