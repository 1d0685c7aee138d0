// Pages that this isolate has served. A key always has the same bytes, so pages never become stale.
import type { Payload } from "../_shared/reply.ts";

/** The most bytes kept: pages, plain and gzipped, and their entries. An isolate has 256 MB. */
const CAPACITY = 48 * 1024 * 1024;
/**
 * The bytes of an entry besides its page and its key. Callers choose the parameters in a key of up to 7.5 KB. Without the key
 * and the entry, 3,500 empty pages counted as 0.8 MiB and took 29 MiB of heap.
 */
const ENTRY_BYTES = 1024;

/** Answers by key. The least recently used answer is dropped first. Callers of one key share one query. */
export function pageCache(capacity = CAPACITY) {
  const pages = new Map<string, { page: Promise<Payload>; bytes: number }>();
  let held = 0;

  function drop(key: string): void {
    held -= pages.get(key)?.bytes ?? 0;
    pages.delete(key);
  }

  return (key: string, make: () => Promise<Payload>): Promise<Payload> => {
    const known = pages.get(key);
    if (known) {
      pages.delete(key);
      pages.set(key, known);
      return known.page;
    }
    const entry = { page: make(), bytes: 0 };
    pages.set(key, entry);
    entry.page.then((page) => {
      if (pages.get(key) !== entry) return;
      entry.bytes = page.plain.byteLength + page.gzip.byteLength + key.length + ENTRY_BYTES;
      held += entry.bytes;
      for (const oldest of pages.keys()) {
        if (held <= capacity) break;
        drop(oldest);
      }
    }, () => pages.get(key) === entry && drop(key));
    return entry.page;
  };
}
