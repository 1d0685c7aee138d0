// The newest release, cached in the isolate. Any number of devices that were hinted together cost one query.
import { type Clock, systemClock } from "../_shared/clock.ts";
import type { Database } from "../_shared/database.ts";
import { Problem } from "../_shared/problem.ts";
import { digestOf, type Payload, payloadOf } from "../_shared/reply.ts";
import type { Exists } from "./existing.ts";

/** The greatest age, in milliseconds, of a head for callers who want the newest one. */
const FRESH_MS = 1000;

/**
 * The greatest age, in milliseconds, of a head for callers who name the history and a version that the head has. The content that
 * they want does not change. News is hidden for this time: a required release, the end of a schema, another history. The next poll
 * names nothing and gets the news, by default 15 minutes later. Hints to 10,000 devices are spread over 200 s
 * (hint_devices_per_s), so a release costs an isolate two queries in this time: its head and its delta.
 */
const KNOWN_MS = 300_000;

/**
 * The greatest age, in milliseconds, of a head for callers who want the bundles of a newer release than it names. A release is bundled
 * within seconds, or not at all. A device without bundle URLs reads pages.
 */
const UNBUNDLED_MS = 5000;

/**
 * A head is not asked for again within this time in milliseconds, whatever version or history a caller names. Who names a newer one than the
 * cached head waits for the rest of it. A hinted device so waits for at most a tenth of a second, and made-up versions cost ten queries
 * a second.
 */
const AGAIN_MS = 100;

/**
 * How often a head is asked for on behalf of one caller. A hint may overtake its release: Realtime reads the commit in the log, and other
 * transactions see it a moment later, a replica some more. A second look is nearly always enough, and the device asks again if it is not.
 */
const LOOKS = 2;

/** A head, parsed as far as the functions need it. */
export interface Head {
  history: string;
  version: number;
  /** The newest release that has its bundles; 0: none has. */
  bundled: number;
  /** The oldest version that can be read. */
  horizon: number;
  /** The head's own text, as SQL built it. */
  payload: Payload;
  /** The validator of the text. It also changes with settings. */
  etag: string;
}

/** What a caller already knows from a hint or an earlier answer. */
export interface Known {
  history: string | null;
  version: number;
  /** Whether the caller needs that version only, not the newest one. */
  isEnough: boolean;
  /** The release whose bundles the caller wants. They are written after the release. */
  bundlesOf?: number;
}

interface Entry {
  head: Promise<Head>;
  since: number;
  /** Whether the schema is not served. A refusal is cached like a head. */
  isRefusal: boolean;
}

const NOTHING: Known = { history: null, version: 0, isEnough: false };

/** Heads by content schema. Callers who wait for the same head share one query. */
export function headCache(
  database: Pick<Database, "contentHead">,
  exists: Pick<Exists, "requireSchema">,
  clock: Clock = systemClock,
) {
  const entries = new Map<number, Entry>();

  async function fetchHead(schema: number): Promise<Head> {
    const text = await database.contentHead(schema);
    const { history, version, bundled, horizon } = JSON.parse(text);
    const payload = await payloadOf(text);
    return {
      history,
      version,
      bundled: bundled?.version ?? 0,
      horizon,
      payload,
      etag: await digestOf(payload.plain),
    };
  }

  function refresh(schema: number): Entry {
    const entry: Entry = { head: fetchHead(schema), since: clock.now(), isRefusal: false };
    entries.set(schema, entry);
    entry.head.catch((error) => {
      entry.isRefusal = error instanceof Problem &&
        (error.code === "upgrade_required" || error.code === "malformed_request");
      // Any other failure is not cached.
      if (!entry.isRefusal && entries.get(schema) === entry) entries.delete(schema);
    });
    return entry;
  }

  /** The entry that follows one: the one that another caller has asked for meanwhile, or a new one after a short wait. */
  async function following(schema: number, seen: Entry): Promise<Entry> {
    const rest = seen.since + AGAIN_MS - clock.now();
    if (entries.get(schema) === seen && rest > 0) {
      await new Promise<void>((resolve) => clock.after(rest, resolve));
    }
    const entry = entries.get(schema);
    return entry && entry !== seen ? entry : refresh(schema);
  }

  /** A head of the known history and at least the known version, if the server has them, or else the newest head. */
  return async (schema: number, known: Known = NOTHING): Promise<Head> => {
    const { history, version, isEnough, bundlesOf = 0 } = known;
    // Made-up schemas are recognised without a query for each; the first head of an isolate needs no second query for that.
    if (entries.size > 0 && !entries.has(schema)) await exists.requireSchema(schema);
    const cached = entries.get(schema);
    const isNamed = isEnough && history !== null && !cached?.isRefusal;
    const isFresh = cached && clock.now() - cached.since <= (isNamed ? KNOWN_MS : FRESH_MS);
    let entry = isFresh ? cached : refresh(schema);
    let head = await entry.head;
    // A caller who knows a newer release or, after a restore, another history, may be ahead of this cache.
    const isBehind = () => head.version < version || (history !== null && history !== head.history);
    const lacksBundles = head.bundled < bundlesOf && clock.now() - entry.since > UNBUNDLED_MS;
    for (
      let looks = isFresh ? 0 : 1;
      looks < LOOKS && (isBehind() || (looks === 0 && lacksBundles));
      looks++
    ) {
      entry = await following(schema, entry);
      head = await entry.head;
    }
    return head;
  };
}
