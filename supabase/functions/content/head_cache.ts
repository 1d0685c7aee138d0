// The newest release as this isolate knows it: one query a second, however many devices ask.
import type { Database } from "../_shared/database.ts";
import { Problem } from "../_shared/problem.ts";
import { digestOf, type Payload, payloadOf } from "../_shared/reply.ts";

/** Milliseconds that a head may be old. Hints name the version, and `expected` then asks past it. */
const FRESH_MS = 1000;

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

interface Entry {
  head: Promise<Head>;
  since: number;
}

/** Heads by contract schema. */
export function headCache(database: Database, now: () => number = Date.now) {
  const entries = new Map<number, Entry>();

  async function fetchHead(schema: number): Promise<Head> {
    const text = await database.contentHead(schema);
    const { history, version, bundled } = JSON.parse(text);
    const payload = await payloadOf(text);
    return { history, version, bundled, payload, etag: await digestOf(payload.plain) };
  }

  function refresh(schema: number): Promise<Head> {
    const entry = { head: fetchHead(schema), since: now() };
    entries.set(schema, entry);
    // A failure is not worth remembering; that a schema is not served is an answer like a head.
    entry.head.catch((error) => {
      if (error instanceof Problem && error.code === "upgrade_required") return;
      if (entries.get(schema) === entry) entries.delete(schema);
    });
    return entry.head;
  }

  /** The head, at least as new as `expected` if the server has that version, and of `history` if that is the server's. */
  return async (schema: number, expected: number, history: string | null = null): Promise<Head> => {
    const entry = entries.get(schema);
    if (!entry || now() - entry.since > FRESH_MS) return await refresh(schema);
    const head = await entry.head;
    // A caller who knows a newer release or, after a restore, another history, may be ahead of this cache.
    if (head.version >= expected && (history === null || history === head.history)) return head;
    // Another caller may have refreshed meanwhile; a second query for one hint is what this avoids.
    return await (entries.get(schema) === entry
      ? refresh(schema)
      : entries.get(schema)?.head ?? refresh(schema));
  };
}
