// Pages that this isolate has served: their key determines their bytes, so they never go stale.
import type { Payload } from "../_shared/reply.ts";

/** Bytes kept: pages, plain and gzipped, with what keeps them; an isolate has 256 MB in all. */
const CAPACITY = 48 * 1024 * 1024;
/**
 * What a page takes besides its bytes and its key. An empty one has 112 bytes, and its key up to 7.5 KB, of parameters that
 * callers choose: counted by their bytes alone, 3,500 of them took 29 MiB of heap and passed for 0.8.
 */
const ENTRY_BYTES = 1024;

/** Answers by key, least recently used dropped first; callers of one key share one query. */
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
