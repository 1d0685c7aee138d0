// A clock that is set back: no wait lasts longer than it was meant to.
import assert from "node:assert/strict";
import fc from "fast-check";
import { ProblemError } from "../client/client_error.ts";
import { bench } from "../../scripts/testkit/device/bench.ts";
import { testClock } from "../../scripts/testkit/device/clock.ts";
import { seededRandom } from "../../scripts/testkit/device/random.ts";
import { settings } from "../../supabase/tests/properties/settings.ts";
import { keepLetter, recordLetters, takeLetters } from "./dead_letter.ts";
import { pendingEvents, recordResults, takeBatch } from "./outbox.ts";
import { createSchedule, runSchedule, type Scheduled } from "./schedule.ts";
import { notBefore, rememberRefusedSync } from "./steering.ts";
import { readStanding } from "./standing.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const HISTORY = "0a93ab2dc16574ce";
const OTHER = "5f17a0de-0000-4000-8000-000000000002";
const POLL_S = 900;

const device: Scheduled = {
  holds: () => ({ deviceId: "d", history: HISTORY, version: 1, domains: null, cursor: null }),
  notBefore: () => 0,
  pollAfterS: () => POLL_S,
  listeningPollAfterS: () => 14_400,
};

Deno.test("U8, U10: no poll is further away than one interval, whatever hints come or are lost, and however the clock is set", () => {
  const step = fc.oneof(
    fc.integer({ min: -40 * DAY_MS, max: 40 * DAY_MS }).map((by) => ({ do: "set" as const, by })),
    fc.integer({ min: 0, max: 1_200_000 }).map((by) => ({ do: "set" as const, by })),
    fc.integer({ min: 0, max: 86_400 }).map((spread_s) => ({ do: "hint" as const, spread_s })),
    fc.integer({ min: 0, max: 86_400 }).map((spread_s) => ({ do: "learnerHint" as const, spread_s })),
    fc.constant({ do: "sync" as const }),
    fc.boolean().map((hears) => ({ do: "listen" as const, hears })),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), fc.integer(), fc.boolean(), (steps, seed, isEarly) => {
      const clock = testClock(isEarly ? -13 * HOUR_MS : undefined);
      let hears = false;
      const schedule = createSchedule(device, clock, seededRandom(seed));
      let version = 1;
      for (const step of steps) {
        if (step.do === "set") clock.advance(step.by);
        else if (step.do === "hint") {
          schedule.onHint({
            history: HISTORY,
            version: ++version,
            domains: [],
            bytes: 1,
            spread_s: step.spread_s,
          });
        } else if (step.do === "learnerHint") {
          schedule.onLearnerHint({
            token: `${HISTORY}.${++version}`,
            devices: [OTHER],
            spread_s: step.spread_s,
          });
        } else if (step.do === "listen") {
          hears = step.hears;
          schedule.onListening(hears);
        } else if (!schedule.begin()) schedule.synced();
        const interval = hears ? device.listeningPollAfterS() : POLL_S;
        assert.ok(schedule.delay() <= interval * 1250, `${schedule.delay()} ms after ${step.do}`);
      }
    }),
    settings(300),
  );
});

Deno.test("U8, U10: hints on a clock that was set back never put the next poll off", () => {
  const clock = testClock();
  const schedule = createSchedule(device, clock, () => 0);
  schedule.synced();
  clock.advance(-10 * DAY_MS);
  for (let version = 2; version < 12; version++) {
    clock.advance(60_000);
    schedule.onHint({ history: HISTORY, version, domains: [], bytes: 1, spread_s: 86_400 });
    schedule.begin();
  }
  assert.ok(schedule.delay() <= (POLL_S - 540) * 1000);
});

const refusal = (code: string, retryAfter: number) =>
  new ProblemError({ code, status: 503, message: "Later.", retryAfter });

