// The REST service: a stand-in for PostgREST, as hosted Supabase runs it, below /rest/v1.
import type { Service, ServiceContext } from "../service.ts";
import { errorResponse, RestError } from "./errors.ts";
import type { Context } from "./execute.ts";
import { openPool, type PoolOptions } from "./pool.ts";
import { readRelation } from "./read.ts";
import { parseRequest } from "./request.ts";
import { callRoutine } from "./rpc.ts";
import { watchSchema } from "./schema_watch.ts";
import { authenticate } from "./token.ts";
import { writeRelation } from "./write.ts";

/** Public path of the service. */
const REST_PREFIX = "/rest/v1";

/** What may differ from hosted's defaults. */
export interface RestOptions {
  /** Exposed schemas, the default one first. */
  schemas?: readonly string[];
  /** Most rows in one answer. */
  maxRows?: number;
  /** Connections, and how long a request waits for one. */
  pool?: PoolOptions;
}

/** PostgREST's own defaults; hosted sizes the pool by the machine. */
const DEFAULT_POOL: PoolOptions = { size: 10, acquireSeconds: 10 };

function answer(context: Context): Promise<Response> {
  const { method, target } = context.request;
  if (target.kind === "routine") return callRoutine(context);
  return method === "GET" || method === "HEAD" ? readRelation(context) : writeRelation(context);
}

/** Starts the service; it connects as authenticator. */
export async function createRest(context: ServiceContext, options: RestOptions = {}): Promise<Service> {
  const { schemas = ["public"], maxRows = 1000, pool: poolOptions = DEFAULT_POOL } = options;
  const databaseUrl = context.databaseUrl("authenticator");
  const log = (line: string) => context.log(line);
  const pool = openPool(databaseUrl, poolOptions);
  // Prepared statements keep the parameter types of the schema that they were made for: a new cache gets new
  // connections.
  const watch = await watchSchema({ databaseUrl, schemas, log, onReload: () => pool.renew() });

  async function respond(request: Request, token: string): Promise<Response> {
    const caller = await authenticate(context.keys, token);
    return await answer({
      request: parseRequest(request, REST_PREFIX, schemas),
      caller,
      cache: watch.current,
      pool,
      maxRows,
    });
  }

  return {
    async fetch(request, token) {
      try {
        return await respond(request, token);
      } catch (error) {
        if (error instanceof RestError) return errorResponse(error);
        log(`rest: ${error instanceof Error ? error.stack : error}`);
        return errorResponse(new RestError(500, "PGRSTX00", "Internal error of the REST stand-in."));
      }
    },
    async close() {
      await watch.close();
      await pool.close();
    },
  };
}
