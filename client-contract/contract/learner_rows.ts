// A learner's own rows, which the server fills from the events of all their devices.
import { z } from "zod";
import { describe } from "./documentation.ts";
import * as example from "./examples.ts";
import { ServerInstant, Ulid, Uuid } from "./ids.ts";

/** An example. */
export const SESSION = {
  session_id: example.session,
  skill_id: example.skill,
  device_id: example.device,
  content_version: 57,
  started_at: example.serverInstant,
  ended_at: null,
  end_reason: null,
  voided: false,
};

/** A stretch of study; either end may be unknown as yet. */
export const SessionRow = z.object({
  session_id: Ulid,
  skill_id: Uuid.nullable(),
  device_id: Uuid,
  content_version: z.int().nullable(),
  started_at: ServerInstant.nullable(),
  ended_at: ServerInstant.nullable(),
  end_reason: z.string().nullable(),
  voided: z.boolean(),
});
export type SessionRow = z.infer<typeof SessionRow>;
/* @__PURE__ */ describe(SessionRow, {
  id: "SessionRow",
  title: "Session of study",
  example: SESSION,
  fields: {
    session_id: "The session's id, made on the device",
    skill_id: "The skill that was studied; null: several, or the start is not known yet",
    device_id: "The device on which the learner studied",
    content_version: "The content version that the learner saw; null: the start is not known yet",
    started_at: "When the session began, by the device's clock; null: not known yet",
    ended_at: "When the session ended, by the device's clock; null: not known yet",
    end_reason: "Why it ended: `completed`, `abandoned` or `timed_out`; null: not known yet",
    voided: "Whether support has taken the row back; a voided row is shown nowhere",
  },
});

/** An example. */
export const ATTEMPT = {
  event_id: example.event,
  session_id: example.session,
  skill_id: example.skill,
  question_id: example.question,
  device_id: example.device,
  content_version: 57,
  content_state: "current",
  answer: { choice: 1 },
  claimed_correct: true,
  graded_correct: true,
  duration_ms: 5200,
  reset_count: 0,
  reset_event: null,
  occurred_at: example.serverInstant,
  utc_offset_minutes: 60,
  voided: false,
};

/** One answer to one question. */
export const AttemptRow = z.object({
  event_id: Ulid,
  session_id: Ulid,
  skill_id: Uuid,
  question_id: Uuid,
  device_id: Uuid,
  content_version: z.int(),
  content_state: z.string(),
  answer: z.looseObject({}),
  claimed_correct: z.boolean(),
  graded_correct: z.boolean().nullable(),
  duration_ms: z.int(),
  reset_count: z.int(),
  reset_event: Ulid.nullable(),
  occurred_at: ServerInstant,
  utc_offset_minutes: z.int(),
  voided: z.boolean(),
});
export type AttemptRow = z.infer<typeof AttemptRow>;
/* @__PURE__ */ describe(AttemptRow, {
  id: "AttemptRow",
  title: "Attempt",
  example: ATTEMPT,
  fields: {
    event_id: "The id of the event, and so of the attempt",
    session_id: "The session in which the learner answered",
    skill_id: "The question's skill when the attempt arrived",
    question_id: "The question",
    device_id: "The device on which the learner answered",
    content_version: "The content version that the learner saw",
    content_state: "What that version was when the attempt arrived: `current`, `outdated` or `withdrawn`",
    answer: "The learner's answer, in the form of the question's type",
    claimed_correct: "The device's verdict",
    graded_correct: "The server's verdict; null if the server has no answer key",
    duration_ms: "How long the learner took",
    reset_count: "The number of resets in the skill before this attempt; 0: none",
    reset_event: "The event of the last reset; null: none",
    occurred_at: "When the learner answered, by the device's clock",
    utc_offset_minutes: "By how much the learner's local time was ahead of UTC",
    voided: "Whether support has taken the row back; a voided row is shown nowhere",
  },
});

const PROGRESS_FIELDS = {
  skill_id: "The skill",
  reset_count: "The number of resets in the skill; 0: none",
  reset_event: "The event of the last reset; null: none",
  mastery: { text: "The app's own measure of the skill, from 0 to 100", unit: "points" },
  completed: "The questions that the learner has completed since the last reset",
  attempts: { text: "Answers since the last reset", unit: "attempts" },
  correct: { text: "Right answers since the last reset", unit: "attempts" },
  practiced_at: "When the learner last practised, by the device's clock; null: never",
};
/** An example. */
export const PROGRESS = {
  skill_id: example.skill,
  reset_count: 0,
  reset_event: null,
  mastery: 40,
  completed: [example.question],
  attempts: 12,
  correct: 9,
  practiced_at: example.serverInstant,
};

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
/* @__PURE__ */ describe(SkillProgress, {
  id: "SkillProgress",
  title: "Progress in a skill",
  example: PROGRESS,
  fields: PROGRESS_FIELDS,
});

/** The same as a pulled row. */
export const SkillProgressRow = SkillProgress.extend({ voided: z.boolean() });
export type SkillProgressRow = z.infer<typeof SkillProgressRow>;
/* @__PURE__ */ describe(SkillProgressRow, {
  id: "SkillProgressRow",
  title: "Pulled progress in a skill",
  example: { ...PROGRESS, voided: false },
  fields: {
    ...PROGRESS_FIELDS,
    voided: "Whether the row has been taken back; a voided row is shown nowhere",
  },
});

const Day = z.iso.date();

/** Local days in a row, both ends included. */
export const Days = z.object({ from: Day, to: Day });
export type Days = z.infer<typeof Days>;
/* @__PURE__ */ describe(Days, {
  id: "Days",
  title: "Days in a row",
  example: { from: "2026-11-28", to: "2026-11-30" },
  fields: {
    from: "The first day, YYYY-MM-DD",
    to: "The last day, YYYY-MM-DD",
  },
});

/** An example. */
export const PRACTICE = {
  days: [{ from: "2026-11-28", to: "2026-11-30" }],
  last_day: "2026-11-30",
  streak: 3,
  longest_streak: 3,
};

/** The days on which the learner practised, in all skills; one row. No reset takes a day back. */
export const PracticeRow = z.object({
  days: z.array(Days),
  last_day: Day,
  streak: z.int(),
  longest_streak: z.int(),
});
export type PracticeRow = z.infer<typeof PracticeRow>;
/* @__PURE__ */ describe(PracticeRow, {
  id: "PracticeRow",
  title: "Days of practice",
  example: PRACTICE,
  fields: {
    days: "Days of practice, ascending; no range touches another",
    last_day: "The last day of practice",
    streak: {
      text: "Length of the streak that ends with `last_day`; it is over if `last_day` is before yesterday",
      unit: "days",
    },
    longest_streak: { text: "Length of the longest streak", unit: "days" },
  },
});
