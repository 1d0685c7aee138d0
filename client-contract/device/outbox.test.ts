// The outbox by itself, and progress as it follows from it; no server.
import fc from "fast-check";
import assert from "node:assert/strict";
import { z } from "zod";
import { Event } from "../event.ts";
import { MAX_BATCH_BYTES, MAX_BATCH_EVENTS } from "../limits.ts";
import type { DeviceContext } from "./context.ts";
import { openDatabase } from "./database.ts";
import { DeviceError } from "./device_error.ts";
import {
  appendEvent,
  countOutbox,
  pendingEvents,
  pruneOutbox,
  recordResults,
  releaseHeldBack,
  resendAll,
  takeBatch,
} from "./outbox.ts";
import { mergeEvent, type Progress, progressIn } from "./progress.ts";
import { stagePull } from "./pull.ts";
import { resetProgress } from "./study.ts";
import { type TestClock, testClock } from "./testing/clock.ts";
import { seededRandom } from "./testing/random.ts";

const LEARNER = "1a8b5a0e-6f0e-4d5e-9c0f-3c1d2e4f5a6b";
const DEVICE = "7b0c5a0e-6f0e-4d5e-9c0f-3c1d2e4f5a6b";
const SKILL = "2c8b5a0e-6f0e-4d5e-9c0f-3c1d2e4f5a6b";
const QUESTION = "3d8b5a0e-6f0e-4d5e-9c0f-3c1d2e4f5a6b";
const SESSION = "01KANB7Q0000000000000000AB";
const DAY_MS = 86_400_000;

interface Bench extends Disposable {
  context: DeviceContext;
  clock: TestClock;
  /** Appends an attempt of SKILL; gives its id. */
  attempt(): string;
}

function bench(): Bench {
  const db = openDatabase(":memory:");
  const clock = testClock();
  const context = { db, clock, random: seededRandom(1), learnerId: LEARNER, deviceId: DEVICE };
  db.run("insert into sync_state (learner_id, device_id, history) values (?, ?, 'h')", LEARNER, DEVICE);
  const body = {
    session_id: SESSION,
    question_id: QUESTION,
    content_version: 1,
    answer: { choice: 0 },
    correct: true,
    duration_ms: 5,
    reset: null,
  };
  return {
    context,
    clock,
    attempt: () => db.transaction(() => appendEvent(context, { type: "attempt.recorded", body }, SKILL).id),
    [Symbol.dispose]: () => db[Symbol.dispose](),
  };
}

const Row = z.object({ event_id: z.string(), state: z.string(), line: z.string(), attempts: z.number() });
const rows = ({ db }: DeviceContext) => db.all(Row, "select * from outbox order by event_id");

/** A page that holds the skill's progress, and an attempt for each of the events. */
function pageOf(attempts: number, eventIds: string[], more = false) {
  const row = { reset_count: 0, reset_event: null, voided: false };
  return {
    cursor: "h.1",
    more,
    changes: [
      ...eventIds.map((event_id) => ({
        kind: "attempt" as const,
        row: {
          ...row,
          event_id,
          session_id: SESSION,
          skill_id: SKILL,
          question_id: QUESTION,
          device_id: DEVICE,
          content_version: 1,
          content_state: "current",
          answer: { choice: 0 },
          claimed_correct: true,
          graded_correct: true,
          duration_ms: 5,
          occurred_at: "2026-11-22T10:00:00+00:00",
          utc_offset_minutes: 60,
        },
      })),
      {
        kind: "skill_progress" as const,
        row: {
          ...row,
          skill_id: SKILL,
          mastery: 0,
          completed: [],
          attempts,
          correct: attempts,
          practiced_at: null,
        },
      },
    ],
  };
}

