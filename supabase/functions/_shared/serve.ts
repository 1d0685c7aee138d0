// Common to all functions: CORS, request ids, authentication and the rendering of errors.
import { isUnreachable, problemOf } from "./database_error.ts";
import { Problem, problemResponse } from "./problem.ts";
import type { Authenticate, Caller } from "./token.ts";

const CORS = {
  "access-control-allow-origin": "*",
  "access-control-expose-headers": "etag, retry-after, x-request-id",
};
const PREFLIGHT = {
  ...CORS,
  "access-control-allow-methods": "GET, POST, OPTIONS",
  "access-control-allow-headers":
    "authorization, apikey, content-type, content-encoding, if-none-match, x-client-info, x-request-id",
  "access-control-max-age": "86400",
};

/** An authenticated request. `path` is the part after the function's name, such as `/head`. */
export interface Call extends Caller {
  request: Request;
  url: URL;
  path: string;
}

/** Answers a call, or throws a `Problem`. */
export type Handler = (call: Call) => Promise<Response>;

function requestIdOf(request: Request): string {
  const given = request.headers.get("x-request-id") ?? "";
  return /^[\w-]{8,64}$/.test(given) ? given : crypto.randomUUID();
}

function problemFor(error: unknown, requestId: string): Problem {
  if (error instanceof Problem) return error;
  if (isUnreachable(error)) return problemOf(error);
  console.error(`request ${requestId}:`, error);
  return new Problem("internal");
}

/** Wraps a handler for `Deno.serve`. `slug` is the function's name, the first part of the path. */
export function serveFunction(slug: string, authenticate: Authenticate, handler: Handler) {
  const prefix = new RegExp(`^(/functions/v1)?/${slug}`);
  return async (request: Request): Promise<Response> => {
    if (request.method === "OPTIONS") return new Response(null, { status: 204, headers: PREFLIGHT });
    const requestId = requestIdOf(request);
    let response: Response;
    try {
      const caller = await authenticate(request);
      const url = new URL(request.url);
      const path = url.pathname.replace(prefix, "").replace(/\/$/, "");
      response = await handler({ request, url, path, ...caller });
    } catch (error) {
      response = problemResponse(problemFor(error, requestId), requestId);
    }
    response.headers.set("x-request-id", requestId);
    for (const [name, value] of Object.entries(CORS)) response.headers.set(name, value);
    return response;
  };
}

/** Throws unless the request uses one of the methods. */
export function requireMethod(request: Request, ...methods: string[]): void {
  if (methods.includes(request.method)) return;
  throw new Problem("method_not_allowed", `Use ${methods.join(" or ")} here.`, methods.join(", "));
}
