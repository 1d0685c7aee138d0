// What the cache of pages holds: as much as it has room for, whatever callers ask.
import assert from "node:assert/strict";
import { pageCache } from "../../functions/content/page_cache.ts";

const CAPACITY = 100_000;

/** How many of so many pages a full cache still has, and whether these are the last ones. */
async function kept(pages: number, bytes: number, keyOf: (n: number) => string): Promise<number> {
  const pageOf = pageCache(CAPACITY);
  const made: number[] = [];
  const ask = (n: number) =>
    pageOf(keyOf(n), () => {
      made.push(n);
      const plain = new Uint8Array(bytes);
      return Promise.resolve({ plain, gzip: plain });
    });
  for (let n = 0; n < pages; n++) await ask(n);
  assert.equal(made.length, pages);
  // From the newest on: what is made again makes none forgotten that is still to be asked for.
  for (let n = pages - 1; n >= 0; n--) await ask(n);
  const again = made.slice(pages);
  const known = pages - again.length;
  assert.deepEqual(again, Array.from({ length: again.length }, (_, i) => again.length - 1 - i));
  return known;
}

Deno.test("C1: the cache keeps the pages requested last, up to its limit of bytes", async () => {
  assert.equal(await kept(50, 10_000, String), 4);
});

Deno.test("C1: pages without rows and the parameters of requests count in the limit", async () => {
  const short = await kept(1000, 100, String);
  assert.ok(short > 0 && short <= CAPACITY / 1000, `${short} empty pages`);
  const long = await kept(1000, 100, (n) => `${n}.`.padEnd(7500, "x"));
  assert.ok(long > 0 && long <= CAPACITY / 7500, `${long} empty pages with long keys`);
});