Deno.test("U8, U10: a pause that a clock measured which was set back since is over", () => {
  for (const code of ["paused", "rate_limited"]) {
    for (const back of [5 * HOUR_MS, 3 * DAY_MS, 400 * DAY_MS]) {
      using device = bench();
      const { context, clock } = device;
      device.attempt();
      clock.advance(10 * DAY_MS);
      rememberRefusedSync(context, refusal(code, 3600));
      assert.equal(notBefore(context), clock.now() + HOUR_MS);
      clock.advance(-30_000);
      assert.ok(notBefore(context) > clock.now(), "clocks are corrected by seconds every day");
      clock.advance(-back);
      assert.equal(notBefore(context), 0);
      takeBatch(context);
      assert.equal(readStanding(context).paused, null);
    }
  }
});

Deno.test("U2, U10: events and dead letters that the server wants later are sent at once after the clock was set back", () => {
  for (const back of [2 * HOUR_MS, 3 * DAY_MS, 400 * DAY_MS]) {
    using device = bench();
    const { context, clock } = device;
    const { db } = context;
    const later = { status: "retry" as const, code: "quarantine_full", retry_after_s: 3600 };
    const id = device.attempt();
    keepLetter(context, "unreadable", "r");
    const [batch, letters] = [takeBatch(context), takeLetters(context)];
    db.transaction(() => {
      recordResults(context, batch, [later]);
      recordLetters(context, letters, [later]);
    });
    assert.deepEqual([pendingEvents(context), takeLetters(context).length], [0, 0]);
    clock.advance(-back);
    assert.deepEqual(takeBatch(context).map(({ event_id }) => event_id), [id]);
    assert.equal(takeLetters(context).length, 1);
  }
});

Deno.test("U8, U10: a pause is as long on a clock before 1970", () => {
  const clock = testClock(-13 * HOUR_MS);
  const schedule = createSchedule({ ...device, notBefore: () => HOUR_MS }, clock, () => 0);
  assert.equal(schedule.delay(), HOUR_MS);
});

Deno.test("U8, U10: after hints are lost the poll comes within one interval, also if the clock has jumped ahead meanwhile", async () => {
  // A timeline for sleeps, and a clock that is set apart from it.
  let now = 0;
  let error = Date.UTC(2026, 10, 30);
  const sleepers = new Set<{ until: number; wake: () => void }>();
  const clock = {
    now: () => now + error,
    utcOffsetMinutes: () => 0,
    sleep: (milliseconds: number, signal?: AbortSignal) =>
      new Promise<void>((resolve, reject) => {
        const sleeper = { until: now + milliseconds, wake: resolve };
        sleepers.add(sleeper);
        signal?.addEventListener("abort", () => {
          sleepers.delete(sleeper);
          reject(signal.reason);
        }, { once: true });
      }),
  };
  const settled = () => new Promise((resolve) => setTimeout(resolve));
  async function pass(milliseconds: number): Promise<void> {
    const end = now + milliseconds;
    for (await settled();; await settled()) {
      const next = [...sleepers].filter(({ until }) => until <= end).toSorted((a, b) => a.until - b.until)[0];
      if (!next) break;
      now = next.until;
      sleepers.delete(next);
      next.wake();
    }
    now = end;
  }
  const syncs: number[] = [];
  const end = new AbortController();
  const sync = () => {
    syncs.push(now);
    return Promise.resolve();
  };
  const loop = runSchedule(createSchedule(device, clock, () => 0.5), sync, clock, end.signal);
  await pass(1000);
  loop.onListening(true);
  await pass(2 * POLL_S * 1000);
  error += 2 * DAY_MS;
  await pass(1000);
  const [lost, before] = [now, syncs.length];
  loop.onListening(false);
  await pass(6 * HOUR_MS);
  assert.ok((syncs[before] ?? Infinity) - lost <= POLL_S * 1250, `${syncs.map((at) => at / 1000)}`);
  end.abort();
  await loop.done;
});
