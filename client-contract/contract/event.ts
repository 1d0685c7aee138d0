// What a device can tell the server: five event types of what a learner did, each in version 1, and the tracking plan's.
// SQL's rules (private.event_rule) are generated from here, in the same order; verdict_differential.test.ts compares the verdicts.
import { z } from "zod";
import { eventOf } from "./envelope.ts";
import { MAX_INTEGER, whole } from "./fields.ts";
import { Ulid, Uuid } from "./ids.ts";
import { MAX_COMPLETED, MAX_DURATION_MS } from "./limits.ts";
import { TRACKING_PLAN } from "./tracking.ts";

const ContentVersion = whole(1, MAX_INTEGER).describe("The content version that the learner saw");
const Mastery = whole(0, 100);
const Completed = z.array(Uuid).max(MAX_COMPLETED).nullish().describe("Question ids");
const ResetCount = whole(1, MAX_INTEGER);
const Reset = z.looseObject({ count: ResetCount, event: Ulid }).nullish()
  .describe("The reset that the learner is in; absent or null before the first");

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

/** A stretch of study is over. */
export const SessionEnded = eventOf(
  "session.ended",
  z.looseObject({ session_id: Ulid, reason: z.enum(["completed", "abandoned", "timed_out"]) }),
);
export type SessionEnded = z.infer<typeof SessionEnded>;

/** One answer to one question. */
export const AttemptRecorded = eventOf(
  "attempt.recorded",
  z.looseObject({
    session_id: Ulid,
    question_id: Uuid,
    content_version: ContentVersion,
    answer: z.looseObject({}).describe(
      'By the type of the question: {"choice":2}, {"choices":[0,2]}, {"value":true}, {"value":"9.81"}, {"text":"…"}',
    ),
    correct: z.boolean().describe("The device's verdict; the server grades for itself"),
    duration_ms: whole(0, MAX_DURATION_MS),
    reset: Reset,
  }),
);
export type AttemptRecorded = z.infer<typeof AttemptRecorded>;

/** Progress in one skill, which only grows until a reset. */
export const ProgressAdvanced = eventOf(
  "progress.advanced",
  z.looseObject({ skill_id: Uuid, mastery: Mastery, completed: Completed, reset: Reset }),
);
export type ProgressAdvanced = z.infer<typeof ProgressAdvanced>;

/** A deliberate fresh start in one skill. */
export const ProgressReset = eventOf(
  "progress.reset",
  z.looseObject({
    skill_id: Uuid,
    count: ResetCount.describe("The new reset count"),
    base: z.looseObject({ mastery: Mastery, completed: Completed }).nullish()
      .describe("What the learner starts from"),
  }),
);
export type ProgressReset = z.infer<typeof ProgressReset>;

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
export type EventType = Event["type"];
