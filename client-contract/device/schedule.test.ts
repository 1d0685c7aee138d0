import assert from "node:assert/strict";
import type { ContentHint } from "../contract/hint.ts";
import { createSchedule, runSchedule, type Scheduled } from "./schedule.ts";
import { testClock } from "../../scripts/testkit/device/clock.ts";
import { seededRandom } from "../../scripts/testkit/device/random.ts";

const HISTORY = "0a93ab2dc16574ce";
const [A, B] = ["5f17a0de-0000-4000-8000-000000000001", "5f17a0de-0000-4000-8000-000000000002"];

const device = (
  domains: string[] | null = null,
  pollAfterS = 100,
  listeningPollAfterS = 1600,
): Scheduled => ({
  holds: () => ({
    deviceId: A,
    history: HISTORY,
    version: 4,
    domains: domains && new Set(domains),
    cursor: `${HISTORY}.7`,
  }),
  notBefore: () => 0,
  pollAfterS: () => pollAfterS,
  listeningPollAfterS: () => listeningPollAfterS,
});
const hint = (o: Partial<ContentHint> = {}): ContentHint => ({
  history: HISTORY,
  version: 5,
  domains: [A],
  bytes: 1000,
  spread_s: 30,
  ...o,
});

Deno.test("U8, K3: polls respect the interval of the server and are spread over a quarter of it", () => {
  const clock = testClock();
  const random = seededRandom(7);
  const delays = Array.from({ length: 1000 }, () => {
    const schedule = createSchedule(device(), clock, random);
    assert.equal(schedule.delay(), 0, "the first sync is due at once");
    schedule.synced();
    return schedule.delay() / 1000;
  });
  assert.ok(delays.every((delay) => delay >= 100 && delay < 125));
  for (const from of [100, 105, 110, 115, 120]) {
    const share = delays.filter((delay) => delay >= from && delay < from + 5).length;
    assert.ok(share > 140 && share < 260, `${share} of 1000 devices within 5 of 25 s`);
  }
});

Deno.test("S1: a hint moves the sync to a random time within its spread", () => {
  const clock = testClock();
  const random = seededRandom(7);
  const delays = Array.from({ length: 1000 }, () => {
    const schedule = createSchedule(device(), clock, random);
    schedule.synced();
    assert.ok(schedule.onHint(hint()));
    return schedule.delay() / 1000;
  });
  assert.ok(delays.every((delay) => delay >= 0 && delay < 30));
  for (const from of [0, 10, 20]) {
    const share = delays.filter((delay) => delay >= from && delay < from + 10).length;
    assert.ok(share > 270 && share < 400, `${share} of 1000`);
  }
});

Deno.test("S1: a repeated hint does not move the sync again, and a known one changes nothing", () => {
  const clock = testClock();
  const schedule = createSchedule(device([A]), clock, seededRandom(7));
  schedule.synced();
  const poll = schedule.dueAt();
  assert.equal(schedule.onHint(hint({ version: 4 })), false, "held already");
  assert.equal(schedule.onHint(hint({ domains: [B] })), false, "of domains that are not held");
  assert.equal(schedule.dueAt(), poll);
  assert.ok(schedule.onHint(hint()));
  const due = schedule.dueAt();
  for (let i = 0; i < 100; i++) assert.equal(schedule.onHint(hint()), false);
  assert.equal(schedule.dueAt(), due);
  assert.ok(schedule.onHint(hint({ version: 1, history: "ffffffffffffffff" })), "another history is news");
  // A spread beyond the next poll puts nothing off.
  schedule.synced();
  const next = schedule.dueAt();
  schedule.onHint(hint({ version: 9, spread_s: 1e6 }));
  assert.ok(schedule.dueAt() <= next);
});

