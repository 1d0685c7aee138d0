// Streaks on a device: the server's days, and those that it has not heard of.
import assert from "node:assert/strict";
import { recordResults } from "./outbox.ts";
import { stagePull } from "./pull.ts";
import { practiceDays, readStreak } from "./streak.ts";
import { bench, pageOf, wholeOutbox } from "../../scripts/testkit/device/bench.ts";

const DAY_MS = 86_400_000;

/** A pull that brings days of practice. */
function practicePage(from: string, to: string) {
  const row = { days: [{ from, to }], last_day: to, streak: 0, longest_streak: 0 };
  return { cursor: "h.9", more: false, changes: [{ kind: "practice" as const, own: false, row }] };
}

Deno.test("U4: a streak counts the study of today at once and offline, and ends a day after the last one", () => {
  using device = bench();
  const { context, clock } = device;
  const { db } = context;
  assert.deepEqual(readStreak(context), { current: 0, longest: 0 });
  db.transaction(() => stagePull(context, practicePage("2026-11-19", "2026-11-21")));
  assert.deepEqual(readStreak(context), { current: 3, longest: 3 }, "yesterday's goes on");
  device.attempt();
  assert.deepEqual(readStreak(context), { current: 4, longest: 4 }, "today, not sent yet");
  clock.advance(DAY_MS);
  assert.equal(readStreak(context).current, 4);
  clock.advance(DAY_MS);
  assert.deepEqual(readStreak(context), { current: 0, longest: 4 }, "a whole day without");
});

Deno.test("U4: the day of practice is the local day, and stays when its event is delivered", () => {
  using device = bench();
  const { context, clock } = device;
  const { db } = context;
  // Half past eleven at night in UTC, past midnight at the clock's offset of an hour.
  clock.set(Date.UTC(2026, 10, 22, 23, 30));
  device.attempt();
  const days = [{ from: "2026-11-23", to: "2026-11-23" }];
  assert.deepEqual(practiceDays(db), days);
  db.transaction(() => recordResults(context, wholeOutbox(context), [{ status: "applied" }]));
  assert.deepEqual(practiceDays(db), days, "delivered, not pulled yet");
  db.transaction(() => stagePull(context, practicePage("2026-11-23", "2026-11-23")));
  assert.equal(db.run("update outbox set attempts = attempts where settled = 1"), 1);
  assert.deepEqual(practiceDays(db), days, "pulled");
});

Deno.test("U4: a quarantined event is no day of practice", () => {
  using device = bench();
  const { context } = device;
  device.attempt();
  const refused = { status: "quarantined" as const, code: "invalid_event" };
  context.db.transaction(() => recordResults(context, wholeOutbox(context), [refused]));
  assert.deepEqual(readStreak(context), { current: 0, longest: 0 });
  context.db.transaction(() => stagePull(context, pageOf(0, [])));
  assert.deepEqual(readStreak(context), { current: 0, longest: 0 });
});
