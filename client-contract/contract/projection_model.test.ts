// The laws of the reference model. CARREL_SEED repeats a run, CARREL_RUNS makes it longer.
import fc from "fast-check";
import assert from "node:assert/strict";
import { historyOf } from "../../supabase/tests/properties/history.ts";
import { settings } from "../../supabase/tests/properties/settings.ts";
import { Event } from "./event.ts";
import { type DayRange, localDay, streakOn, streaksOf, unionDays } from "./practice.ts";
import {
  compareResets,
  join,
  type LearnerState,
  NOTHING,
  project,
  rowsOf,
  type StampedEvent,
  stateOf,
} from "./projection_model.ts";

const LEARNER = "1ea40000-0000-4000-8000-000000000001";
const questions = Array.from({ length: 6 }, (_, n) => ({
  id: `90000000-0000-4000-8000-00000000000${n}`,
  skill_id: `50000000-0000-4000-8000-00000000000${n >> 1}`,
}));
const skillOf = new Map(questions.map(({ id, skill_id }) => [id, skill_id]));

/** A history as a ledger might have stamped it. */
const stampedHistory: fc.Arbitrary<StampedEvent[]> = historyOf({ questions }, "any").chain((events) => {
  const stamp = fc.record({
    received_at: fc.constantFrom("2025-11-21T12:00:00.123456Z", "2025-11-25T08:00:00+00:00"),
    graded_correct: fc.option(fc.boolean()),
    content_state: fc.constantFrom("current", "outdated"),
  });
  return fc.array(stamp, { minLength: events.length, maxLength: events.length }).map((stamps) =>
    stamps.map((stamp, n): StampedEvent => {
      const event = Event.parse({ ...events[n], version: 1, learner_id: LEARNER });
      return event.type === "attempt.recorded"
        ? { event, ...stamp, skill_id: skillOf.get(event.body.question_id) ?? null }
        : {
          event,
          received_at: stamp.received_at,
          skill_id: null,
          content_state: null,
          graded_correct: null,
        };
    })
  );
});

/** Three parts of one history, which overlap. */
const parts = stampedHistory.chain((events) => {
  const part = fc.subarray(events).map((some) => some.map(stateOf).reduce(join, NOTHING));
  return fc.tuple(part, part, part);
});

Deno.test("I5, I6: merging progress is commutative, associative and idempotent", () => {
  fc.assert(
    fc.property(parts, ([a, b, c]) => {
      assert.deepEqual(join(a, b), join(b, a));
      assert.deepEqual(join(join(a, b), c), join(a, join(b, c)));
      assert.deepEqual(join(a, a), a);
      assert.deepEqual(join(a, NOTHING), a);
    }),
    settings(300),
  );
});

Deno.test("I4, I6: events give the same rows in any order and any number of times", () => {
  const arrivals = stampedHistory.chain((events) =>
    fc.tuple(
      fc.constant(events),
      fc.shuffledSubarray(events, { minLength: events.length }),
      fc.array(fc.constantFrom(...events), { maxLength: 10 }),
    )
  );
  fc.assert(
    fc.property(arrivals, ([events, shuffled, again]) => {
      assert.deepEqual(project([...shuffled, ...again]), project(events));
    }),
    settings(300),
  );
});

const daysIn = (ranges: readonly DayRange[]) =>
  ranges.flatMap(({ from, to }) => {
    const days = [];
    for (let day = from; day <= to; day = localDay(Date.parse(day), 24 * 60)) days.push(day);
    return days;
  });

function assertGrown(less: LearnerState, more: LearnerState): void {
  const [before, after] = [rowsOf(less), rowsOf(more)];
  for (const id of before.session.keys()) assert.ok(after.session.has(id), "a session is gone");
  for (const [id, attempt] of before.attempt) assert.deepEqual(after.attempt.get(id), attempt);
  for (const [id, was] of before.skill_progress) {
    const is = after.skill_progress.get(id);
    assert.ok(is && compareResets(is, was) >= 0, "the reset pair went back");
    if (compareResets(is, was) > 0) continue;
    assert.ok(is.mastery >= was.mastery && is.attempts >= was.attempts && is.correct >= was.correct);
    assert.ok(was.completed.every((question) => is.completed.includes(question)));
    assert.ok((is.practiced_at ?? "") >= (was.practiced_at ?? ""));
  }
  const days = new Set(daysIn(more.practice));
  assert.ok(daysIn(less.practice).every((day) => days.has(day)), "a day of practice is gone");
  assert.ok((after.practice?.longest_streak ?? 0) >= (before.practice?.longest_streak ?? 0));
}

Deno.test("I5: more events never lower progress, except by a greater reset", () => {
  fc.assert(fc.property(parts, ([a, b]) => assertGrown(a, join(a, b))), settings(300));
});

Deno.test("U4: streaks equal those of a plain set of days", () => {
  // Around the end of a leap year's February.
  const day = fc.nat(40).map((n) => localDay(Date.UTC(2024, 1, 10), n * 24 * 60));
  fc.assert(
    fc.property(fc.array(day, { minLength: 1, maxLength: 30 }), day, (days, today) => {
      const union = unionDays(days.map((day) => ({ from: day, to: day })));
      const set = [...new Set(days)].sort();
      assert.deepEqual(daysIn(union), set);
      for (const [n, { to }] of union.entries()) {
        const next = union[n + 1];
        assert.ok(
          next === undefined || next.from > localDay(Date.parse(to), 24 * 60),
          "touching ranges are one",
        );
      }
      const runs = set.map((last) => {
        let length = 1;
        while (set.includes(localDay(Date.parse(last), -24 * 60 * length))) length++;
        return length;
      });
      assert.deepEqual(streaksOf(union), {
        last_day: set.at(-1),
        streak: runs.at(-1),
        longest_streak: Math.max(...runs),
      });
      const yesterday = localDay(Date.parse(today), -24 * 60);
      const goesOn = (set.at(-1) ?? "") >= yesterday;
      assert.equal(streakOn(union, today), goesOn ? runs.at(-1) : 0);
    }),
    settings(200),
  );
  assert.equal(streaksOf([]), undefined);
  assert.equal(streakOn([], "2026-01-01"), 0);
});
