// The globals that an unmodified Edge Function finds: its own environment, a Deno.serve that only hands over the
// handler, and EdgeRuntime.
import process from "node:process";

/** Answers one request. */
export type Handler = (request: Request, info: Deno.ServeHandlerInfo) => Response | Promise<Response>;

/** What a function handed to Deno.serve. */
export interface Served {
  handler: Handler;
  onError?: (error: unknown) => Response | Promise<Response>;
}

/** The prepared globals. */
export interface Realm {
  /** What the function passed to Deno.serve last. */
  served(): Served | undefined;
  /** Deno's own Deno.serve. */
  serve: typeof Deno.serve;
  /** Resolves when everything passed to EdgeRuntime.waitUntil has ended. */
  background(): Promise<void>;
}

/** Deno.serve's options, as far as they matter here. */
interface ServeOptions {
  handler?: Handler;
  fetch?: Handler;
  onError?: Served["onError"];
  onListen?: (address: Deno.NetAddr) => void;
}

const ADDRESS: Deno.NetAddr = { transport: "tcp", hostname: "0.0.0.0", port: 8000 };

function replaceEnvironment(env: Readonly<Record<string, string>>): void {
  const values: Record<string, string> = { ...env };
  const shim: Deno.Env = {
    get: (key) => Object.hasOwn(values, key) ? values[key] : undefined,
    has: (key) => Object.hasOwn(values, key),
    set: (key, value) => {
      values[key] = value;
    },
    delete: (key) => {
      delete values[key];
    },
    toObject: () => ({ ...values }),
  };
  Object.defineProperty(Deno, "env", { value: shim });
  Object.defineProperty(process, "env", { value: values });
}

function standInServer(): Deno.HttpServer<Deno.NetAddr> {
  const { promise: finished, resolve } = Promise.withResolvers<void>();
  const shutdown = () => {
    resolve();
    return Promise.resolve();
  };
  return { finished, addr: ADDRESS, ref() {}, unref() {}, shutdown, [Symbol.asyncDispose]: shutdown };
}

/** Replaces this realm's globals; to be called before the function is imported. */
export function prepareRealm(env: Readonly<Record<string, string>>): Realm {
  const serve = Deno.serve;
  let served: Served | undefined;

  const capture = (first: Handler | ServeOptions, second?: Handler): Deno.HttpServer<Deno.NetAddr> => {
    const options = typeof first === "function" ? {} : first;
    const handler = typeof first === "function" ? first : second ?? first.handler ?? first.fetch;
    if (!handler) throw new TypeError("Deno.serve was called without a handler.");
    served = { handler, onError: options.onError };
    queueMicrotask(() => options.onListen?.(ADDRESS));
    return standInServer();
  };

  const background = new Set<Promise<unknown>>();
  const waitUntil = (work: Promise<unknown>) => {
    const tracked = Promise.resolve(work).catch((error) => console.error(error)).finally(() =>
      background.delete(tracked)
    );
    background.add(tracked);
    return work;
  };

  replaceEnvironment(env);
  Object.defineProperty(Deno, "serve", { value: capture });
  Object.defineProperty(globalThis, "EdgeRuntime", { value: { waitUntil } });
  return {
    served: () => served,
    serve,
    async background() {
      await Promise.allSettled(background);
    },
  };
}
