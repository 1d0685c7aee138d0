// Lines of batches for property tests: right ones, and right ones with one to three things wrong.
import fc from "fast-check";
import { MAX_CLOCK_OFFSET_MS } from "../../../client-contract/contract/limits.ts";
import { TRACKING_PLAN } from "../../../client-contract/contract/tracking.ts";
import { anyText, change, numberText, raw, type RawJson, write } from "./raw_json.ts";

const CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const ulid = fc.tuple(
  fc.integer({ min: 0, max: 7 }),
  fc.array(fc.constantFrom(...CROCKFORD), { minLength: 25, maxLength: 25 }),
).map(([first, rest]) => first + rest.join(""));
const uuid = fc.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/);
const digit = (from: number, to: number) =>
  fc.integer({ min: from, max: to }).map((n) => String(n).padStart(2, "0"));

/** Times of the rule's form; some days are not in the calendar. */
const instant = fc.tuple(
  fc.integer({ min: 1970, max: 2999 }),
  digit(1, 12),
  fc.oneof(digit(1, 28), digit(28, 31)),
  fc.stringMatching(/^([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,6})?Z$/),
).map(([year, month, day, time]) => `${year}-${month}-${day}T${time}`);

const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { freq: 2 });
const mostly = <T>(value: T, rarely: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 30, arbitrary: fc.constant(value) }, { weight: 1, arbitrary: rarely });
const resetCount = fc.integer({ min: 1, max: 2147483647 });
const reset = maybe(fc.record({ count: resetCount, event: ulid }));
const completed = maybe(fc.array(uuid, { maxLength: 5 }));
const contentVersion = fc.integer({ min: 1, max: 2147483647 });
const mastery = fc.integer({ min: 0, max: 100 });
const code = fc.stringMatching(/^[a-z][a-z0-9_.]{0,63}$/);
const plainValues: Record<string, fc.Arbitrary<unknown>> = {
  code,
  whole: fc.boolean(),
  completed: fc.boolean(),
};

/** A type's body and the paths in it; one that stands there twice is changed as often again. */
const types: Record<string, { body: fc.Arbitrary<unknown>; paths: string[] }> = {
  "session.started": {
    body: fc.record({ session_id: ulid, skill_id: maybe(uuid), content_version: contentVersion }),
    paths: ["session_id", "skill_id", "content_version"],
  },
  "session.ended": {
    body: fc.record({ session_id: ulid, reason: fc.constantFrom("completed", "abandoned", "timed_out") }),
    paths: ["session_id", "reason"],
  },
  "attempt.recorded": {
    body: fc.record({
      session_id: ulid,
      question_id: uuid,
      content_version: contentVersion,
      answer: fc.record({ choice: fc.nat(9) }),
      correct: fc.boolean(),
      duration_ms: fc.integer({ min: 0, max: 86_400_000 }),
      reset,
    }),
    paths: [
      ...[
        "session_id",
        "question_id",
        "content_version",
        "answer",
        "answer.choice",
        "correct",
        "duration_ms",
      ],
      ...["reset", "reset", "reset.count", "reset.event"],
    ],
  },
  "progress.advanced": {
    body: fc.record({ skill_id: uuid, mastery, completed, reset }),
    paths: ["skill_id", "mastery", "completed", "reset", "reset", "reset.count", "reset.event"],
  },
  "progress.reset": {
    body: fc.record({
      skill_id: uuid,
      count: resetCount,
      base: maybe(fc.record({ mastery, completed })),
    }),
    paths: ["skill_id", "count", "base", "base.mastery", "base.completed"],
  },
  "outbox.attempted": {
    body: fc.record({
      events: fc.integer({ min: 0, max: 500 }),
      attempts: fc.integer({ min: 1, max: 1_000_000 }),
      answered: fc.boolean(),
      code: maybe(code),
      duration_ms: fc.nat(86_400_000),
    }),
    paths: ["events", "attempts", "answered", "code", "duration_ms"],
  },
  "outbox.dead_lettered": {
    body: fc.record({ event_id: ulid, code, attempts: fc.nat(1_000_000) }),
    paths: ["event_id", "code", "attempts"],
  },
  "app.failed": {
    body: fc.record({ code, place: maybe(code), fatal: fc.boolean() }),
    paths: ["code", "place", "fatal"],
  },
  // The others of the tracking plan are numbers alone.
  ...Object.fromEntries(
    TRACKING_PLAN.map(({ shape }) => [shape.type.value, Object.keys(shape.body.shape)] as const)
      .filter(([type]) => !["outbox.attempted", "outbox.dead_lettered", "app.failed"].includes(type))
      .map(([type, paths]) => [type, {
        body: fc.record(
          Object.fromEntries(
            paths.map((path) => [path, plainValues[path] ?? fc.integer({ min: 1, max: 500 })]),
          ),
        ),
        paths,
      }]),
  ),
};
const TYPES = Object.keys(types);

