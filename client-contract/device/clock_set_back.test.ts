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
import { createSchedule, type Scheduled } from "./schedule.ts";
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

Deno.test("U8, U10: no poll is further away than one interval, whatever hints come and however the clock is set", () => {
  const step = fc.oneof(
    fc.integer({ min: -40 * DAY_MS, max: 40 * DAY_MS }).map((by) => ({ do: "set" as const, by })),
    fc.integer({ min: 0, max: 1_200_000 }).map((by) => ({ do: "set" as const, by })),
    fc.integer({ min: 0, max: 86_400 }).map((spread_s) => ({ do: "hint" as const, spread_s })),
    fc.integer({ min: 0, max: 86_400 }).map((spread_s) => ({ do: "learnerHint" as const, spread_s })),
    fc.constant({ do: "sync" as const }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), fc.integer(), (steps, seed) => {
      const clock = testClock();
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
        } else if (!schedule.begin()) schedule.synced();
        assert.ok(schedule.delay() <= POLL_S * 1250, `${schedule.delay()} ms after ${step.do}`);
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
