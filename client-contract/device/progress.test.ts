// Progress as the learner sees it: each event counts once, at every moment of its way to the server and back.
import fc from "fast-check";
import assert from "node:assert/strict";
import { z } from "zod";
import { settings } from "../../supabase/tests/properties/settings.ts";
import { Event } from "../contract/event.ts";
import { pendingEvents, recordResults, resendAll } from "./outbox.ts";
import { mergeEvent } from "../contract/merge.ts";
import { type Progress, progressIn } from "./progress.ts";
import { stagePull } from "./pull.ts";
import { endSession, startSession } from "./study.ts";
import {
  bench,
  DEVICE,
  LEARNER,
  pageOf,
  QUESTION,
  SESSION,
  SKILL,
  wholeOutbox,
} from "../../scripts/testkit/device/bench.ts";

Deno.test("U5, K3: progress counts an attempt once while it waits, is delivered, is pulled, and is sent again", () => {
  using device = bench();
  const { context } = device;
  const { db } = context;
  const attempts = () => progressIn(db, SKILL).attempts;
  const [first, second] = [device.attempt(), device.attempt()];
  db.transaction(() => stagePull(context, pageOf(0, [])));
  assert.equal(attempts(), 2);
  db.transaction(() =>
    recordResults(context, wholeOutbox(context), [{ status: "applied" }, { status: "applied" }])
  );
  assert.equal(attempts(), 2, "delivered");

  db.transaction(() => stagePull(context, pageOf(2, [first, second], { more: true })));
  assert.equal(attempts(), 2, "half a pull changes nothing");
  db.transaction(() => stagePull(context, pageOf(2, [])));
  assert.equal(attempts(), 2, "pulled");
  db.transaction(() => resendAll(context));
  db.transaction(() => stagePull(context, pageOf(2, [first])));
  assert.equal(attempts(), 2, "to be sent again");
});

Deno.test("U5, K3: progress counts an attempt once when its answer was lost and a pull returns it", () => {
  using device = bench();
  const { context } = device;
  const [first] = [device.attempt(), device.attempt()];
  context.db.transaction(() => stagePull(context, pageOf(1, [first])));
  assert.equal(progressIn(context.db, SKILL).attempts, 2);
  assert.equal(pendingEvents(context), 2, "both are still sent");
});

Deno.test("U4, K3: a session that ended on the device stays ended when a pull does not know its end", () => {
  using device = bench();
  const { context } = device;
  context.db.run(
    "update sync_state set content_version = 1, content_history = 'h', content_root = 'r', content_schema = 2",
  );
  const session_id = startSession(context, SKILL);
  endSession(context, session_id, "completed");
  const row = {
    session_id,
    skill_id: SKILL,
    device_id: DEVICE,
    content_version: 1,
    started_at: "2026-11-22T10:00:00.000001+00:00",
    ended_at: null,
    end_reason: null,
    voided: false,
  };
  const page = { cursor: "h.1", more: false, changes: [{ kind: "session" as const, own: false, row }] };
  context.db.transaction(() => stagePull(context, page));
  const Session = z.object({ started_at: z.string(), end_reason: z.string(), pulled: z.number() });
  assert.deepEqual(context.db.get(Session, "select * from session"), {
    started_at: "2026-11-22T10:00:00.000Z",
    end_reason: "completed",
    pulled: 1,
  });
});

Deno.test("O2, K3: progress that support voided stays voided", () => {
  using device = bench();
  const { context } = device;
  device.attempt();
  context.db.transaction(() => stagePull(context, pageOf(3, [], { voided: true })));
  assert.equal(progressIn(context.db, SKILL).attempts, 0);
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

Deno.test("I5, U5: events merge to the same progress in any order, and repeated ones change only counters of attempts", () => {
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
  fc.assert(
    fc.property(shuffled, ([events, others]) => {
      const once = events.reduce(mergeEvent, none);
      assert.deepEqual(others.reduce(mergeEvent, none), once);
      const again = events.filter(({ type }) => type !== "attempt.recorded");
      assert.deepEqual(again.reduce(mergeEvent, once), once);
    }),
    settings(100),
  );
});
