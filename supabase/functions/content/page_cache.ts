// Pages that this isolate has served. A key always has the same bytes, so pages never become stale.
import { Problem } from "../_shared/problem.ts";
import type { Payload } from "../_shared/reply.ts";

/** The most bytes kept: pages, plain and gzipped, and their entries. An isolate has 256 MB. */
const CAPACITY = 48 * 1024 * 1024;
/**
 * The bytes of an entry besides its page and its key. Callers choose the parameters in a key of up to 7.5 KB. Without the key
 * and the entry, 3,500 empty pages counted as 0.8 MiB and took 29 MiB of heap.
 */
const ENTRY_BYTES = 1024;
/** The share of the cache for pages that only one learner has asked for. One who asks for every page leaves the others theirs. */
const OWN_SHARE = 1 / 4;
/** Refusals that hold as long as the key does: a node or a version that is not there does not come. */
const LASTING = new Set(["not_found", "cursor_too_old", "cursor_invalid"]);

interface Entry {
  page: Promise<Payload>;
  bytes: number;
  /** The only learner who has asked for the page; null once there are more. */
  owner: string | null;
}

/** Who asks for what, and how it is made. */
export interface PageRequest {
  key: string;
  learner: string;
  /** Called if the cache does not have the page. */
  make(): Promise<Payload>;
}

/** Answers by key. The least recently used answer is dropped first. Callers of one key share one query. */
export function pageCache(capacity = CAPACITY) {
  const pages = new Map<string, Entry>();
  /** Bytes of the pages that only this learner has asked for. */
  const owned = new Map<string, number>();
  let held = 0;

  function count({ owner, bytes }: Entry, sign: 1 | -1): void {
    if (owner === null) return;
    const left = (owned.get(owner) ?? 0) + sign * bytes;
    if (left > 0) owned.set(owner, left);
    else owned.delete(owner);
  }

  function drop(key: string, entry: Entry): void {
    held -= entry.bytes;
    count(entry, -1);
    pages.delete(key);
  }

  /** Drops the oldest pages until there is room, first those of a learner who has more than a share. */
  function makeRoom(owner: string | null): void {
    const isOver = () => owner !== null && (owned.get(owner) ?? 0) > capacity * OWN_SHARE;
    for (const [key, entry] of pages) {
      if (held <= capacity && !isOver()) break;
      if (entry.bytes > 0 && (held > capacity || entry.owner === owner)) drop(key, entry);
    }
  }

  function hit(key: string, entry: Entry, learner: string): void {
    if (entry.owner !== null && entry.owner !== learner) {
      count(entry, -1);
      entry.owner = null;
    }
    pages.delete(key);
    pages.set(key, entry);
  }

  return ({ key, learner, make }: PageRequest): Promise<Payload> => {
    const known = pages.get(key);
    if (known) {
      hit(key, known, learner);
      return known.page;
    }
    const entry: Entry = { page: make(), bytes: 0, owner: learner };
    pages.set(key, entry);
    const keep = (bytes: number) => {
      if (pages.get(key) !== entry) return;
      entry.bytes = bytes + key.length + ENTRY_BYTES;
      held += entry.bytes;
      count(entry, 1);
      makeRoom(entry.owner);
    };
    entry.page.then(({ plain, gzip }) => keep(plain.byteLength + gzip.byteLength), (error: unknown) => {
      if (error instanceof Problem && LASTING.has(error.code)) keep(0);
      else if (pages.get(key) === entry) pages.delete(key);
    });
    return entry.page;
  };
}
