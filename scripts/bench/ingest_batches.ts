// Batches as devices send them: sessions with attempts and progress at their end, and now and then a word about the device.
import { ulid } from "ulid";

/** A published question. */
export interface Question {
  id: string;
  skill_id: string;
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

function* eventsOf(
  questions: readonly Question[],
  version: number,
): Generator<[type: string, body: unknown]> {
  for (;;) {
    const session_id = ulid();
    const at = Math.floor(Math.random() * Math.max(questions.length - QUESTIONS_LEFT, 1));
    const asked = questions.slice(at, at + SESSION_ATTEMPTS);
    yield ["session.started", { session_id, content_version: version, skill_id: asked[0]?.skill_id }];
    for (const [i, question] of asked.entries()) {
      yield ["attempt.recorded", {
        session_id,
        question_id: question.id,
        content_version: version,
        answer: { choice: i % 4 },
        correct: i % 4 === 0,
        duration_ms: 5000 + i,
        reset: null,
      }];
    }
    yield ["progress.advanced", {
      skill_id: asked[0]?.skill_id,
      mastery: Math.floor(Math.random() * 100),
      completed: asked.slice(0, 10).map((question) => question.id),
      reset: null,
    }];
    yield ["session.ended", { session_id, reason: "completed" }];
    yield ["outbox.attempted", { events: 24, attempts: 1, answered: true, code: null, duration_ms: 140 }];
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
  const lines = [JSON.stringify({
    batch_id: ulid(),
    device_id: device,
    sent_at: now,
    platform: "android",
    app_version: "1.4.0",
    contract_version: 1,
    content_version: version,
  })];
  for (const [type, body] of eventsOf(questions, version)) {
    if (lines.length > events) break;
    lines.push(JSON.stringify({
      id: ulid(),
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
