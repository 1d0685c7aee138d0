// How old a head may be, by who asks; and that callers who ask at once cost one query.
import assert from "node:assert/strict";
import fc from "fast-check";
import type { Database } from "../../functions/_shared/database.ts";
import { Problem } from "../../functions/_shared/problem.ts";
import type { Clock } from "../../functions/_shared/clock.ts";
import { existing } from "../../functions/content/existing.ts";
import { headCache } from "../../functions/content/head_cache.ts";
import { settings } from "../properties/settings.ts";
import { testClock } from "./clock.ts";
import { until } from "../../../scripts/local/until.ts";

const H = "0a93ab2dc16574ce";
const OTHER = "ffffffffffffffff";

/** A database that has heads only, a clock that is set, and the cache between them. */
function bench() {
  const state = {
    history: H,
    version: 1,
    bundled: 0,
    isRetired: false,
    isDown: false,
    schemas: [1, 2],
    queries: 0,
    lookUps: 0,
    time: 0,
  };
  const database: Pick<Database, "contentHead" | "contentExisting"> = {
    contentHead: async () => {
      state.queries++;
      const { history, version, isRetired, isDown } = state;
      const bundled = state.bundled > 0 ? { version: state.bundled, root: "" } : null;
      await Promise.resolve();
      if (isDown) throw new Problem("overloaded");
      if (isRetired) throw new Problem("upgrade_required");
      return JSON.stringify({ history, version, bundled, horizon: 0 });
    },
    contentExisting: async () => {
      state.lookUps++;
      await Promise.resolve();
      const { history, version, schemas } = state;
      const unknown_schema = `Schemas: ${schemas}.`;
      return JSON.stringify({
        history,
        version,
        schemas,
        unknown_schema,
        domains: [],
        skills: [],
        cursor_key: "00",
      });
    },
  };
  /** Who waits gets on at once, and the time has passed. */
  const clock: Clock = {
    now: () => state.time,
    after(ms, run) {
      state.time += ms;
      queueMicrotask(run);
      return () => {};
    },
  };
  const headAt = headCache(database, existing(database, clock), clock);
  const version = async (known?: Parameters<typeof headAt>[1]) => (await headAt(1, known)).version;
  /** As after a hint. */
  const hinted = (version: number, history = H) => ({ history, version, isEnough: true });
  return { state, headAt, version, hinted };
}

Deno.test("C1: a thousand simultaneous callers cause one query, at the start and after a hint", async () => {
  const { state, version, hinted } = bench();
  await Promise.all(Array.from({ length: 1000 }, () => version()));
  assert.deepEqual([state.queries, state.lookUps], [1, 0]);
  state.version = 2;
  const versions = await Promise.all(Array.from({ length: 1000 }, () => version(hinted(2))));
  assert.deepEqual([new Set(versions), state.queries], [new Set([2]), 2]);
});

Deno.test("S1: hinted devices share a head for five minutes, others for one second", async () => {
  const { state, version, hinted } = bench();
  await version();
  state.time = 1001;
  assert.equal(await version(hinted(1)), 1);
  assert.equal(state.queries, 1);
  state.version = 2;
  assert.equal(await version({ history: H, version: 1, isEnough: false }), 2, "no hint, so the newest");
  assert.equal(state.queries, 2);
  state.time = 301_002;
  await version(hinted(2));
  assert.equal(state.queries, 3);
});

Deno.test("S1, C5: a caller who waits for bundles sees them within five seconds, at one query in that time", async () => {
  const { state, headAt, hinted } = bench();
  await headAt(1);
  const bundled = async () => (await headAt(1, { ...hinted(1), bundlesOf: 1 })).bundled;
  for (state.time = 1000; state.time <= 18_000; state.time += 1000) assert.equal(await bundled(), 0);
  assert.equal(state.queries, 4);
  state.bundled = 1;
  state.time += 5000;
  assert.equal(await bundled(), 1);
  state.version = 2;
  state.time += 60_001;
  assert.equal(await bundled(), 1);
  assert.equal(state.queries, 5, "and once there are some, not even that");
});

Deno.test("S1: a hint about a newer release than the cached one causes a query", async () => {
  const { state, version, hinted } = bench();
  await version();
  state.version = 2;
  assert.equal(await version(hinted(2)), 2);
  assert.equal(await version(hinted(9)), 2, "the server's newest, where a hint is ahead of it");
});

