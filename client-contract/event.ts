// What a device can tell the server: five event types, each in version 1. SQL has the same rules
// (private.event_rule) in the same order; verdict.test.ts holds the two together.
import { z } from "zod";
import { MAX_INTEGER, text, whole } from "./fields.ts";
import { Instant, Ulid, Uuid } from "./ids.ts";

const ContentVersion = whole(1, MAX_INTEGER).describe("The content version that the learner saw");
const Mastery = whole(0, 100);
const Completed = z.array(Uuid).max(1000).nullish().describe("Question ids");
const ResetCount = whole(1, MAX_INTEGER);
const Reset = z.looseObject({ count: ResetCount, event: Ulid }).nullish()
  .describe("The reset that the learner is in; absent or null before the first");

const envelope = {
  id: Ulid,
  type: text(64),
  version: whole(1, 32767),
  learner_id: Uuid,
  device_id: Uuid,
  occurred_at: Instant,
  utc_offset_minutes: whole(-1080, 1080),
  body: z.looseObject({}),
};

/** What all events have in common, of whatever type and version. Unknown fields are kept and ignored. */
export const EventEnvelope = z.looseObject(envelope);
export type EventEnvelope = z.infer<typeof EventEnvelope>;

function event<T extends string, B extends z.ZodObject>(type: T, body: B) {
  return z.looseObject({ ...envelope, type: z.literal(type), version: z.literal(1), body });
}

/** A learner opens a stretch of study. */
export const SessionStarted = event(
  "session.started",
  z.looseObject({
    session_id: Ulid,
    skill_id: Uuid.nullish(),
    content_version: ContentVersion,
  }),
);
export type SessionStarted = z.infer<typeof SessionStarted>;

/** A stretch of study is over. */
export const SessionEnded = event(
  "session.ended",
  z.looseObject({ session_id: Ulid, reason: z.enum(["completed", "abandoned", "timed_out"]) }),
);
export type SessionEnded = z.infer<typeof SessionEnded>;

/** One answer to one question. */
export const AttemptRecorded = event(
  "attempt.recorded",
  z.looseObject({
    session_id: Ulid,
    question_id: Uuid,
    content_version: ContentVersion,
    answer: z.looseObject({}).describe(
      'By the type of the question: {"choice":2}, {"choices":[0,2]}, {"value":true}, {"value":"9.81"}, {"text":"…"}',
    ),
    correct: z.boolean().describe("The device's verdict; the server grades for itself"),
    duration_ms: whole(0, 86_400_000),
    reset: Reset,
  }),
);
export type AttemptRecorded = z.infer<typeof AttemptRecorded>;

/** Progress in one skill, which only grows until a reset. */
export const ProgressAdvanced = event(
  "progress.advanced",
  z.looseObject({ skill_id: Uuid, mastery: Mastery, completed: Completed, reset: Reset }),
);
export type ProgressAdvanced = z.infer<typeof ProgressAdvanced>;

/** A deliberate fresh start in one skill. */
export const ProgressReset = event(
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
]);
export type Event = z.infer<typeof Event>;
export type EventType = Event["type"];
