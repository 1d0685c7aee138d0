// Listens to one channel of NOTIFY over all reconnects, and tells when it could not hear.
//
// The library's own `listen` reconnects too, but hands on what the new connection hears before it says that the old
// one was lost; whoever must catch up first would then hand on the new before the missed.
import { setTimeout as delay } from "node:timers/promises";
import postgres from "postgres";

/** What a listener is told. */
export interface Listening {
  heard(payload: string): void;
  /** The connection is gone; what is notified now is not heard. */
  lost(): void;
  /** Everything notified from now on is heard; nothing was reported by `heard` between `lost` and this. */
  restored(): void;
}

const RETRY_MS = 100;

/** Resolves once it listens; rejects where the first connection fails. Returns the function that ends it. */
export async function listen(
  url: string,
  channel: string,
  applicationName: string,
  listening: Listening,
): Promise<() => Promise<void>> {
  const closing = new AbortController();
  let isRestored = true;
  let early: string[] = [];
  let lost = Promise.withResolvers<void>();
  const options = {
    max: 1,
    max_lifetime: null,
    fetch_types: false,
    connection: { application_name: applicationName },
    // Not in the library's types, and how its own `listen` hears.
    onnotify(_channel: string, payload: string) {
      if (isRestored) listening.heard(payload);
      else early.push(payload);
    },
    onclose() {
      if (isRestored) listening.lost();
      isRestored = false;
      lost.resolve();
    },
  };
  const sql = postgres(url, options);

  async function stayConnected(): Promise<void> {
    await lost.promise;
    while (!closing.signal.aborted) {
      lost = Promise.withResolvers<void>();
      early = [];
      try {
        await sql`listen ${sql(channel)}`;
        isRestored = true;
        listening.restored();
        for (const payload of early) listening.heard(payload);
        await lost.promise;
      } catch {
        // Said by whoever wants to read from the same database; here only patience helps.
        await delay(RETRY_MS, undefined, { signal: closing.signal }).catch(() => {});
      }
    }
  }

  try {
    await sql`listen ${sql(channel)}`;
  } catch (error) {
    await sql.end();
    throw error;
  }
  const connected = stayConnected();
  return async () => {
    closing.abort();
    await sql.end({ timeout: 1 });
    lost.resolve();
    await connected;
  };
}
