// Messages of the database (realtime.send), handed on in the order of their commits, each exactly once.
//
// PostgreSQL delivers notifications in commit order, so one queue that fetches by id keeps it. A notification holds
// 8 kB at most, hence the id only. While the listening connection is away, nothing is announced: after each
// reconnect the messages of the last minutes are compared with those already handed on. A transaction that was
// open for longer than that across a lost connection is missed; hosted misses everything in such a gap.
import { setTimeout as delay } from "node:timers/promises";
import type { Sql } from "postgres";
import { listen } from "../postgres/listener.ts";

/** One message as realtime.messages holds it. */
export interface StoredMessage {
  id: string;
  topic: string;
  event: string;
  /** JSON text, exactly as PostgreSQL writes it. */
  payload: string;
  private: boolean;
}

/** A running feed. */
export interface MessageFeed {
  /** The newest messages of a private topic since a moment (milliseconds since 1970), oldest first. */
  replay(topic: string, since: number, limit: number): Promise<StoredMessage[]>;
  /** Stops listening and handing on; resolves when nothing is under way. */
  close(): Promise<void>;
}

const NOTIFICATIONS = "realtime_messages";
/** How far back a reconnect looks, and how long ids are remembered. */
const LOOK_BACK_MINUTES = 10;
/** Messages fetched at once. */
const BATCH = 500;
const RETRY_MS = 250;

/** Starts to listen on `url`; `deliver` is called for each message committed from now on, which `sql` reads. */
export async function startFeed(
  url: string,
  sql: Sql,
  deliver: (message: StoredMessage) => void,
  log: (line: string) => void,
): Promise<MessageFeed> {
  /** Ids handed on, or older than this feed, with the time at which they came. */
  const known = new Map<string, number>();
  let queue: string[] = [];
  /** What is queued waits while messages may be missed that were committed before it. */
  let isListening = false;
  let mustCatchUp = false;
  let working: Promise<void> | undefined;
  const closing = new AbortController();

  async function recentIds(): Promise<string[]> {
    const rows = await sql<{ id: string }[]>`
      select id from realtime.messages
       where extension = 'broadcast' and event is not null and payload is not null
         and inserted_at > timezone('utc', now()) - make_interval(mins => ${LOOK_BACK_MINUTES})
       order by inserted_at, id`;
    return rows.map(({ id }) => id);
  }

  function forgetOld(): void {
    const limit = Date.now() - 2 * LOOK_BACK_MINUTES * 60_000;
    for (const [id, since] of known) {
      if (since > limit) return;
      known.delete(id);
    }
  }

  async function handOn(ids: string[]): Promise<void> {
    const rows = await sql<StoredMessage[]>`
      select id, topic, event, payload::text as payload, coalesce(private, false) as private
        from realtime.messages where id = any (${ids})`;
    const messages = new Map(rows.map((row) => [row.id, row]));
    for (const id of ids) {
      const message = messages.get(id);
      if (known.has(id) || !message || closing.signal.aborted) continue;
      known.set(id, Date.now());
      deliver(message);
    }
    forgetOld();
  }

  const hasWork = () => isListening && (queue.length > 0 || mustCatchUp) && !closing.signal.aborted;

  async function work(): Promise<void> {
    while (hasWork()) {
      try {
        if (mustCatchUp) {
          const missed = (await recentIds()).filter((id) => !known.has(id));
          mustCatchUp = false;
          queue = [...missed, ...queue];
        }
        // Ids that come meanwhile are appended, and a batch that fails stays.
        const batch = queue.slice(0, BATCH);
        await handOn(batch);
        queue = queue.slice(batch.length);
      } catch (error) {
        if (closing.signal.aborted) return;
        log(`Messages can't be read from the database: ${error instanceof Error ? error.message : error}`);
        await delay(RETRY_MS, undefined, { signal: closing.signal }).catch(() => {});
      }
    }
  }

  function wake(): void {
    working ??= work().finally(() => {
      working = undefined;
      if (hasWork()) wake();
    });
  }

  const stopListening = await listen(url, NOTIFICATIONS, "realtime", {
    heard(id) {
      queue.push(id);
      wake();
    },
    lost() {
      isListening = false;
    },
    restored() {
      isListening = true;
      mustCatchUp = true;
      wake();
    },
  });
  for (const id of await recentIds()) if (!queue.includes(id)) known.set(id, Date.now());
  isListening = true;
  wake();

  return {
    async replay(topic, since, limit) {
      const rows = await sql<StoredMessage[]>`
        select id, topic, event, payload::text as payload, private
          from realtime.messages
         where topic = ${topic} and private and extension = 'broadcast'
           and event is not null and payload is not null
           and inserted_at >= timezone('utc', to_timestamp(${since / 1000}::float8))
         order by inserted_at desc limit ${limit}`;
      return rows.reverse();
    },
    async close() {
      closing.abort();
      await stopListening();
      await working;
    },
  };
}
