// What the cache of pages holds: as much as it has room for, whatever callers ask.
import assert from "node:assert/strict";
import { Problem } from "../../functions/_shared/problem.ts";
import { pageCache } from "../../functions/content/page_cache.ts";

const CAPACITY = 100_000;

/** How many of so many pages a full cache still has, and whether these are the last ones. */
async function kept(pages: number, bytes: number, keyOf: (n: number) => string): Promise<number> {
  const pageOf = pageCache(CAPACITY);
  const made: number[] = [];
  const ask = (n: number) =>
    pageOf({
      key: keyOf(n),
      // Of a learner each, so that no share is used up.
      learner: keyOf(n),
      make() {
        made.push(n);
        const plain = new Uint8Array(bytes);
        return Promise.resolve({ plain, gzip: plain });
      },
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

Deno.test("U8: pages that only one learner asks for take a quarter of the cache, and leave the others theirs", async () => {
  const pageOf = pageCache(CAPACITY);
  let made = 0;
  const ask = (learner: string, key: string) =>
    pageOf({
      key,
      learner,
      make() {
        made++;
        const plain = new Uint8Array(1000);
        return Promise.resolve({ plain, gzip: plain });
      },
    });
  const shared = Array.from({ length: 7 }, (_, n) => `shared ${n}`);
  for (const key of shared) await ask("a", key);
  for (const key of shared) await ask("b", key);
  await ask("a", "own");
  assert.equal(made, 8);
  for (let n = 0; n < 1000; n++) await ask("hostile", `made up ${n}`);
  made = 0;
  for (const key of [...shared, "own"]) await ask("a", key);
  assert.equal(made, 0, "nobody else's page was dropped");
  for (let n = 999; n >= 0; n--) await ask("hostile", `made up ${n}`);
  const kept = 1000 - made;
  assert.ok(kept > 0 && kept <= CAPACITY / 4 / 3000, `${kept} pages`);
});

Deno.test("U8: what is not there is remembered, and what only failed is not", async () => {
  const pageOf = pageCache(CAPACITY);
  let made = 0;
  const codes = async (code: "not_found" | "overloaded") => {
    const make = () => (made++, Promise.reject(new Problem(code)));
    await assert.rejects(pageOf({ key: code, learner: "a", make }), { code });
  };
  for (let n = 0; n < 3; n++) await codes("not_found");
  assert.equal(made, 1);
  for (let n = 0; n < 3; n++) await codes("overloaded");
  assert.equal(made, 4);
});
