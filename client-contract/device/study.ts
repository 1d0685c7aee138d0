// Records what the learner does. Each call is one transaction, which writes the event and all its effects on the device's own rows. Nothing here
// needs a network or a token.
import { z } from "zod";
import type { SessionEnded } from "../contract/event.ts";
import { MAX_DURATION_MS } from "../contract/limits.ts";
import { gradeAnswer } from "../contract/grading.ts";
import type { AnswerKey, AnswerTo, QuestionType } from "../contract/question.ts";
import type { Question } from "./content.ts";
import { type DeviceContext, readState } from "./context.ts";
import { checkAnswer } from "./answer.ts";
import { DeviceError } from "./device_error.ts";
import { nextId } from "./event_line.ts";
import { appendEvent } from "./outbox.ts";
import { addToProgress, type Progress, progressIn } from "./progress.ts";
import * as queries from "./queries.gen.ts";

/** Most question ids of one progress event: 1000 are allowed, but 16 KiB hold about 420. */
const IDS_AN_EVENT = 400;
const Session = z.object({
  session_id: z.string(),
  skill_id: z.string().nullable(),
  started_at: z.string().nullable(),
});
/** A session of this device that is open. */
export type OpenSession = z.infer<typeof Session>;

/** One answer of the learner. */
export interface Answer {
  /** An open session of this device. */
  sessionId: string;
  /** The question as it was shown. A release that is applied between question and answer does not affect the answer. */
  question: Question;
  /** What the learner answered, in the form of the question's type: docs/question-types.md. */
  answer: AnswerTo<QuestionType>;
  /** How long the learner took, in milliseconds. */
  durationMs?: number | undefined;
}

/** The verdict, as an app shows it. */
export interface Graded {
  /** The attempt's ULID. */
  eventId: string;
  /** Whether the answer is right; the server grades for itself. */
  correct: boolean;
  /** The right answer, in the form of the question's type. */
  right: AnswerKey<QuestionType>;
  /** The question's explanation, if it has one. */
  explanation: string | null;
  /** The progress in the skill, including this answer. */
  progress: Progress;
}

/** An advance of the learner, by the app's own measure. */
export interface Advance {
  /** A UUID, lower case. */
  skillId: string;
  /** 0 to 100; a smaller value than before changes nothing. */
  mastery: number;
  /** Completed questions, which are added to the earlier ones. */
  completed?: readonly string[] | undefined;
}

function openSession({ db, deviceId }: DeviceContext, sessionId: string): OpenSession {
  const session = db.get(
    Session,
    queries.ownOpenSession,
    sessionId,
    deviceId,
  );
  if (!session) throw new DeviceError("unknown_session", "The session is not open on this device.");
  return session;
}

/** The learner's current reset, as events name it. */
function currentReset(context: DeviceContext, skillId: string): { count: number; event: string } | null {
  const { reset_count, reset_event } = progressIn(context.db, skillId);
  return reset_event === null ? null : { count: reset_count, event: reset_event };
}

/** Sessions of this device that are still open, for example after a crash; oldest first. */
export function openSessions({ db, deviceId }: DeviceContext): OpenSession[] {
  return db.all(Session, queries.ownOpenSessions, deviceId);
}

/** Starts a session, of one skill or of several, and returns its id. Throws DeviceError `no_content`, or like `makeEvent`. */
export function startSession(context: DeviceContext, skillId: string | null): string {
  const { db, deviceId } = context;
  return db.transaction(() => {
    const { content_version } = readState(db);
    if (content_version === 0) throw new DeviceError("no_content", "There is nothing to study yet.");
    const session_id = nextId(context);
    const body = { session_id, content_version, skill_id: skillId };
    const { occurred_at } = appendEvent(context, { type: "session.started", body }, null);
    db.run(
      queries.addSession,
      session_id,
      skillId,
      deviceId,
      content_version,
      occurred_at,
    );
    return session_id;
  });
}

/** Grades an answer and stores it. Throws DeviceError `unknown_session`, or like `checkAnswer` and `makeEvent`. */
export function recordAnswer(
  context: DeviceContext,
  { sessionId, question, answer, durationMs = 0 }: Answer,
): Graded {
  const { db, deviceId } = context;
  checkAnswer(question, answer);
  const correct = gradeAnswer(question, answer);
  return db.transaction(() => {
    openSession(context, sessionId);
    const reset = currentReset(context, question.skill_id);
    const body = {
      session_id: sessionId,
      question_id: question.id,
      content_version: question.content_version,
      answer,
      correct,
      duration_ms: Math.min(Math.max(Math.round(durationMs) || 0, 0), MAX_DURATION_MS),
      reset,
    };
    const event = appendEvent(context, { type: "attempt.recorded", body }, question.skill_id);
    db.run(
      queries.addAttempt,
      event.id,
      sessionId,
      question.skill_id,
      question.id,
      deviceId,
      question.content_version,
      JSON.stringify(answer),
      correct ? 1 : 0,
      body.duration_ms,
      reset?.count ?? 0,
      reset?.event ?? null,
      event.occurred_at,
      event.utc_offset_minutes,
    );
    return {
      eventId: event.id,
      correct,
      right: question.answer,
      explanation: question.explanation ?? null,
      progress: addToProgress(db, question.skill_id, event),
    };
  });
}

/** Ends a session. Throws DeviceError `unknown_session`. */
export function endSession(
  context: DeviceContext,
  sessionId: string,
  reason: SessionEnded["body"]["reason"],
): void {
  const { db } = context;
  db.transaction(() => {
    openSession(context, sessionId);
    const body = { session_id: sessionId, reason };
    const { occurred_at } = appendEvent(context, { type: "session.ended", body }, null);
    // As on the server: the clock may have been set back since the start.
    db.run(
      queries.endSession,
      occurred_at,
      reason,
      sessionId,
    );
  });
}

/** Advances the learner in a skill, and returns the progress, which never goes back. Throws like `makeEvent`. */
export function advanceProgress(
  context: DeviceContext,
  { skillId, mastery, completed = [] }: Advance,
): Progress {
  const { db } = context;
  return db.transaction(() => {
    const reset = currentReset(context, skillId);
    for (let from = 0; from === 0 || from < completed.length; from += IDS_AN_EVENT) {
      const body = {
        skill_id: skillId,
        mastery,
        completed: completed.slice(from, from + IDS_AN_EVENT),
        reset,
      };
      addToProgress(db, skillId, appendEvent(context, { type: "progress.advanced", body }, skillId));
    }
    return progressIn(db, skillId);
  });
}

/**
 * Starts over in a skill, from nothing or from `base`, and returns the progress. Older events stop counting on all devices, however late they
 * arrive. Throws like `makeEvent`: `event_too_large` if `base` has more than about 400 ids.
 */
export function resetProgress(
  context: DeviceContext,
  skillId: string,
  base: { mastery: number; completed?: string[] | undefined } | null,
): Progress {
  const { db } = context;
  return db.transaction(() => {
    const body = { skill_id: skillId, count: progressIn(db, skillId).reset_count + 1, base };
    return addToProgress(db, skillId, appendEvent(context, { type: "progress.reset", body }, skillId));
  });
}