Deno.test("an event's line is a valid event, and ids ascend although the clock is set back", () => {
  using device = bench();
  const ids = [device.attempt(), device.attempt()];
  device.clock.set(0);
  ids.push(device.attempt());
  const lines = takeBatch(device.context);
  assert.deepEqual(lines.map(({ event_id }) => event_id), ids);
  const events = lines.map(({ line }) => Event.parse(JSON.parse(line)));
  assert.equal(events[2]?.occurred_at, "1970-01-01T00:00:00.000Z");
  assert.equal(events[0]?.learner_id, LEARNER);
});

Deno.test("a batch holds at most 500 events, oldest first, and counts the attempt", () => {
  using device = bench();
  const { context } = device;
  const ids = Array.from({ length: MAX_BATCH_EVENTS + 1 }, () => device.attempt());
  assert.deepEqual(takeBatch(context).map(({ event_id }) => event_id), ids.slice(0, MAX_BATCH_EVENTS));
  takeBatch(context);
  assert.deepEqual(rows(context).map(({ attempts }) => attempts), [...Array(MAX_BATCH_EVENTS).fill(2), 0]);
});

Deno.test("a batch stays below its limit in bytes", () => {
  using device = bench();
  const { context } = device;
  const base = { mastery: 1, completed: Array<string>(400).fill(QUESTION) };
  for (let i = 0; i < 60; i++) resetProgress(context, SKILL, base);
  const batch = takeBatch(context);
  const bytes = batch.reduce((sum, { line }) => sum + line.length + 1, 0);
  assert.ok(bytes <= MAX_BATCH_BYTES && bytes > MAX_BATCH_BYTES - 24_000, `${bytes}`);
});

Deno.test("an event that is too large is refused, and leaves nothing behind", () => {
  using device = bench();
  assert.throws(
    () => resetProgress(device.context, SKILL, { mastery: 1, completed: Array(500).fill(QUESTION) }),
    (error) => error instanceof DeviceError && error.code === "event_too_large",
  );
  assert.deepEqual(rows(device.context), []);
});

Deno.test("results put each event where it belongs; recording them again changes nothing", () => {
  using device = bench();
  const { context } = device;
  for (let i = 0; i < 6; i++) device.attempt();
  const batch = takeBatch(context);
  const results = [
    { status: "applied" as const },
    { status: "duplicate" as const },
    { status: "quarantined" as const, code: "invalid_event", field: "body.correct" },
    { status: "retry" as const, code: "wrong_learner" },
    { status: "retry" as const, code: "quarantine_full" },
  ];
  const record = () => context.db.transaction(() => recordResults(context, batch, results));
  assert.deepEqual(record(), { delivered: 2, quarantined: 1, heldBack: 1, retried: 2 });
  const states = ["delivered", "delivered", "quarantined", "held_back", "pending", "pending"];
  assert.deepEqual(rows(context).map(({ state }) => state), states);
  record();
  assert.deepEqual(rows(context).map(({ state }) => state), states);
  assert.deepEqual(countOutbox(context), { pending: 2, delivered: 2, quarantined: 1, held_back: 1 });

  context.db.transaction(() => releaseHeldBack(context));
  assert.equal(pendingEvents(context), 3);
  context.db.transaction(() => resendAll(context));
  assert.equal(pendingEvents(context), 6);
});

Deno.test("an event is kept for days after its delivery, and never dropped before the pull that shows it", () => {
  using device = bench();
  const { context, clock } = device;
  const id = device.attempt();
  context.db.transaction(() => recordResults(context, takeBatchOf(context), [{ status: "applied" }]));
  clock.advance(30 * DAY_MS);
  assert.equal(pruneOutbox(context), 0, "not pulled yet");
  context.db.transaction(() => stagePull(context, pageOf(1, [id])));
  clock.set(clock.now() - 17 * DAY_MS);
  assert.equal(pruneOutbox(context), 0, "13 days");
  clock.advance(2 * DAY_MS);
  assert.equal(pruneOutbox(context), 1);
  assert.equal(progressIn(context.db, SKILL).attempts, 1);
});