Deno.test("S1: a push of another device moves the sync once; the device's own pushes do not", () => {
  const clock = testClock();
  const schedule = createSchedule(device(), clock, () => 0.5);
  schedule.synced();
  const poll = schedule.dueAt();
  const told = (token: string, devices: string[]) => schedule.onLearnerHint({ token, devices, spread_s: 4 });
  assert.equal(told(`${HISTORY}.9`, [A]), false, "its own");
  assert.equal(told(`${HISTORY}.7`, [B]), false, "pulled already");
  assert.equal(schedule.dueAt(), poll);
  assert.ok(told(`${HISTORY}.9`, [A, B]));
  assert.equal(schedule.delay(), 2000);
  assert.equal(told(`${HISTORY}.9`, [B]), false, "the same again");
});

Deno.test("U8, S1: a device that hears hints polls rarely, and soon again after it stops hearing them", () => {
  const clock = testClock();
  const schedule = createSchedule(device(), clock, () => 0.5);
  const delayS = () => schedule.delay() / 1000;
  schedule.synced();
  schedule.onListening(true);
  assert.equal(delayS(), 112.5, "hints from before the join may be lost, so the next poll stays");
  clock.advance(112_500);
  schedule.synced();
  assert.equal(delayS(), 1800, "the interval of a device that hears hints");
  schedule.onHint(hint());
  assert.ok(delayS() <= 30, "a hint is followed as ever");
  assert.equal(schedule.begin(), undefined);
  clock.advance(1000);
  schedule.onListening(false);
  assert.equal(delayS(), 112.5);
  clock.advance(50_000);
  schedule.onListening(true);
  assert.equal(delayS(), 62.5, "a join does not put the poll off");
  clock.advance(62_500);
  schedule.synced();
  schedule.onListening(true);
  assert.equal(delayS(), 1800, "another join of a joined channel changes nothing");

  for (
    const [pollAfterS, listening, expected] of [[900, 14_400, 14_400], [86_400, 14_400, 86_400], [
      10,
      60,
      60,
    ]] as const
  ) {
    const other = createSchedule(device(null, pollAfterS, listening), clock, () => 0);
    other.onListening(true);
    other.synced();
    assert.equal(other.delay() / 1000, expected, `${pollAfterS} s`);
  }
});

Deno.test("U8: a device that must wait does so despite hints", () => {
  const clock = testClock();
  const until = clock.now() + 3_600_000;
  const schedule = createSchedule({ ...device(), notBefore: () => until }, clock, () => 0);
  schedule.synced();
  assert.ok(schedule.onHint(hint()));
  assert.ok(schedule.onLearnerHint({ token: "t", devices: [B], spread_s: 1 }));
  assert.equal(schedule.dueAt(), until);
});

Deno.test("S1: a sync for a release's hint does not move the next poll", () => {
  const clock = testClock();
  const schedule = createSchedule(device(), clock, () => 0.5);
  assert.equal(schedule.begin(), undefined, "the first sync is of everything");
  schedule.synced();
  const poll = schedule.dueAt();
  schedule.onHint(hint());
  clock.advance(15_000);
  assert.equal(schedule.delay(), 0);
  assert.equal(schedule.begin()?.version, 5);
  assert.equal(schedule.dueAt(), poll);
  // What is due besides is more than content.
  schedule.onHint(hint({ version: 6 }));
  schedule.onLearnerHint({ token: "t", devices: [B], spread_s: 4 });
  clock.advance(15_000);
  assert.equal(schedule.begin(), undefined, "another device's push is due as well");
  schedule.synced();
  schedule.onHint(hint({ version: 7 }));
  clock.set(schedule.dueAt() + 1000_000);
  assert.equal(schedule.begin(), undefined, "the poll is due as well");
});

