// Histories of a learner for property tests: events that meet in the same sessions, skills and resets, and the
// ways in which a network and several devices may deliver them.
import fc from "fast-check";

/** What the events are about. */
export interface Curriculum {
  questions: { id: string; skill_id: string }[];
  /** Content versions that devices may name; 1 alone unless said otherwise. */
  versions?: readonly number[];
}

/** An event without its learner. */
export interface HistoryEvent {
  id: string;
  type: string;
  device_id: string;
  occurred_at: string;
  utc_offset_minutes: number;
  clock_offset_ms?: number | null;
  answered_at?: string | null;
  body: Record<string, unknown>;
}

/** One request: places in the history, repetitions included. */
export type Delivery = number[];

const DEVICES = [1, 2, 3].map((n) => `d0000000-0000-4000-8000-00000000000${n}`);

/** A ULID whose order follows `n`. */
function ulid(n: number): string {
  return `01KAN0000000000000${String(n).padStart(8, "0")}`;
}

const reset = fc.option(
  fc.record({ count: fc.integer({ min: 1, max: 2 }), event: fc.integer({ min: 0, max: 39 }).map(ulid) }),
  { freq: 3, nil: null },
);

function bodyOf(
  { questions, versions = [1] }: Curriculum,
): fc.Arbitrary<[type: string, body: Record<string, unknown>]> {
  // Few questions, skills and sessions, so that events collide.
  const question = fc.constantFrom(...questions.slice(0, 6));
  const skill = question.map((q) => q.skill_id);
  const version = fc.constantFrom(...versions);
  const session = fc.integer({ min: 900, max: 903 }).map(ulid);
  const completed = fc.option(fc.array(question.map((q) => q.id), { maxLength: 4 }), { nil: null });
  const attempt = fc.record({
    session_id: session,
    question_id: question.map((q) => q.id),
    content_version: version,
    answer: fc.record({ choice: fc.nat(3) }),
    correct: fc.boolean(),
    duration_ms: fc.nat(100_000),
    reset,
  });
  const tagged = <B extends Record<string, unknown>>(type: string, body: fc.Arbitrary<B>) =>
    body.map((b): [string, Record<string, unknown>] => [type, b]);
  return fc.oneof(
    { weight: 5, arbitrary: tagged("attempt.recorded", attempt) },
    tagged(
      "session.started",
      fc.record({ session_id: session, skill_id: fc.option(skill), content_version: version }),
    ),
    tagged(
      "session.ended",
      fc.record({ session_id: session, reason: fc.constantFrom("completed", "abandoned", "timed_out") }),
    ),
    {
      weight: 3,
      arbitrary: tagged(
        "progress.advanced",
        fc.record({ skill_id: skill, mastery: fc.nat(100), completed, reset }),
      ),
    },
    tagged(
      "progress.reset",
      fc.record({
        skill_id: skill,
        count: fc.integer({ min: 1, max: 2 }),
        base: fc.option(fc.record({ mastery: fc.nat(100), completed })),
      }),
    ),
  );
}

/** An answer as the n-th event of a history that a test always plays, beside those that chance chooses. */
export function fixedAnswer(
  n: number,
  question_id: string | undefined,
  content_version: number,
  answer: { choice: number; correct: boolean } = { choice: 1, correct: true },
): HistoryEvent {
  const { choice, correct } = answer;
  return {
    id: ulid(n),
    type: "attempt.recorded",
    device_id: DEVICES[0] ?? "",
    occurred_at: "2025-11-22T10:00:00Z",
    utc_offset_minutes: 0,
    body: {
      session_id: ulid(900),
      question_id,
      content_version,
      answer: { choice },
      correct,
      duration_ms: 1,
    },
  };
}

/** Within some days, often about midnight somewhere. */
const rightTime = fc.record({
  day: fc.integer({ min: 18, max: 24 }),
  hour: fc.constantFrom(0, 4, 10, 22, 23),
  second: fc.nat(59),
  fraction: fc.constantFrom("", ".5", ".000001", ".999999"),
}).map(({ day, hour, second, fraction }) =>
  `2025-11-${day}T${String(hour).padStart(2, "0")}:30:${String(second).padStart(2, "0")}${fraction}Z`
);

/** Of a clock that was never set, and of one that is far ahead. */
const wrongTime = fc.constantFrom(
  "1970-01-01T00:00:00Z",
  "2024-02-29T23:59:59.999999Z",
  "2999-12-31T23:59:59.999Z",
);

/** As a device knows it: unknown, small, wrong by days or years, and as far as two clocks can be apart. */
const clockOffset = fc.constantFrom(
  null,
  0,
  1234,
  -50_400_000,
  90_000_001,
  -31_536_000_000,
  31_536_000_000,
  32_503_680_000_000,
);

/** Up to 40 events of one learner. What wrong clocks say depends on when it arrives, so they have to be asked for. */
export function historyOf(
  curriculum: Curriculum,
  clocks: "right" | "any" = "right",
): fc.Arbitrary<HistoryEvent[]> {
  const event = fc.record({
    what: bodyOf(curriculum),
    device: fc.constantFrom(...DEVICES),
    occurred_at: clocks === "right" ? rightTime : fc.oneof({ weight: 4, arbitrary: rightTime }, wrongTime),
    offset: fc.constantFrom(-1080, -300, 0, 60, 345, 1080),
    clockOffset: clocks === "right" ? fc.constant(undefined) : clockOffset,
    answeredAt: clocks === "right"
      ? fc.constant(undefined)
      : fc.option(fc.oneof(rightTime, wrongTime), { nil: undefined }),
  });
  return fc.array(event, { minLength: 1, maxLength: 40, size: "max" }).map((events) =>
    events.map(({ what: [type, body], device, occurred_at, offset, clockOffset, answeredAt }, n) => ({
      id: ulid(n),
      type,
      device_id: device,
      occurred_at,
      utc_offset_minutes: offset,
      clock_offset_ms: clockOffset ?? null,
      answered_at: answeredAt ?? null,
      body,
    }))
  );
}

/** Ways to deliver `size` events: every one at least once, in any order, split anywhere, some again. */
export function deliveriesOf(size: number): fc.Arbitrary<Delivery[]> {
  const places = Array.from({ length: size }, (_, i) => i);
  return fc.record({
    order: fc.shuffledSubarray(places, { minLength: size, maxLength: size }),
    again: fc.array(fc.tuple(fc.nat(size), fc.nat(size - 1)), { maxLength: size }),
    cuts: fc.array(fc.nat(size * 2), { maxLength: 6, size: "max" }),
  }).map(({ order, again, cuts }) => {
    const all = [...order];
    for (const [at, place] of again) all.splice(at, 0, place);
    const ends = [...new Set([...cuts.filter((cut) => cut > 0 && cut < all.length), all.length])].sort((
      a,
      b,
    ) => a - b);
    return ends.map((end, i) => all.slice(ends[i - 1] ?? 0, end));
  });
}
