// What runs inside an isolate: loads one unmodified Edge Function and answers requests with it.
import { setTimeout as delay } from "node:timers/promises";
import { decodeRequestHead, encodeHead, HEAD } from "./envelope.ts";
import type { IsolateConfig, Order, Report } from "./isolate.ts";
import { prepareRealm, type Realm, type Served } from "./realm.ts";

/** A function that answers requests. */
interface Running {
  stop(graceMs: number): Promise<void>;
}

/** `export default { fetch }`, the second form that hosted accepts. */
function defaultExport(module: { default?: { fetch?: Served["handler"] } }): Served | undefined {
  const exported = module.default;
  if (typeof exported?.fetch !== "function") return undefined;
  return { handler: exported.fetch.bind(exported) };
}

async function load(config: IsolateConfig, realm: Realm): Promise<Served> {
  const module = await import(config.entry);
  const served = realm.served() ?? defaultExport(module);
  if (!served) throw new Error("it neither calls Deno.serve nor exports { fetch }");
  return served;
}

async function callHandler(served: Served, request: Request, info: Deno.ServeHandlerInfo): Promise<Response> {
  try {
    const response = await served.handler(request, info);
    if (response instanceof Response) return response;
    throw new TypeError("the handler returned something else than a Response");
  } catch (error) {
    if (served.onError) return await served.onError(error);
    console.error(error);
    // What Deno.serve answers on hosted.
    return new Response("Internal Server Error", { status: 500 });
  }
}

/** Loads the function and listens; rejects where it can't be loaded. */
async function run(config: IsolateConfig): Promise<Running> {
  const realm = prepareRealm(config.env);
  const served = await load(config, realm);
  const server = realm.serve({ path: config.socket, onListen() {} }, async (raw, { completed }) => {
    const head = decodeRequestHead(raw.headers);
    const request = new Request(head.url, { method: raw.method, headers: head.headers, body: raw.body });
    const remoteAddr: Deno.NetAddr = { transport: "tcp", hostname: head.remote, port: 0 };
    const response = await callHandler(served, request, { remoteAddr, completed });
    const { status, statusText } = response;
    const answer = encodeHead({ status, statusText, headers: [...response.headers] });
    return new Response(response.body, { headers: { [HEAD]: answer } });
  });
  return {
    async stop(graceMs) {
      const finished = server.shutdown().then(() => realm.background());
      await Promise.race([finished, delay(graceMs, undefined, { ref: false })]);
    },
  };
}

/** Carries out the launcher's orders. */
export function obey(report: (report: Report) => void): (order: Order) => Promise<void> {
  let running: Running | undefined;
  return async (order) => {
    if (order.kind === "start") {
      try {
        running = await run(order.config);
        report({ kind: "ready" });
      } catch (error) {
        report({
          kind: "failed",
          reason: error instanceof Error ? error.stack ?? error.message : String(error),
        });
      }
    } else {
      await running?.stop(order.graceMs);
      report({ kind: "stopped" });
    }
  };
}
