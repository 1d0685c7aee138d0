// A pull: the learner's own rows that changed, whichever device did it.
import { z } from "zod";
import { ServerInstant, Ulid, Uuid } from "./ids.ts";
import { Steering } from "./steering.ts";

/** A stretch of study; either end may be unknown as yet. */
export const SessionRow = z.object({
  session_id: Ulid,
  skill_id: Uuid.nullable(),
  device_id: Uuid,
  content_version: z.int().nullable(),
  started_at: ServerInstant.nullable(),
  ended_at: ServerInstant.nullable(),
  end_reason: z.string().nullable(),
  voided: z.boolean().describe("Taken back: to be shown nowhere"),
});
export type SessionRow = z.infer<typeof SessionRow>;

/** One answer to one question. */
export const AttemptRow = z.object({
  event_id: Ulid,
  session_id: Ulid,
  skill_id: Uuid,
  question_id: Uuid,
  device_id: Uuid,
  content_version: z.int(),
  content_state: z.string().describe(
    "What the answered version was when it arrived: current, outdated or withdrawn",
  ),
  answer: z.looseObject({}),
  claimed_correct: z.boolean(),
  graded_correct: z.boolean().nullable().describe("The server's grading; null where it can't grade"),
  duration_ms: z.int(),
  reset_count: z.int(),
  reset_event: Ulid.nullable(),
  occurred_at: ServerInstant,
  utc_offset_minutes: z.int(),
  voided: z.boolean(),
});
export type AttemptRow = z.infer<typeof AttemptRow>;

/** Progress in one skill within the current reset. */
export const SkillProgress = z.object({
  skill_id: Uuid,
  reset_count: z.int(),
  reset_event: Ulid.nullable(),
  mastery: z.int(),
  completed: z.array(Uuid),
  attempts: z.int(),
  correct: z.int(),
  practiced_at: ServerInstant.nullable(),
});
export type SkillProgress = z.infer<typeof SkillProgress>;

/** The same as a pulled row. */
export const SkillProgressRow = SkillProgress.extend({ voided: z.boolean() });
export type SkillProgressRow = z.infer<typeof SkillProgressRow>;

const Day = z.iso.date();

/** The days on which the learner practised, in all skills; one row. No reset takes a day back. */
export const PracticeRow = z.object({
  days: z.array(z.object({ from: Day, to: Day })).describe(
    "Local days in a row, both ends included; ascending",
  ),
  last_day: Day,
  streak: z.int().describe("Days in a row that end with last_day; over, where that is before yesterday"),
  longest_streak: z.int(),
});
export type PracticeRow = z.infer<typeof PracticeRow>;

const own = z.boolean().describe(
  "It says nothing that the events of the asking device do not; a device that still has those may skip it",
);

/** A row as it is now; it replaces what the device holds under the row's id. */
export const Change = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("session"), own, row: SessionRow }),
  z.object({ kind: z.literal("attempt"), own, row: AttemptRow }),
  z.object({ kind: z.literal("skill_progress"), own, row: SkillProgressRow }),
  z.object({ kind: z.literal("practice"), own, row: PracticeRow }),
]);
export type Change = z.infer<typeof Change>;

/** Changes, oldest first, and the cursor to go on from; at once, where there is more. */
export const ChangesPage = z.object({
  changes: z.array(Change),
  cursor: z.string(),
  more: z.boolean(),
});
export type ChangesPage = z.infer<typeof ChangesPage>;

/** The cursor is of no use: pull from null. After all but `cursor_invalid`, send all events again that are kept. */
export const PullReset = z.object({
  reset: z.enum(["history_changed", "cursor_ahead", "cursor_invalid"]),
});
export type PullReset = z.infer<typeof PullReset>;

/** What a pull answers. */
export const PullAnswer = z.union([ChangesPage, PullReset]);
export type PullAnswer = z.infer<typeof PullAnswer>;

/** What a pull alone answers, without a push. */
export const SteeredPullAnswer = z.union([
  ChangesPage.extend({ steering: Steering }),
  PullReset.extend({ steering: Steering }),
]);
export type SteeredPullAnswer = z.infer<typeof SteeredPullAnswer>;