Deno.test("S1: the newest hint is followed, and a hint during a sync is not lost", () => {
  const clock = testClock();
  const schedule = createSchedule(device(), clock, () => 0);
  schedule.begin();
  schedule.synced();
  schedule.onHint(hint({ version: 6 }));
  schedule.onHint(hint({ version: 7 }));
  assert.equal(schedule.onHint(hint({ version: 6 })), false, "late");
  assert.equal(schedule.begin()?.version, 7);
  schedule.onHint(hint({ version: 8 }));
  assert.equal(schedule.delay(), 0);
  assert.equal(schedule.begin()?.version, 8);
  clock.set(schedule.dueAt());
  assert.equal(schedule.begin(), undefined);
  schedule.onHint(hint({ version: 9 }));
  schedule.onLearnerHint({ token: "t", devices: [B], spread_s: 0 });
  schedule.synced();
  assert.equal(schedule.delay(), 0);
  assert.equal(schedule.begin(), undefined, "both were told during the sync");
});

Deno.test("U8, S1, K3: the loop syncs at once, polls, follows hints, waits after failures, and stops on abort", async () => {
  const clock = testClock();
  const times: number[] = [];
  const hinted: (number | undefined)[] = [];
  const end = new AbortController();
  const start = clock.now();
  // Sleeping takes no time, but once: after the third sync, until the hint comes.
  let isHinted = false;
  const waiting = {
    ...clock,
    sleep(milliseconds: number, signal?: AbortSignal) {
      if (times.length !== 3 || isHinted) return clock.sleep(milliseconds, signal);
      isHinted = true;
      queueMicrotask(() => loop.onHint(hint({ spread_s: 0 })));
      return new Promise<void>((_, reject) =>
        signal?.addEventListener("abort", () => reject(signal.reason), { once: true })
      );
    },
  };
  const loop = runSchedule(
    createSchedule(device(), clock, () => 0),
    (o) => {
      times.push((clock.now() - start) / 1000);
      hinted.push(o.hint?.version);
      if (times.length === 5) end.abort();
      return times.length === 2 ? Promise.reject(new Error("offline")) : Promise.resolve();
    },
    waiting,
    end.signal,
  );
  await loop.done;
  assert.deepEqual(times, [0, 100, 200, 200, 300]);
  assert.deepEqual(hinted, [undefined, undefined, undefined, 5, undefined]);
});

Deno.test("S1: a sibling that pushes ten times a second causes four syncs a second, and a single push one at once", () => {
  const clock = testClock();
  const schedule = createSchedule(device(), clock, () => 0.5);
  schedule.begin();
  schedule.synced();
  const start = clock.now();
  const syncs: number[] = [];
  const push = (n: number) =>
    schedule.onLearnerHint({ token: `${HISTORY}.${100 + n}`, devices: [B], spread_s: 0 });
  for (let ms = 0; ms <= 3000; ms++, clock.advance(1)) {
    if (ms % 100 === 0 && ms < 2000) push(ms);
    if (schedule.delay() > 0) continue;
    syncs.push(clock.now() - start);
    schedule.begin();
    schedule.synced();
  }
  assert.deepEqual(syncs, [0, 250, 500, 750, 1000, 1250, 1500, 1750, 2000], "the last push is followed too");
  push(3001);
  assert.equal(schedule.delay(), 0);
});

Deno.test("U8, S1: after a failure the next poll comes within the usual interval, also if the device hears hints", () => {
  const clock = testClock();
  const schedule = createSchedule(device(), clock, () => 0);
  schedule.onListening(true);
  schedule.begin();
  schedule.failed();
  assert.equal(schedule.delay(), 100_000, "after a poll");
  clock.advance(100_000);
  schedule.begin();
  schedule.synced();
  assert.equal(schedule.delay(), 1600_000);
  schedule.onHint(hint({ spread_s: 0 }));
  assert.equal(schedule.begin()?.version, 5);
  schedule.failed();
  assert.equal(schedule.delay(), 100_000, "after a hint");
  clock.advance(50_000);
  schedule.onHint(hint({ version: 6, spread_s: 0 }));
  schedule.begin();
  schedule.failed();
  assert.equal(schedule.delay(), 50_000, "a hint puts no poll off");
});