Deno.test("I11: another history than the cached one causes a query", async () => {
  const { state, headAt, hinted } = bench();
  await headAt(1);
  state.history = OTHER;
  assert.equal((await headAt(1, hinted(1, OTHER))).history, OTHER);
  assert.equal((await headAt(1, hinted(1, H))).history, OTHER, "and the old one's devices are told");
});

Deno.test("C8: a refusal is cached for a second, and a failure is not cached", async () => {
  const { state, version, hinted } = bench();
  state.isDown = true;
  await assert.rejects(version(), Problem);
  state.isDown = false;
  assert.equal(await version(), 1);
  state.isRetired = true;
  state.time = 1001;
  await assert.rejects(version(), Problem);
  await assert.rejects(version(hinted(1)), Problem);
  assert.equal(state.queries, 3, "kept");
  state.isRetired = false;
  state.time = 2003;
  assert.equal(await version(hinted(1)), 1, "a schema that is served again");
});

Deno.test("U8: versions and histories that are made up cost ten queries a second, and hinted devices wait a tenth of a second", async () => {
  const { state, headAt, version, hinted } = bench();
  await version();
  for (let ask = 0; ask < 50; ask++) {
    const began = state.time;
    await Promise.all(Array.from({ length: 20 }, (_, n) => headAt(1, hinted(1000 + n, n % 2 ? H : OTHER))));
    assert.ok(state.time - began <= 20 * 200, "each waited for two tenths of a second");
  }
  assert.ok(state.queries <= 1 + state.time / 100, `${state.queries} queries in ${state.time} ms`);
  state.version = 2;
  const before = state.time;
  assert.equal(await version(hinted(2)), 2);
  assert.ok(state.time - before <= 100);
});

Deno.test("C8, U8: schemas that are made up cost a query a second, and a new schema is seen within it", async () => {
  const { state, headAt, version } = bench();
  await version();
  const ask = (schema: number) =>
    headAt(schema).then(
      () => "served",
      ({ code, message, info }: Problem) => [code, message, info].join(" "),
    );
  for (let schema = 3; schema < 30_000; schema += 7) {
    assert.equal(await ask(schema), "malformed_request Schemas: 1,2. schema");
  }
  assert.deepEqual([state.queries, state.lookUps], [1, 1]);
  state.schemas = [1, 2, 3];
  assert.equal(await ask(3), "malformed_request Schemas: 1,2. schema");
  state.time += 1000;
  assert.equal(await ask(3), "served");
  assert.deepEqual([state.queries, state.lookUps], [2, 2]);
});

Deno.test("S1: a caller who knows a release never gets an older head if the second look has it", async () => {
  // Queries that were sent before the commit, or that a transaction answers which does not see it yet, find the older release.
  const property = fc.asyncProperty(
    fc.array(fc.record({ at: fc.nat(400), isHinted: fc.boolean() }), { minLength: 1, maxLength: 30 }),
    fc.nat(300),
    fc.nat(90),
    fc.nat(40),
    async (callers, committedAt, unseenMs, queryMs) => {
      const clock = testClock();
      let queries = 0;
      const contentHead = async () => {
        queries++;
        const version = clock.now() >= committedAt + unseenMs ? 2 : 1;
        await new Promise<void>((resolve) => clock.after(queryMs, resolve));
        return JSON.stringify({ history: H, version, bundled: null, horizon: 0 });
      };
      const headAt = headCache({ contentHead }, { requireSchema: () => Promise.resolve() }, clock);
      const versions: number[] = [];
      for (const { at, isHinted } of callers) {
        // A hint comes after the commit.
        const knows = isHinted ? { history: H, version: 2, isEnough: true } : undefined;
        clock.after(isHinted ? Math.max(at, committedAt) : at, async () => {
          const { version } = await headAt(1, knows);
          if (isHinted) versions.push(version);
        });
      }
      const hinted = callers.filter(({ isHinted }) => isHinted);
      await clock.pass(400);
      await until("all answers", async () => {
        await clock.pass(20);
        return versions.length === hinted.length;
      }, 0);
      assert.deepEqual(versions, hinted.map(() => 2));
      assert.ok(queries <= 1 + clock.now() / 100, `${queries} queries`);
    },
  );
  await fc.assert(property, settings(100));
});
