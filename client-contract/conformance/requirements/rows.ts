// Rows that the scripted server sends, as another device of the learner made them.
import type { Change, SkillProgressRow } from "../../contract/changes.ts";
import { OTHER_DEVICE, type Play, questionId, SKILL } from "../play.ts";

/** A ULID that says which one it is. */
const ulid = (n: number) => `01KB8Q9T3V${String(n).padStart(16, "0")}`;

const AT = "2026-11-29T10:00:00+00:00";

export const someSession = (n: number): Change => ({
  kind: "session",
  own: false,
  row: {
    session_id: ulid(n),
    skill_id: SKILL,
    device_id: OTHER_DEVICE,
    content_version: 1,
    started_at: AT,
    ended_at: AT,
    end_reason: "completed",
    voided: false,
  },
});

export const someAttempt = (n: number): Change => ({
  kind: "attempt",
  own: false,
  row: {
    event_id: ulid(100 + n),
    session_id: ulid(1),
    skill_id: SKILL,
    question_id: questionId(0),
    device_id: OTHER_DEVICE,
    content_version: 1,
    content_state: "current",
    answer: { choice: 0 },
    claimed_correct: true,
    graded_correct: true,
    duration_ms: 1000,
    reset_count: 0,
    reset_event: null,
    occurred_at: AT,
    utc_offset_minutes: 60,
    voided: false,
  },
});

export const someProgress = (row: Partial<SkillProgressRow>): Change => ({
  kind: "skill_progress",
  own: false,
  row: {
    skill_id: SKILL,
    reset_count: 0,
    reset_event: null,
    mastery: 0,
    completed: [],
    attempts: 0,
    correct: 0,
    practiced_at: AT,
    voided: false,
    ...row,
  },
});

/** The pulled rows of a kind that the client holds. */
export const rowsOf = async (t: Play, kind: Change["kind"]) => (await t.dump()).rows[kind];
