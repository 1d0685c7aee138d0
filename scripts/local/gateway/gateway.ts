// The one address of the local stack: finds the service for a path, resolves API keys, answers preflights, and
// passes everything else through untouched, bodies as streams.
import { setTimeout as delay } from "node:timers/promises";
import type { Inspect } from "../config.ts";
import type { FunctionsService } from "../functions/service.ts";
import type { ProjectKeys } from "../keys.ts";
import { explainListen } from "../postgres/port.ts";
import type { Service } from "../service.ts";
import { allowOrigin, answerPreflight, isPreflight } from "./cors.ts";
import { resolveCredentials, resolveOptional } from "./credentials.ts";
import { GATEWAY_ERRORS, gatewayResponse } from "./errors.ts";
import { findRoute, type Route } from "./routes.ts";

/** What the gateway passes requests on to. */
export interface Backend {
  keys: ProjectKeys;
  auth: Service;
  rest: Service;
  realtime: Service;
  storage: Service;
  functions: Pick<FunctionsService, "fetch">;
  /** Sees every answer. */
  inspect?: Inspect | undefined;
  /** Failures that nobody expected; callers see nothing of them. */
  log(line: string): void;
}

/** A gateway that listens. */
export interface Gateway {
  readonly port: number;
  /** Begins to pass requests on; until then they get 503. */
  open(backend: Backend): void;
  /** Stops listening; requests under way get `graceMs` to end. */
  close(graceMs: number): Promise<void>;
}

/** The request as a service sees it: a key in the URL has done its work, and would be a filter to PostgREST. */
function withoutKey(request: Request, url: URL): Request {
  if (!url.searchParams.has("apikey")) return request;
  const stripped = new URL(url);
  stripped.searchParams.delete("apikey");
  return new Request(stripped, { method: request.method, headers: request.headers, body: request.body });
}

async function pass(
  request: Request,
  url: URL,
  route: Route,
  backend: Backend,
  remote: string,
): Promise<Response> {
  if ("service" in route && route.service === "functions") {
    return await backend.functions.fetch(request, "", remote);
  }
  if (isPreflight(request)) return answerPreflight(request);
  let token = "";
  if (route.access === "required" || route.access === "optional") {
    const resolve = route.access === "required" ? resolveCredentials : resolveOptional;
    const credentials = await resolve(request, url, backend.keys);
    if ("error" in credentials) return gatewayResponse(credentials.error);
    token = credentials.token;
  }
  if ("missing" in route) return gatewayResponse(route.missing);
  // A WebSocket handshake can't be copied, and Realtime looks at the key in its URL.
  const inner = route.service === "realtime" ? request : withoutKey(request, url);
  return await backend[route.service].fetch(inner, token);
}

async function answer(request: Request, backend: Backend, remote: string): Promise<Response> {
  const url = new URL(request.url);
  const route = findRoute(url.pathname);
  if (!route) return gatewayResponse(GATEWAY_ERRORS.unknownPath);
  let response: Response;
  try {
    response = await pass(request, url, route, backend, remote);
  } catch (error) {
    backend.log(`${request.method} ${url.pathname}: ${error instanceof Error ? error.stack : error}`);
    response = gatewayResponse(GATEWAY_ERRORS.internal);
  }
  if (backend.inspect) {
    response = await backend.inspect({ method: request.method, path: url.pathname }, response);
  }
  // An accepted WebSocket is no ordinary response.
  if (response.status !== 101 && !("service" in route && route.service === "functions")) {
    allowOrigin(response.headers);
  }
  return response;
}

/** Listens on loopback. Port 0 takes any free one. Throws `PortTaken`. */
export function startGateway(port: number): Gateway {
  let backend: Backend | undefined;
  let underWay = 0;
  let onIdle = () => {};
  const abort = new AbortController();
  const ended = () => {
    underWay--;
    if (underWay === 0) onIdle();
  };

  const serve = async (request: Request, info: Deno.ServeHandlerInfo<Deno.NetAddr>) => {
    underWay++;
    info.completed.then(ended, ended);
    if (!backend) return gatewayResponse(GATEWAY_ERRORS.starting);
    const response = await answer(request, backend, info.remoteAddr.hostname);
    if (response.status !== 101) {
      response.headers.set("sb-gateway-version", "1");
      response.headers.set("sb-request-id", crypto.randomUUID());
    }
    return response;
  };
  // Deno 2.9.5 ends the connection after every request whose body does not fit in its first read (about 500 bytes with
  // the head; denoland/deno#36657): correct, but such requests reach 8-10k req/s here where small ones reach 70k.
  let server: Deno.HttpServer<Deno.NetAddr>;
  try {
    server = Deno.serve({ hostname: "127.0.0.1", port, signal: abort.signal, onListen() {} }, serve);
  } catch (error) {
    throw explainListen(error, port);
  }
  return {
    port: server.addr.port,
    open: (opened) => {
      backend = opened;
    },
    async close(graceMs) {
      // Not with `shutdown`, which in Deno 2.9 can't be cut short: aborting while it waits throws BadResource.
      const idle = new Promise<void>((resolve) => onIdle = resolve);
      const patience = new AbortController();
      const waiting = delay(graceMs, undefined, { signal: patience.signal }).catch(() => {});
      if (underWay > 0) {
        await Promise.race([idle, waiting]);
        // An answer is completed a turn of the event loop before it is written: aborted now, it never arrives.
        await delay(0);
      }
      patience.abort();
      abort.abort();
      await server.finished;
    },
  };
}