/** takeBatch within no transaction of its own would be nested in the test's. */
function takeBatchOf({ db }: DeviceContext) {
  return db.all(z.object({ event_id: z.string(), line: z.string() }), "select event_id, line from outbox");
}

Deno.test("progress counts an attempt once: while it waits, is delivered, is pulled, and is sent again", () => {
  using device = bench();
  const { context } = device;
  const { db } = context;
  const attempts = () => progressIn(db, SKILL).attempts;
  const [first, second] = [device.attempt(), device.attempt()];
  db.transaction(() => stagePull(context, pageOf(0, [])));
  assert.equal(attempts(), 2);
  db.transaction(() =>
    recordResults(context, takeBatchOf(context), [{ status: "applied" }, { status: "applied" }])
  );
  assert.equal(attempts(), 2, "delivered");

  db.transaction(() => stagePull(context, pageOf(2, [first, second], true)));
  assert.equal(attempts(), 2, "half a pull changes nothing");
  db.transaction(() => stagePull(context, pageOf(2, [])));
  assert.equal(attempts(), 2, "pulled");
  db.transaction(() => resendAll(context));
  db.transaction(() => stagePull(context, pageOf(2, [first])));
  assert.equal(attempts(), 2, "to be sent again");
});

Deno.test("progress counts an attempt once whose answer was lost, but which comes back by a pull", () => {
  using device = bench();
  const { context } = device;
  const [first] = [device.attempt(), device.attempt()];
  context.db.transaction(() => stagePull(context, pageOf(1, [first])));
  assert.equal(progressIn(context.db, SKILL).attempts, 2);
  assert.equal(pendingEvents(context), 2, "both are still sent");
});

const event = (type: string, id: string, body: object) =>
  Event.parse({
    id,
    type,
    version: 1,
    learner_id: LEARNER,
    device_id: DEVICE,
    occurred_at: `2026-11-22T10:00:${String(id.charCodeAt(25) % 60).padStart(2, "0")}.000Z`,
    utc_offset_minutes: 0,
    body,
  });

const ulidOf = fc.integer({ min: 0, max: 9 }).map((n) => `01KANB7Q000000000000000${n}00`);
const resetOf = fc.option(fc.record({ count: fc.integer({ min: 1, max: 3 }), event: ulidOf }));
const completedOf = fc.array(fc.integer({ min: 0, max: 5 }).map((n) => QUESTION.slice(0, -1) + n), {
  maxLength: 3,
});
const anyEvent = fc.oneof(
  fc.tuple(resetOf, fc.boolean(), ulidOf).map(([reset, correct, id]) =>
    event("attempt.recorded", id, {
      session_id: SESSION,
      question_id: QUESTION,
      content_version: 1,
      answer: {},
      correct,
      duration_ms: 0,
      reset,
    })
  ),
  fc.tuple(resetOf, fc.integer({ min: 0, max: 100 }), completedOf, ulidOf).map((
    [reset, mastery, completed, id],
  ) => event("progress.advanced", id, { skill_id: SKILL, mastery, completed, reset })),
  fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 0, max: 100 }), ulidOf).map((
    [count, mastery, id],
  ) => event("progress.reset", id, { skill_id: SKILL, count, base: { mastery } })),
);

Deno.test("events merge to the same progress in any order, and all but attempts any number of times", () => {
  const none: Progress = {
    reset_count: 0,
    reset_event: null,
    mastery: 0,
    completed: [],
    attempts: 0,
    correct: 0,
    practiced_at: null,
  };
  const shuffled = fc.array(anyEvent, { maxLength: 8 }).chain((events) =>
    fc.tuple(fc.constant(events), fc.shuffledSubarray(events, { minLength: events.length }))
  );
  fc.assert(fc.property(shuffled, ([events, others]) => {
    const once = events.reduce(mergeEvent, none);
    assert.deepEqual(others.reduce(mergeEvent, none), once);
    const again = events.filter(({ type }) => type !== "attempt.recorded");
    assert.deepEqual(again.reduce(mergeEvent, once), once);
  }));
});
