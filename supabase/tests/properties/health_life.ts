// What may happen to the rows that health sums up: batches, reports, transactions that end late, and the work of support.
import assert from "node:assert/strict";
import fc from "fast-check";
import { ulid } from "ulid";

const MINUTE = 60_000;

const duration = fc.constantFrom(0, 100, 101, 4000, 60_000, 60_001, 1_800_000, 86_400_000, 90_000_000);

export type Act = "void" | "unvoid" | "rebuild" | "mend";
/** What an event says: of the ledger or broken by name, telemetry in full. */
export type Said = "answer" | "broken" | "broken_report" | "session" | {
  type: string;
  body: Record<string, unknown>;
};
interface Made {
  what: Said;
  device: number;
  /** Milliseconds before now. */
  ago: number;
  clockOffset: number | null;
}
const what: fc.Arbitrary<Said> = fc.oneof(
  { weight: 6, arbitrary: fc.constant<Said>("answer") },
  { weight: 2, arbitrary: fc.constantFrom<Said[]>("broken", "broken_report", "session") },
  {
    weight: 3,
    arbitrary: fc.integer({ min: 1, max: 8 }).map((events) => ({
      type: "outbox.created",
      body: { events, waiting: 0 },
    })),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant("offline.used"),
      body: fc.record({
        duration_ms: duration,
        attempts: fc.nat(9),
        reads: fc.nat(9),
        local_reads: fc.nat(9),
        completed: fc.boolean(),
      }),
    }),
  },
  fc.record({ duration_ms: duration, flag: fc.boolean(), count: fc.nat(2), n: fc.nat(5) }).map((
    { duration_ms, flag, count, n },
  ) => {
    const version = { content_version: 1, rows: 5, duration_ms };
    return [
      { type: "outbox.attempted", body: { events: 1, attempts: 1, answered: flag, code: null, duration_ms } },
      { type: "outbox.dead_lettered", body: { event_id: ulid(), code: "given_up", attempts: count } },
      { type: "cache.checked", body: { ...version, damaged: count } },
      { type: "cache.repaired", body: { ...version, whole: flag } },
      { type: "app.failed", body: { code: "audio.none", place: null, fatal: flag } },
      { type: "app.recovered", body: { code: "audio.none", duration_ms } },
    ][n] ?? assert.fail();
  }),
);

const made: fc.Arbitrary<Made> = fc.record({
  what,
  device: fc.constantFrom(1, 2),
  // Just now, within some hours, in another month, of a clock that runs ahead.
  ago: fc.oneof(fc.nat(3), fc.nat(600), fc.constantFrom(400 * 24 * 60, -300)).map((minutes) =>
    minutes * MINUTE
  ),
  clockOffset: fc.constantFrom(null, null, 0, -3 * 60 * MINUTE),
});

interface Batch {
  learner: number;
  places: number[];
  skewMs: number;
}
const batch: fc.Arbitrary<Batch> = fc.record({
  learner: fc.nat(1),
  places: fc.array(fc.nat(99), { minLength: 1, maxLength: 10 }),
  skewMs: fc.constantFrom(0, 0, 3 * 60 * MINUTE),
});
type Step =
  | { do: "send" | "send_slowly"; batch: Batch }
  | { do: "commit" | "roll_back" | "roll_up" | "roll_up_twice" | "roll_up_in_vain" | "wait" }
  | { do: Act; learner: number; pick: number };
export interface Life {
  events: Made[];
  steps: Step[];
}
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: batch.map((batch): Step => ({ do: "send", batch })) },
  { weight: 2, arbitrary: batch.map((batch): Step => ({ do: "send_slowly", batch })) },
  {
    weight: 5,
    arbitrary: fc.constantFrom(
      "commit",
      "commit",
      "roll_back",
      "roll_up",
      "roll_up",
      "roll_up_twice",
      "roll_up_in_vain",
      "wait",
    ).map((name): Step => ({ do: name })),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(fc.constantFrom<Act[]>("void", "unvoid", "rebuild", "mend"), fc.nat(1), fc.nat(99))
      .map(([name, learner, pick]): Step => ({ do: name, learner, pick })),
  },
);

/** Events of two learners on two devices, and what happens to them. */
export const life: fc.Arbitrary<Life> = fc.record({
  events: fc.array(made, { minLength: 4, maxLength: 30, size: "max" }),
  steps: fc.array(step, { minLength: 5, maxLength: 25, size: "max" }),
});

/** A device goes offline, answers, and reports both; another one is slow. One event is broken, and one arrives twice. */
export const OFFLINE_LIFE: Life = {
  events: [
    { what: "answer", device: 1, ago: 30 * MINUTE, clockOffset: 0 },
    { what: "answer", device: 2, ago: 30 * MINUTE, clockOffset: 0 },
    { what: "broken", device: 1, ago: 20 * MINUTE, clockOffset: 0 },
    {
      what: { type: "outbox.created", body: { events: 2, waiting: 0 } },
      device: 1,
      ago: 10 * MINUTE,
      clockOffset: 0,
    },
    {
      what: {
        type: "offline.used",
        body: { duration_ms: 60 * MINUTE, attempts: 1, reads: 0, local_reads: 0, completed: true },
      },
      device: 1,
      ago: 0,
      clockOffset: 0,
    },
  ],
  steps: [
    { do: "send", batch: { learner: 0, places: [0, 0, 1, 2, 3, 4], skewMs: 0 } },
    { do: "roll_up" },
  ],
};

export const DEVICES = ["d0000000-0000-4000-8000-000000000001", "d0000000-0000-4000-8000-000000000002"];