const event = (type: string, body: fc.Arbitrary<unknown>, learner: string) =>
  fc.record({
    id: ulid,
    type: mostly(type, fc.constantFrom("batch", "event", "session.paused")),
    version: mostly(1, fc.constantFrom(2, 32767)),
    learner_id: mostly(learner, uuid),
    device_id: uuid,
    occurred_at: instant,
    utc_offset_minutes: fc.integer({ min: -1080, max: 1080 }),
    clock_offset_ms: maybe(fc.integer({ min: -MAX_CLOCK_OFFSET_MS, max: MAX_CLOCK_OFFSET_MS })),
    answered_at: maybe(instant),
    body,
  });

const header = fc.record({
  batch_id: ulid,
  device_id: uuid,
  sent_at: instant,
  platform: maybe(fc.constantFrom("android", "ios", "web")),
  app_version: maybe(fc.constant("1.4.0")),
  contract_version: fc.constant(1),
  content_version: maybe(fc.nat()),
  pull: maybe(
    fc.record({ cursor: maybe(fc.constant("0a93ab2dc16574ce.41")), limit: maybe(fc.constant(500)) }),
  ),
  dead_letters: maybe(
    fc.array(maybe(fc.constantFrom("a", "é".repeat(200), "😀".repeat(201), "")), { maxLength: 3 }),
  ),
});

const ENVELOPE_PATHS = [
  ...["id", "type", "version", "learner_id", "device_id", "occurred_at", "utc_offset_minutes", "body"],
  ...[
    "clock_offset_ms",
    "clock_offset_ms",
    "answered_at",
    "later",
    "__proto__",
    "body.later",
    "body.__proto__",
    "body.constructor",
  ],
];
const HEADER_PATHS = [
  ...["batch_id", "device_id", "sent_at", "platform", "app_version", "contract_version", "content_version"],
  ...["pull", "pull.cursor", "pull.limit", "dead_letters", "later", "__proto__"],
];

/** Values that are almost right for some field. */
const nearlyRight: fc.Arbitrary<string> = fc.oneof(
  fc.oneof(ulid, uuid, instant, fc.constantFrom(...TYPES, "batch", "event", "completed")).chain(
    (good) =>
      fc.constantFrom(good, good.toLowerCase(), good.toUpperCase(), `${good}\n`, ` ${good}`, good.slice(1), [
        good,
      ], {
        [good]: good,
      }),
  ).map((value) => JSON.stringify(value)),
  fc.tuple(uuid, fc.constantFrom(0, 1, 300, 1000, 1001)).map(([id, count]) =>
    JSON.stringify(Array.from({ length: count }, () => id))
  ),
  fc.tuple(uuid, anyText).map(([id, odd]) => `["${id}",${odd}]`),
  fc.constantFrom(500, 501).map((count) => JSON.stringify(Array(count).fill(null))),
  fc.tuple(fc.constantFrom("a", "é", "😀", "\n", "\r"), fc.constantFrom(59, 60, 61, 64, 65, 99, 100, 101))
    .map(([unit, count]) => JSON.stringify(unit.repeat(count))),
  fc.constantFrom(
    ...["2026-02-29", "2024-02-29", "2100-02-29", "2400-02-29", "2026-04-31", "1969-12-31", "3000-01-01"].map(
      (day) => `"${day}T10:00:00Z"`,
    ),
    ...["24:00:00Z", "23:59:60Z", "10:00:00+00:00", "10:00:00z", "10:00Z", "10:00:00.1234567Z", "10:00:00.Z"]
      .map(
        (time) => `"2026-11-22T${time}"`,
      ),
  ),
);

const wrong = fc.oneof({ weight: 1, arbitrary: anyText }, { weight: 2, arbitrary: numberText }, {
  weight: 2,
  arbitrary: nearlyRight,
}).map((text): RawJson => ({ text }));

