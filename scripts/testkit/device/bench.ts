// A device's parts on a database in memory, for tests without a server.
import { EventLine } from "../../../client-contract/device/event_line.ts";
import { appendEvent } from "../../../client-contract/device/outbox.ts";
import type { DeviceContext } from "../../../client-contract/device/context.ts";
import { openDatabase } from "../../../client-contract/device/database.ts";
import { openNodeSqlite } from "../../../client-contract/device/node_sqlite.ts";
import { openTelemetry } from "../../../client-contract/device/telemetry.ts";
import { type TestClock, testClock } from "./clock.ts";
import { seededRandom } from "./random.ts";

export const LEARNER = "1a8b5a0e-6f0e-4d5e-9c0f-3c1d2e4f5a6b";
export const DEVICE = "7b0c5a0e-6f0e-4d5e-9c0f-3c1d2e4f5a6b";
export const SKILL = "2c8b5a0e-6f0e-4d5e-9c0f-3c1d2e4f5a6b";
export const QUESTION = "3d8b5a0e-6f0e-4d5e-9c0f-3c1d2e4f5a6b";
export const SESSION = "01KANB7Q0000000000000000AB";

/** The parts. */
export interface Bench extends Disposable {
  context: DeviceContext;
  clock: TestClock;
  /** Appends an attempt of SKILL; gives its id. */
  attempt(): string;
}

/** Makes a device that has never met a server. */
export function bench(): Bench {
  const db = openDatabase(openNodeSqlite(":memory:"));
  const clock = testClock();
  const context = {
    db,
    clock,
    random: seededRandom(1),
    learnerId: LEARNER,
    deviceId: DEVICE,
    telemetry: { reads: 0 },
    cellWatchers: new Set<() => void>(),
  };
  db.run("insert into sync_state (learner_id, device_id, history) values (?, ?, 'h')", LEARNER, DEVICE);
  openTelemetry(context);
  const body = {
    session_id: SESSION,
    question_id: QUESTION,
    content_version: 1,
    answer: { choice: 0 },
    correct: true,
    duration_ms: 5,
    reset: null,
  };
  return {
    context,
    clock,
    attempt: () => db.transaction(() => appendEvent(context, { type: "attempt.recorded", body }, SKILL).id),
    [Symbol.dispose]: () => db[Symbol.dispose](),
  };
}

/** A page that holds the skill's progress, and an attempt for each of the events. */
export function pageOf(attempts: number, eventIds: string[], { more = false, voided = false } = {}) {
  const row = { reset_count: 0, reset_event: null, voided };
  return {
    cursor: "h.1",
    more,
    changes: [
      ...eventIds.map((event_id) => ({
        kind: "attempt" as const,
        own: true,
        row: {
          ...row,
          event_id,
          session_id: SESSION,
          skill_id: SKILL,
          question_id: QUESTION,
          device_id: DEVICE,
          content_version: 1,
          content_state: "current",
          answer: { choice: 0 },
          claimed_correct: true,
          graded_correct: true,
          duration_ms: 5,
          occurred_at: "2026-11-22T10:00:00+00:00",
          utc_offset_minutes: 60,
        },
      })),
      {
        kind: "skill_progress" as const,
        own: false,
        row: {
          ...row,
          skill_id: SKILL,
          mastery: 0,
          completed: [],
          attempts,
          correct: attempts,
          practiced_at: null,
        },
      },
    ],
  };
}

/** Everything in the outbox, as if it were one batch. */
export function wholeOutbox({ db }: DeviceContext): EventLine[] {
  return db.all(EventLine, "select event_id, line from outbox order by event_id");
}
