// Events for races: what they say matters less than when they arrive.
import { ulid } from "ulid";
import type { HistoryEvent } from "../properties/history.ts";

/** Of a session of its own, at a fixed time. */
export function sessionStarted(): HistoryEvent {
  return {
    id: ulid(),
    type: "session.started",
    device_id: "d0000000-0000-4000-8000-000000000001",
    occurred_at: "2025-11-22T10:00:00Z",
    utc_offset_minutes: 0,
    body: { session_id: ulid(), content_version: 1 },
  };
}

/** Answers to one question, a millisecond apart; from a time in milliseconds since 1970, by default now. */
export function attempts(questionId: string, count: number, from = Date.now()): HistoryEvent[] {
  return Array.from({ length: count }, (_, n) => ({
    ...sessionStarted(),
    id: ulid(from + n),
    type: "attempt.recorded",
    occurred_at: new Date(from + n).toISOString(),
    body: {
      session_id: ulid(),
      question_id: questionId,
      content_version: 1,
      answer: { choice: 0 },
      correct: true,
      duration_ms: 1,
    },
  }));
}
