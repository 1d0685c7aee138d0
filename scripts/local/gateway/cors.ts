// Cross-origin requests: hosted's gateway answers preflights of its services itself and lets every origin read.
// Edge Functions do that themselves.

const METHODS = "GET,HEAD,PUT,PATCH,POST,DELETE,OPTIONS,TRACE,CONNECT";
/** What a browser may read besides the simple headers: PostgREST's list and the gateway's own. */
const EXPOSED = "Content-Encoding, Content-Location, Content-Range, Content-Type, Date, Location, Server, " +
  "Transfer-Encoding, Range-Unit, sb-request-id";
const MAX_AGE_SECONDS = "3600";

/** Whether a browser asks for permission. */
export function isPreflight(request: Request): boolean {
  return request.method === "OPTIONS" && request.headers.has("access-control-request-method");
}

/** Permits what was asked for. */
export function answerPreflight(request: Request): Response {
  return new Response(null, {
    status: 200,
    headers: {
      "access-control-allow-origin": "*",
      "access-control-allow-methods": METHODS,
      "access-control-allow-headers": request.headers.get("access-control-request-headers") ?? "*",
      "access-control-max-age": MAX_AGE_SECONDS,
      vary: "Access-Control-Request-Headers",
    },
  });
}

/** Lets a page of any origin read a response, unless the service has decided that itself. */
export function allowOrigin(headers: Headers): void {
  if (headers.has("access-control-allow-origin")) return;
  headers.set("access-control-allow-origin", "*");
  headers.set("access-control-expose-headers", EXPOSED);
}
