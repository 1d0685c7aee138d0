// The Edge Functions of the local stack: every folder with an index.ts below supabase/functions, unmodified.
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { FunctionConfig, Project } from "../config.ts";
import { exists } from "../postgres/folders.ts";
import type { Service, ServiceContext } from "../service.ts";
import { functionEnvironment } from "./environment.ts";
import { errorResponse, HOST_ERRORS } from "./errors.ts";
import { launchChild } from "./isolate/child.ts";
import type { FunctionsMode, Isolate, IsolateConfig } from "./isolate/isolate.ts";
import { launchWorker } from "./isolate/worker.ts";
import { createPool, type FunctionPool } from "./pool.ts";
import { createSlot, type IsolateStats } from "./slot.ts";
import { verifyJwt } from "./verify_jwt.ts";

/** How Edge Functions are run. */
export interface FunctionsOptions {
  /** Holds a folder for each function. */
  folder: string;
  /** Their secrets; .env in the folder unless given. */
  secretsFile?: string;
  mode: FunctionsMode;
  /** Isolates of each function; more than one shows how caches behave on hosted. */
  isolates: number;
  /** By slug; a function that is not named has hosted's defaults. */
  config: ReadonlyMap<string, FunctionConfig>;
  /** What their secrets may replace. */
  functionEnv?: Project["functionEnv"];
  /** Replaces any value of the environment, for tests. */
  env: Readonly<Record<string, string>>;
  /** How long a response may take to begin, in milliseconds; 150 s on hosted. It may change at any time. */
  limitMs?: number;
  /** How long requests under way may take when their isolate is retired, in milliseconds; 2 s unless given. */
  graceMs?: number;
}

/** The functions service. */
export interface FunctionsService extends Service {
  fetch(request: Request, token: string, remote?: string): Promise<Response>;
  /** What every isolate does and uses. */
  stats(): Promise<IsolateStats[]>;
  /** Slugs of all functions, sorted. */
  slugs(): Promise<string[]>;
  /** Boots every function that does not run yet. */
  warm(): Promise<void>;
  /** Retires all isolates, so that changed code and secrets are used; requests under way are answered. */
  reload(): Promise<void>;
}

const PREFIX = "/functions/v1/";
const LIMIT_MS = 150_000;
const GRACE_MS = 2_000;
/** What hosted lets through: https://supabase.com/docs/guides/functions/status-codes. */
const METHODS = new Set(["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);
const SLUG = /^[A-Za-z][A-Za-z0-9_-]*$/;

/** A URL without the platform's prefix, as functions see it on hosted: the path begins with the slug. */
function innerUrl(url: URL): string {
  return `${url.origin}/${url.pathname.slice(PREFIX.length)}${url.search}`;
}

function forwarded(request: Request, url: URL, remote: string): [string, string][] {
  const headers = new Headers(request.headers);
  headers.append("x-forwarded-for", remote);
  if (!headers.has("x-forwarded-host")) headers.set("x-forwarded-host", url.hostname);
  if (!headers.has("x-forwarded-proto")) headers.set("x-forwarded-proto", url.protocol.slice(0, -1));
  if (!headers.has("x-forwarded-port")) headers.set("x-forwarded-port", url.port);
  return [...headers];
}

/** Starts the functions service; isolates are booted by `warm` or by the first request. */
export async function createFunctions(
  context: ServiceContext,
  o: FunctionsOptions,
): Promise<FunctionsService> {
  const sockets = await Deno.makeTempDir({ prefix: "local-supabase-" });
  const secretsFile = o.secretsFile ?? join(o.folder, ".env");
  const pools = new Map<string, FunctionPool>();
  let socketCount = 0;

  async function launch(slug: string): Promise<Isolate> {
    const config: IsolateConfig = {
      slug,
      entry: pathToFileURL(join(o.folder, slug, "index.ts")).href,
      socket: join(sockets, `${socketCount++}`),
      env: {
        SUPABASE_FUNCTION_SLUG: slug,
        SB_EXECUTION_ID: crypto.randomUUID(),
        ...await functionEnvironment(context, secretsFile, o.functionEnv, o.env),
      },
    };
    if (o.mode === "in-process") return await launchWorker(config);
    return await launchChild(config, (line) => context.log(`[${slug}] ${line}`));
  }

  async function isFunction(slug: string): Promise<boolean> {
    return SLUG.test(slug) && o.config.get(slug)?.enabled !== false &&
      await exists(join(o.folder, slug, "index.ts"));
  }

  async function poolOf(slug: string): Promise<FunctionPool | undefined> {
    const known = pools.get(slug);
    if (known) return known;
    if (!await isFunction(slug)) return undefined;
    const found = pools.get(slug);
    if (found) return found;
    const slots = Array.from(
      { length: o.isolates },
      (_, index) =>
        createSlot({
          slug,
          index,
          launch: () => launch(slug),
          measured: o.mode === "child",
          graceMs: o.graceMs ?? GRACE_MS,
          log: context.log,
        }),
    );
    const pool = createPool(slots, () => o.limitMs ?? LIMIT_MS);
    pools.set(slug, pool);
    return pool;
  }

  async function slugs(): Promise<string[]> {
    const found: string[] = [];
    for await (const entry of Deno.readDir(o.folder)) {
      if (await isFunction(entry.name)) found.push(entry.name);
    }
    return found.sort();
  }

  const allSlots = () => [...pools.values()].flatMap((pool) => pool.slots);

  return {
    slugs,
    stats: () => Promise.all(allSlots().map((slot) => slot.stats())),

    async fetch(request, _token, remote = "127.0.0.1") {
      const url = new URL(request.url);
      const slug = url.pathname.slice(PREFIX.length).split("/")[0] ?? "";
      const pool = await poolOf(slug);
      if (!pool) return errorResponse(HOST_ERRORS.notFound);
      if (!METHODS.has(request.method)) return errorResponse(HOST_ERRORS.method);
      if (request.headers.get("upgrade") === "websocket") return errorResponse(HOST_ERRORS.webSocket);
      if (request.method !== "OPTIONS" && o.config.get(slug)?.verifyJwt !== false) {
        const refusal = await verifyJwt(request, context.keys);
        if (refusal) return refusal;
      }
      return await pool.fetch(request, {
        url: innerUrl(url),
        headers: forwarded(request, url, remote),
        remote,
      });
    },

    async warm() {
      for (const slug of await slugs()) await (await poolOf(slug))?.warm();
    },

    async reload() {
      const retired = allSlots();
      pools.clear();
      await Promise.all(retired.map((slot) => slot.retire()));
    },

    async close() {
      // Whoever closes us has given requests their time.
      await Promise.all(allSlots().map((slot) => slot.kill()));
      await Deno.remove(sockets, { recursive: true });
    },
  };
}
