// The newest release as this isolate knows it: devices that were hinted at once cost one query, however many ask.
import type { Database } from "../_shared/database.ts";
import { Problem } from "../_shared/problem.ts";
import { digestOf, type Payload, payloadOf } from "../_shared/reply.ts";

/** Milliseconds that a head may be old for whoever wants the newest there is. */
const FRESH_MS = 1000;

/**
 * Milliseconds that it may be old for whoever names the history and a version that it has: what they came for does not
 * change. What may is so long hidden from them: a release that became mandatory, a schema that ended, another history. All of
 * these are told to the next poll, which names nothing and comes 15 minutes later, unless set. Hints to 10,000 devices are
 * spread over 200 s (hint_devices_per_s): so long a release is two queries an isolate, its head and its delta.
 */
const KNOWN_MS = 300_000;

/**
 * Milliseconds that a head without bundles may be old for whoever looks for these: a release is bundled within seconds, or not at all.
 * A device that gets no links reads pages.
 */
const UNBUNDLED_MS = 60_000;

/** Schemas that are not served, or never were, as an isolate remembers: apps name a few, but a caller may make up 32,767, at 6.6 KB of heap each. */
const REFUSALS = 100;

/** A head, parsed as far as the functions need it. */
export interface Head {
  history: string;
  version: number;
  bundled: boolean;
  /** The head's own text, as SQL built it. */
  payload: Payload;
  /** Of the text: it also changes with what operators set. */
  etag: string;
}

/** What a caller knows of already, from a hint or an earlier answer. */
export interface Known {
  history: string | null;
  version: number;
  /** They came for that version, and not for the newest. */
  isEnough: boolean;
  /** They would like to know of its bundles, which come after it. */
  wantsBundles?: boolean;
}

interface Entry {
  head: Promise<Head>;
  since: number;
  /** The schema is not served: an answer like a head, but one that names no version. */
  isRefusal: boolean;
}

const NOTHING: Known = { history: null, version: 0, isEnough: false };

/** Heads by contract schema; callers who wait for the same head share one query. */
export function headCache(database: Database, now: () => number = Date.now) {
  const entries = new Map<number, Entry>();

  async function fetchHead(schema: number): Promise<Head> {
    const text = await database.contentHead(schema);
    const { history, version, bundled } = JSON.parse(text);
    const payload = await payloadOf(text);
    return { history, version, bundled, payload, etag: await digestOf(payload.plain) };
  }

  function forgetOldRefusals(): void {
    const refused = [...entries].filter(([, { isRefusal }]) => isRefusal);
    for (const [schema] of refused.slice(0, -REFUSALS)) entries.delete(schema);
  }

  function refresh(schema: number): Promise<Head> {
    const entry: Entry = { head: fetchHead(schema), since: now(), isRefusal: false };
    // Taken out first: entries stand in the order of their age.
    entries.delete(schema);
    entries.set(schema, entry);
    entry.head.catch((error) => {
      entry.isRefusal = error instanceof Problem &&
        (error.code === "upgrade_required" || error.code === "malformed_request");
      if (entry.isRefusal) forgetOldRefusals();
      // Any other failure is not worth remembering.
      else if (entries.get(schema) === entry) entries.delete(schema);
    });
    return entry.head;
  }

  /** The head: of the known history and at least the known version, if the server has these, else the newest. */
  return async (schema: number, known: Known = NOTHING): Promise<Head> => {
    const { history, version, isEnough, wantsBundles } = known;
    const entry = entries.get(schema);
    const isNamed = isEnough && history !== null && !entry?.isRefusal;
    if (!entry || now() - entry.since > (isNamed ? KNOWN_MS : FRESH_MS)) return await refresh(schema);
    const head = await entry.head;
    const isUnbundled = wantsBundles && !head.bundled && now() - entry.since > UNBUNDLED_MS;
    // A caller who knows a newer release or, after a restore, another history, may be ahead of this cache.
    if (!isUnbundled && head.version >= version && (history === null || history === head.history)) {
      return head;
    }
    // Another caller may have refreshed meanwhile; a second query for one hint is what this avoids.
    return await (entries.get(schema) === entry
      ? refresh(schema)
      : entries.get(schema)?.head ?? refresh(schema));
  };
}
