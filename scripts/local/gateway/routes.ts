// Which path leads where, and what it takes to get there.
import { GATEWAY_ERRORS, type GatewayError } from "./errors.ts";

/** The services behind the gateway. */
export type ServiceName = "auth" | "rest" | "realtime" | "storage" | "functions";

/** Where a path leads. */
export type Route =
  | {
    service: ServiceName;
    /**
     * `required`: an API key, replaced by a token. `open`: nothing, for links in mails and public keys. `own`: the
     * service looks at the request itself, cross-origin rules included. `optional`: a key counts where there is one.
     */
    access: "required" | "optional" | "open" | "own";
  }
  | { missing: GatewayError; access: "required" | "own" };

const PREFIXES: readonly (readonly [string, Route])[] = [
  ["/auth/v1/.well-known/jwks.json", { service: "auth", access: "open" }],
  ["/auth/v1/authorize", { service: "auth", access: "open" }],
  ["/auth/v1/callback", { service: "auth", access: "open" }],
  ["/auth/v1/verify", { service: "auth", access: "open" }],
  ["/auth/v1", { service: "auth", access: "required" }],
  ["/rest/v1", { service: "rest", access: "required" }],
  ["/realtime/v1", { service: "realtime", access: "required" }],
  ["/functions/v1", { service: "functions", access: "own" }],
  ["/graphql/v1", { missing: GATEWAY_ERRORS.noGraphql, access: "required" }],
  ["/storage/v1", { service: "storage", access: "optional" }],
];

/** The route of a path; undefined where hosted has none. */
export function findRoute(pathname: string): Route | undefined {
  return PREFIXES.find(([prefix]) => pathname === prefix || pathname.startsWith(`${prefix}/`))?.[1];
}
