// What a device can tell the server: five event types of what a learner did, each in version 1, and the tracking plan's.
// SQL's rules (private.event_rule) are generated from here, in the same order; verdict_differential.test.ts compares the verdicts.
import { z } from "zod";
import { describe } from "./documentation.ts";
import * as example from "./examples.ts";
import { describeEvent, eventOf } from "./envelope.ts";
import { MAX_INTEGER, whole } from "./fields.ts";
import { Ulid, Uuid } from "./ids.ts";
import { MAX_COMPLETED, MAX_DURATION_MS } from "./limits.ts";
import { TRACKING_PLAN } from "./tracking.ts";

const ContentVersion = whole(1, MAX_INTEGER);
const Mastery = whole(0, 100);
const Completed = z.array(Uuid).max(MAX_COMPLETED).nullish();
const ResetCount = whole(1, MAX_INTEGER);

/** The reset that a learner is in, in one skill. */
export const Reset = z.looseObject({ count: ResetCount, event: Ulid });
export type Reset = z.infer<typeof Reset>;
/* @__PURE__ */ describe(Reset, {
  id: "Reset",
  title: "Reset",
  example: { count: 1, event: example.reset },
  fields: {
    count: "The number of resets in the skill",
    event: "The event of the last reset",
  },
});

/** A learner opens a stretch of study. */
export const SessionStarted = eventOf(
  "session.started",
  z.looseObject({
    session_id: Ulid,
    skill_id: Uuid.nullish(),
    content_version: ContentVersion,
  }),
);
export type SessionStarted = z.infer<typeof SessionStarted>;
/* @__PURE__ */ describeEvent(SessionStarted, {
  id: "SessionStarted",
  title: "Session started",
  example: { session_id: example.session, skill_id: example.skill, content_version: 57 },
  fields: {
    session_id: "The session's id, made on the device",
    skill_id: "The skill that is studied; absent or null: several",
    content_version: "The content version that the learner sees",
  },
});

/** A stretch of study is over. */
export const SessionEnded = eventOf(
  "session.ended",
  z.looseObject({ session_id: Ulid, reason: z.enum(["completed", "abandoned", "timed_out"]) }),
);
export type SessionEnded = z.infer<typeof SessionEnded>;
/* @__PURE__ */ describeEvent(SessionEnded, {
  id: "SessionEnded",
  title: "Session ended",
  example: { session_id: example.session, reason: "completed" },
  fields: {
    session_id: "The session",
    reason: "Why it ended",
  },
});

/** One answer to one question. */
export const AttemptRecorded = eventOf(
  "attempt.recorded",
  z.looseObject({
    session_id: Ulid,
    question_id: Uuid,
    content_version: ContentVersion,
    answer: z.looseObject({}),
    correct: z.boolean(),
    duration_ms: whole(0, MAX_DURATION_MS),
    reset: Reset.nullish(),
  }),
);
export type AttemptRecorded = z.infer<typeof AttemptRecorded>;
/* @__PURE__ */ describeEvent(AttemptRecorded, {
  id: "AttemptRecorded",
  title: "Attempt recorded",
  example: {
    session_id: example.session,
    question_id: example.question,
    content_version: 57,
    answer: { choice: 1 },
    correct: true,
    duration_ms: 5200,
    reset: { count: 1, event: example.reset },
  },
  fields: {
    session_id: "The session in which the learner answered",
    question_id: "The question",
    content_version: "The content version that the learner saw",
    answer:
      'By the question\'s type: {"choice":2}, {"choices":[0,2]}, {"value":true}, {"value":"9.81"}, {"text":"…"}',
    correct: "The device's verdict; the server grades for itself",
    duration_ms: "How long the learner took",
    reset: "The reset that the learner is in; absent or null before the first",
  },
});

/** Progress in one skill, which only grows until a reset. */
export const ProgressAdvanced = eventOf(
  "progress.advanced",
  z.looseObject({ skill_id: Uuid, mastery: Mastery, completed: Completed, reset: Reset.nullish() }),
);
export type ProgressAdvanced = z.infer<typeof ProgressAdvanced>;
/* @__PURE__ */ describeEvent(ProgressAdvanced, {
  id: "ProgressAdvanced",
  title: "Progress advanced",
  example: {
    skill_id: example.skill,
    mastery: 40,
    completed: [example.question],
    reset: { count: 1, event: example.reset },
  },
  fields: {
    skill_id: "The skill",
    mastery: { text: "The app's own measure of the skill; the greatest value counts", unit: "points" },
    completed: "Questions that are now completed; they are added to those before",
    reset: "The reset that the learner is in; absent or null before the first",
  },
});

/** What a learner starts from after a reset. */
export const ResetBase = z.looseObject({ mastery: Mastery, completed: Completed });
export type ResetBase = z.infer<typeof ResetBase>;
/* @__PURE__ */ describe(ResetBase, {
  id: "ResetBase",
  title: "Base of a reset",
  example: { mastery: 0, completed: [] },
  fields: {
    mastery: { text: "The mastery to start from", unit: "points" },
    completed: "Questions that stay completed; absent or null: none",
  },
});

/** A deliberate fresh start in one skill. */
export const ProgressReset = eventOf(
  "progress.reset",
  z.looseObject({
    skill_id: Uuid,
    count: ResetCount,
    base: ResetBase.nullish(),
  }),
);
export type ProgressReset = z.infer<typeof ProgressReset>;
/* @__PURE__ */ describeEvent(ProgressReset, {
  id: "ProgressReset",
  title: "Progress reset",
  example: { skill_id: example.skill, count: 1, base: { mastery: 0, completed: [] } },
  fields: {
    skill_id: "The skill",
    count: "The number of resets in the skill, this one included",
    base: "What the learner starts from; absent or null: from nothing",
  },
});

/** Any event of this contract, told apart by `type`. */
export const Event = z.discriminatedUnion("type", [
  SessionStarted,
  SessionEnded,
  AttemptRecorded,
  ProgressAdvanced,
  ProgressReset,
  ...TRACKING_PLAN,
]);
export type Event = z.infer<typeof Event>;
/* @__PURE__ */ describe(Event, {
  id: "Event",
  title: "Event",
  example: {
    id: example.event,
    type: "session.ended",
    version: 1,
    learner_id: example.learner,
    device_id: example.device,
    occurred_at: example.instant,
    utc_offset_minutes: 60,
    body: { session_id: example.session, reason: "completed" },
  },
});
export type EventType = Event["type"];