const fieldChange = (paths: string[]) =>
  fc.tuple(
    fc.constantFrom(...paths).map((path) => path.split(".")),
    fc.oneof(
      { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom("set" as const), value: wrong }) },
      {
        weight: 1,
        arbitrary: fc.record({ kind: fc.constantFrom("before" as const, "after" as const), value: wrong }),
      },
      { weight: 1, arbitrary: fc.constant({ kind: "remove" as const }) },
    ),
  );

/** Damage to the line as text. */
const textChange: fc.Arbitrary<(line: string) => string> = fc.oneof(
  { weight: 40, arbitrary: fc.constant((line: string) => line) },
  {
    weight: 1,
    arbitrary: fc.constantFrom("\ufeff", " ", "\t", "\r", "\u00a0", "\u000b", ",", "x").map(
      (odd) => (line: string) => odd + line,
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(" ", "\r", "\u00a0", "}", ",", "x").map((odd) => (line: string) => line + odd),
  },
  {
    weight: 1,
    arbitrary: fc.double({ min: 0, max: 1, noNaN: true }).map((share) => (line: string) =>
      line.slice(0, Math.ceil(line.length * share))
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.string({ unit: "binary", maxLength: 3 }),
    ).map((
      [share, odd],
    ) =>
    (line: string) => {
      const at = Math.floor(line.length * share);
      return line.slice(0, at) + odd + line.slice(at);
    }),
  },
  { weight: 1, arbitrary: fc.constant((line: string) => `[${line}]`) },
  { weight: 1, arbitrary: fc.constant((line: string) => line.replace("{", "{ ").replaceAll(",", " ,\t")) },
);

/** Pads a line with an unknown field to exactly this many bytes, by characters of one to four bytes. */
function padTo(line: string, bytes: number, unit: string): string {
  const empty = line.replace("{", '{"pad":"",');
  const size = (text: string) => new TextEncoder().encode(text).length;
  const room = bytes - size(empty);
  const units = Math.floor(room / size(unit));
  if (units < 0 || !line.startsWith("{")) return line;
  return empty.replace('"pad":""', `"pad":"${unit.repeat(units)}${"x".repeat(room - units * size(unit))}"`);
}

const size = fc.oneof(
  { weight: 30, arbitrary: fc.constant(null) },
  {
    weight: 1,
    arbitrary: fc.tuple(
      fc.constantFrom(16383, 16384, 16385, 17408),
      fc.constantFrom("a", "é", "\ufffd", "😀"),
    ),
  },
);

const nested = fc.tuple(fc.constantFrom("[", '{"":'), fc.integer({ min: 1, max: 24_000 }), fc.boolean()).map((
  [open, depth, closed],
) => open.repeat(depth) + "1" + (closed ? (open === "[" ? "]" : "}").repeat(depth) : ""));

const damaged = (valid: fc.Arbitrary<unknown>, paths: string[]) =>
  fc.tuple(valid, fc.array(fieldChange(paths), { maxLength: 3 }), textChange, size).map(
    ([value, changes, damage, sized]) => {
      const json = changes.reduce((json, [path, how]) => change(json, path, how), raw(value));
      const line = damage(write(json));
      return sized === null ? line : padTo(line, ...sized);
    },
  );

/** A line break ends a line and NUL can't be in a text parameter; a line of white space alone is skipped. */
const asLine = (lines: fc.Arbitrary<string>) =>
  lines.map((line) => line.replace(/[\n\0]/g, " ")).filter((line) => !/^[ \t\r]*$/.test(line));

/** Lines of one type: its own fields twice as often as those of other types, which are unknown to it. */
const typedLine = (type: string, learner: string) => {
  const own = types[type] ?? { body: fc.constant({}), paths: [] };
  const paths = [...Object.values(types), own, own].flatMap((of) => of.paths.map((path) => `body.${path}`));
  return damaged(event(type, own.body, learner), [...ENVELOPE_PATHS, ...paths]);
};

/** Lines of events that this learner's token sends: right, nearly right, and rubbish. */
export const eventLine = (learner: string): fc.Arbitrary<string> =>
  asLine(fc.oneof(
    ...TYPES.map((type) => ({ weight: 10, arbitrary: typedLine(type, learner) })),
    { weight: 1, arbitrary: anyText },
    { weight: 1, arbitrary: nested },
    { weight: 1, arbitrary: fc.string({ unit: "binary" }) },
  ));

/** First lines of batches, likewise. */
export const headerLine: fc.Arbitrary<string> = asLine(damaged(header, HEADER_PATHS));
