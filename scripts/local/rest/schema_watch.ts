// Keeps the schema cache: read at the start, and again on `notify pgrst, 'reload schema'`.
import { setTimeout as delay } from "node:timers/promises";
import postgres, { type Sql } from "postgres";
import { readSchemaCache, type SchemaCache } from "./schema_cache.ts";

/** Channel that PostgREST listens on. */
const CHANNEL = "pgrst";

/** Between two attempts to come back to a database that went away. */
const RETRY_MS = 500;

/** A schema cache that renews itself. */
export interface SchemaWatch {
  readonly current: SchemaCache;
  close(): Promise<void>;
}

/** What a watch is made of. */
export interface SchemaWatchOptions {
  databaseUrl: string;
  schemas: readonly string[];
  /** Called when the cache has been replaced. */
  onReload(): void;
  log(line: string): void;
}

/** A connection that reads the cache and listens. */
interface Listener {
  read(): Promise<SchemaCache>;
  end(): Promise<void>;
}

async function listen(databaseUrl: string, schemas: readonly string[], on: {
  notify(): void;
  lost(): void;
}): Promise<Listener> {
  const sql: Sql = postgres(databaseUrl, {
    max: 1,
    max_lifetime: null,
    connect_timeout: 5,
    onnotice: () => {},
    onclose: () => on.lost(),
    // So that types are written with their schema, and mean the same in any request.
    connection: { application_name: "rest schema", search_path: "pg_catalog" },
  });
  let listening = false;
  const onNotify = (payload: string) => {
    if (["", "reload schema", "reload config"].includes(payload)) on.notify();
  };
  const onListen = () => {
    // The library listens on a connection of its own; what was said while it was lost is made up for.
    if (listening) on.notify();
    listening = true;
  };
  try {
    await sql.listen(CHANNEL, onNotify, onListen);
  } catch (error) {
    await sql.end({ timeout: 0 });
    throw error;
  }
  return { read: () => readSchemaCache(sql, schemas), end: () => sql.end({ timeout: 5 }) };
}

/** Reads the cache and listens; resolves when both are done. */
export async function watchSchema(options: SchemaWatchOptions): Promise<SchemaWatch> {
  const { databaseUrl, schemas, onReload, log } = options;
  const ended = new AbortController();
  // One reading at a time; a notification that comes meanwhile starts exactly one more.
  let reading: Promise<void> | undefined;
  let again = false;
  let returning: Promise<void> | undefined;

  const connect = () => listen(databaseUrl, schemas, { notify: reload, lost: comeBack });
  let listener = await connect();
  let current = await listener.read().catch(async (error) => {
    ended.abort();
    await listener.end();
    throw error;
  });

  async function read(): Promise<void> {
    do {
      again = false;
      try {
        current = await listener.read();
        onReload();
      } catch (error) {
        if (!ended.signal.aborted) log(`rest: the schema cache could not be read: ${error}`);
      }
    } while (again && !ended.signal.aborted);
    reading = undefined;
  }

  function reload(): void {
    again = true;
    reading ??= read();
  }

  async function reconnect(): Promise<void> {
    const { signal } = ended;
    while (!signal.aborted) {
      try {
        await delay(RETRY_MS, undefined, { signal });
        const before = listener;
        listener = await connect();
        await before.end();
        reload();
        break;
      } catch {
        // Aborted, or still away.
      }
    }
    returning = undefined;
  }

  function comeBack(): void {
    if (!ended.signal.aborted) returning ??= reconnect();
  }

  return {
    get current() {
      return current;
    },
    async close() {
      ended.abort();
      await returning;
      await listener.end();
      await reading;
    },
  };
}
