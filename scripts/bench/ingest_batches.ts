// Batches as devices send them: sessions with attempts and progress at their end, retakes, and now and then a word about the device.
import { encodeTime, ulid } from "ulid";

/** A published single choice. */
export interface Question {
  id: string;
  skill_id: string;
  /** The right one, from 0. */
  choice: number;
}

/** Who sends. */
export interface Sender {
  learner: string;
  device: string;
}

/** Someone new, on a device of their own. */
export const newSender = (): Sender => ({ learner: crypto.randomUUID(), device: crypto.randomUUID() });

/** Attempts of one session. */
const SESSION_ATTEMPTS = 20;
const QUESTIONS_LEFT = 600;
/** Of so many sessions one begins with a retake. */
const SESSIONS_A_RETAKE = 20;
const RANDOM_DIGITS = 16;
const COUNTED_DIGITS = 4;

/** ULIDs that ascend within a millisecond, as a device's do. Made in 0.2 us: a load generator must not be what is waited for. */
export function* ascendingUlids(): Generator<string, never> {
  const front = encodeTime(Date.now(), 10) + ulid().slice(10, 10 + RANDOM_DIGITS - COUNTED_DIGITS);
  // Digits alone are a part of Crockford's.
  for (let n = 0;; n++) yield front + String(n).padStart(COUNTED_DIGITS, "0");
}

/** What a device tells about itself, in turn. */
const TOLD: readonly [type: string, body: unknown][] = [
  ["outbox.attempted", { events: 24, attempts: 1, answered: true, code: null, duration_ms: 140 }],
  ["outbox.created", { events: 24, waiting: 24 }],
  ["cache.checked", { content_version: 1, rows: 1000, damaged: 0, duration_ms: 90 }],
  ["offline.used", { duration_ms: 900000, attempts: 20, reads: 60, local_reads: 60, completed: true }],
];

function* eventsOf(
  questions: readonly Question[],
  version: number,
  ids: Generator<string, never>,
): Generator<[id: string, type: string, body: unknown]> {
  for (;;) {
    const session_id = ids.next().value;
    const at = Math.floor(Math.random() * Math.max(questions.length - QUESTIONS_LEFT, 1));
    const asked = questions.slice(at, at + SESSION_ATTEMPTS);
    const skill_id = asked[0]?.skill_id;
    const event = (type: string, body: unknown): [string, string, unknown] => [ids.next().value, type, body];
    if (Math.random() * SESSIONS_A_RETAKE < 1) yield event("progress.reset", { skill_id, count: 1 });
    yield event("session.started", { session_id, content_version: version, skill_id });
    for (const [i, question] of asked.entries()) {
      const choice = i % 4;
      yield event("attempt.recorded", {
        session_id,
        question_id: question.id,
        content_version: version,
        answer: { choice },
        correct: choice === question.choice,
        duration_ms: 5000 + i,
        reset: null,
      });
    }
    yield event("progress.advanced", {
      skill_id,
      mastery: Math.floor(Math.random() * 100),
      completed: asked.slice(0, 10).map((question) => question.id),
      reset: null,
    });
    yield event("session.ended", { session_id, reason: "completed" });
    const told = TOLD[Math.floor(Math.random() * TOLD.length)];
    if (told) yield event(...told);
  }
}

/** A batch of so many new events, of the types that a device mixes; `pad` adds so many bytes to each event. */
export function batchOf(
  { learner, device }: Sender,
  questions: readonly Question[],
  version: number,
  events: number,
  pad = 0,
): string {
  const now = new Date().toISOString();
  const ids = ascendingUlids();
  const lines = [JSON.stringify({
    batch_id: ids.next().value,
    device_id: device,
    sent_at: now,
    platform: "android",
    app_version: "1.4.0",
    contract_version: 1,
    content_version: version,
  })];
  for (const [id, type, body] of eventsOf(questions, version, ids)) {
    if (lines.length > events) break;
    lines.push(JSON.stringify({
      id,
      type,
      version: 1,
      learner_id: learner,
      device_id: device,
      occurred_at: now,
      utc_offset_minutes: 60,
      body,
      ...(pad > 0 ? { pad: "x".repeat(pad) } : {}),
    }));
  }
  return lines.join("\n");
}
