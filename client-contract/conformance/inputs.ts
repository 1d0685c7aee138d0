// Inputs of the subjects: chosen ones, and random ones. The vectors hold the chosen and some random ones; the differential test draws more.
import { BAD_CELLS } from "./bad_cells.ts";
import fc from "fast-check";
import { errorCodes } from "../contract/errors.ts";
import { AttemptRecorded, ProgressAdvanced, ProgressReset } from "../contract/event.ts";
import { MAX_CLOCK_OFFSET_MS } from "../contract/limits.ts";
import { Manifest } from "../contract/manifest.ts";
import { messages } from "../contract/messages.ts";
import { FOLDS, INVISIBLE } from "../contract/normalise.ts";
import { eventLine, headerLine } from "../../scripts/testkit/contract/lines.ts";
import { anyText, numberText } from "../../scripts/testkit/contract/raw_json.ts";
import { answerTo, question } from "./questions.ts";
import { valueOf } from "./arbitrary.ts";
import { contentLines, questionInDomain } from "./tree_inputs.ts";

/** Inputs of one subject. */
export interface Inputs {
  chosen: readonly unknown[];
  random: fc.Arbitrary<unknown>;
  /** How many random ones the vectors hold. */
  kept: number;
}

const CELL = "https://home.example";
const OTHER_CELL = "https://other.example";
const LEARNER = "1a8b5a0e-6f0e-4d5e-9c0f-3c1d2e4f5a6b";
const unit = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const draws = fc.array(unit, { minLength: 16, maxLength: 16 });
const CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/** Times of a few milliseconds, so that ids meet. */
const moment = fc.oneof(
  fc.integer({ min: 0, max: 3 }),
  fc.integer({ min: 1764489600000, max: 1764489600003 }),
);
const ulid = fc.tuple(
  fc.constantFrom("0000000001", "0000000002", "01KB8Q9T00", "7ZZZZZZZZZ"),
  fc.oneof(fc.constantFrom("ZZZ", "ZZY", "0ZZ"), fc.stringMatching(/^[0-9A-HJKMNP-TV-Z]{3}$/)),
  fc.array(fc.constantFrom(...CROCKFORD), { minLength: 13, maxLength: 13 }),
).map(([time, counter, rest]) => time + counter + rest.join(""))
  // There is no id after the greatest time.
  .filter((id) => !id.startsWith("7ZZZZZZZZZZZZ"));

/** Two ids of questions and of resets, so that values meet. */
const questionId = fc.constantFrom(...[1, 2, 3, 4].map((n) => `00000000-0000-4000-8000-00000000000${n}`));
const pair = fc.oneof(
  fc.constant({ reset_count: 0, reset_event: null }),
  fc.record({ reset_count: fc.integer({ min: 1, max: 3 }), reset_event: fc.option(ulid) }),
);
const completed = fc.uniqueArray(questionId).map((ids) => ids.sort());
const progress = fc.tuple(
  pair,
  fc.record({
    mastery: fc.integer({ min: 0, max: 100 }),
    completed,
    attempts: fc.nat(5),
    correct: fc.nat(5),
    practiced_at: fc.option(fc.constantFrom("2026-11-30T08:00:00.000Z", "2027-01-01T00:00:00.000Z")),
  }),
).map(([reset, rest]) => ({ ...reset, ...rest }));
const few = (event: fc.Arbitrary<unknown>) =>
  fc.tuple(event, pair, fc.uniqueArray(questionId)).map(([event, { reset_count, reset_event }, ids]) => {
    // Events of the contract, of few resets and questions.
    const { body, ...rest } = event as { body: Record<string, unknown> };
    const reset = reset_count === 0
      ? undefined
      : { count: reset_count, event: reset_event ?? "01KB8Q9T000000000000000000" };
    const own = "count" in body
      ? { count: Math.max(1, reset_count), base: body.base && { mastery: 30, completed: ids } }
      : { reset, ...("completed" in body ? { completed: ids } : {}) };
    return { ...rest, body: { ...body, ...own } };
  });
const progressEvent = fc.oneof(
  ...[AttemptRecorded, ProgressAdvanced, ProgressReset].map((type) => few(valueOf(type))),
);

const DAY_MS = 86_400_000;
const around = (time: number) => fc.integer({ min: -3 * DAY_MS, max: 3 * DAY_MS }).map((off) => time + off);
const NOON = Date.UTC(2026, 10, 30, 12);
const day = fc.integer({ min: 0, max: 40 }).map((n) =>
  new Date(NOON + n * DAY_MS).toISOString().slice(0, 10)
);
const days = fc.tuple(day, fc.nat(4)).map(([from, length]) => ({
  from,
  to: new Date(Date.parse(from) + length * DAY_MS).toISOString().slice(0, 10),
}));

/** What people type and paste, and characters of all kinds. */
const piece = fc.oneof(
  fc.constantFrom(...FOLDS.keys()),
  fc.constantFrom("\u{1f3f4}", "\u{e0067}", "\u{e007f}"),
  fc.constantFrom(...INVISIBLE.map(([from]) => String.fromCodePoint(from))),
  fc.constantFrom(
    ..." \t\n\u00a0\u3000\ufeff.-'\"aAeE\u0301\u0308\u0315\u0327\u3099\u1100\u1161\u11a8\u03a3\u0130\u{105d2}",
  ),
  fc.string({ unit: "grapheme", minLength: 1, maxLength: 2 }),
  fc.string({ unit: "binary", minLength: 1, maxLength: 2 }),
  fc.string({ unit: "grapheme", minLength: 1, maxLength: 1 }).map((text) => text.normalize("NFD")),
);
const text = fc.array(piece, { maxLength: 8 }).map((parts) => parts.join(""));
const rule = fc.constantFrom(1, 2);

const NAMES = Object.keys(messages).filter((name) => !/^event\./.test(name));
const message = fc.oneof(
  ...NAMES.map((name) => valueOf(messages[name] ?? messages.event!).map((json) => ({ name, json }))),
);

/** Inputs of all subjects. */
export const INPUTS: Readonly<Record<string, Inputs>> = {
  "ulid.fresh": {
    chosen: [{ now: 0, random: [0] }, { now: 1764489600000, random: [0.999] }],
    random: fc.record({ now: fc.integer({ min: 0, max: 2 ** 47 }), random: draws }),
    kept: 10,
  },
  "ulid.next": {
    chosen: [
      { last: null, now: 1764489600000, random: [0.5] },
      { last: "01KB8Q9T00ZZZ0000000000000", now: 1, random: [0.25] },
    ],
    random: fc.record({ last: fc.option(ulid), now: moment, random: draws }),
    kept: 30,
  },
  "hash.sha256": {
    chosen: ["", "abc", "é", "😀", "a".repeat(55), "a".repeat(56), "a".repeat(64), "\ud800"].map((text) => ({
      text,
    })),
    random: fc.record({ text: fc.string({ unit: "binary", maxLength: 200 }) }),
    kept: 10,
  },
  "hash.tree": {
    chosen: [{ lines: [] }, { lines: questionInDomain }],
    random: contentLines.map((lines) => ({ lines })),
    kept: 8,
  },
  "hash.published": {
    chosen: [],
    random: fc.record({ manifest: valueOf(Manifest), root: fc.constant("0".repeat(64)) }),
    kept: 3,
  },
  "hash.version": {
    chosen: [{ line: '{"kind":"same","version":1,"x":"\\"version\\":1"}', version: 12 }],
    random: fc.record({
      line: fc.constantFrom('{"kind":"skill","version":17,"id":"x"}', "{}"),
      version: fc.nat(),
    }),
    kept: 3,
  },
  "progress.merge": {
    chosen: [],
    random: fc.record({ progress, events: fc.array(progressEvent, { maxLength: 5 }) }),
    kept: 30,
  },
  "progress.resets": { chosen: [], random: fc.record({ a: pair, b: pair }), kept: 20 },
  "progress.completed": {
    chosen: [],
    random: fc.record({
      skill: questionId,
      questions: fc.uniqueArray(questionId),
      progress: fc.uniqueArray(
        fc.record({ skill_id: questionId, reset_count: fc.nat(1), completed }),
        { selector: ({ skill_id }) => skill_id },
      ),
    }),
    kept: 20,
  },
  "practice.day": {
    chosen: [],
    random: fc.record({
      occurred_at: around(NOON),
      utc_offset_minutes: fc.integer({ min: -1080, max: 1080 }),
      clock_offset_ms: fc.option(
        fc.oneof(around(0), fc.constantFrom(-MAX_CLOCK_OFFSET_MS, MAX_CLOCK_OFFSET_MS)),
      ),
      answered_at: fc.option(around(NOON)),
      received_at: around(NOON),
      clock_skew_ms: fc.option(fc.oneof(around(0), fc.integer({ min: -1e12, max: 1e12 }))),
    }),
    kept: 40,
  },
  "practice.streak": {
    chosen: [{ days: [], today: "2026-11-30" }],
    random: fc.record({ days: fc.array(days, { maxLength: 8 }), today: day }),
    kept: 20,
  },
  "text.normal": {
    chosen: [
      "don\u2019t",
      "1914\u20131918",
      "wait\u2026",
      "\uff28\uff12\uff2f",
      "\uff76\uff9e",
      "o\ufb03ce",
      "\u039f\u0394\u039f\u03a3",
      "co\u00adop",
      "  a\u00a0\u2009b ",
      "\u0130",
      "x\u00b2",
      "e\u0301\u0323",
      "\u1100\u1161\u11a8",
      "\u{1f3f4}\u{e0067}\u{e007f}\u{e0067}",
    ].flatMap((text) => [{ text, rule: 1 }, { text, rule: 2 }]),
    random: fc.record({ text, rule }),
    kept: 60,
  },
  "text.shown": { chosen: [{ text: " e\u0301  x " }], random: fc.record({ text }), kept: 10 },
  "answer.grade": {
    chosen: [],
    random: question.chain((question) =>
      fc.record({ question: fc.constant(question), answer: answerTo(question, text) })
    ),
    kept: 60,
  },
  "json.parse": {
    chosen: [
      "5.0000000000000000000001",
      "1e99",
      "1e100",
      '"\\u0000"',
      '"\\ud83d"',
      '{"a":1,"a":2}',
      "[".repeat(501),
    ]
      .map((text) => ({ text })),
    random: fc.record({ text: fc.oneof(anyText, numberText) }),
    kept: 40,
  },
  "event.check": {
    chosen: [],
    random: fc.record({ line: eventLine(LEARNER), learner: fc.constant(LEARNER) }),
    kept: 80,
  },
  "header.check": { chosen: [], random: fc.record({ line: headerLine }), kept: 40 },
  "retry.backoff": {
    chosen: [{ failures: 1, base_ms: 1000, cap_ms: 30000, random: 0, retry_after_s: 0 }],
    random: fc.record({
      failures: fc.integer({ min: 1, max: 60 }),
      base_ms: fc.integer({ min: 100, max: 5000 }),
      cap_ms: fc.integer({ min: 1000, max: 60000 }),
      random: unit,
      retry_after_s: fc.constantFrom(0, 0, 1, 3600),
    }),
    kept: 20,
  },
  "cell.next": {
    chosen: [
      { home: CELL, trusted: [], asked: CELL, target: OTHER_CELL },
      { home: CELL, trusted: [], asked: `${CELL}/`, target: `${OTHER_CELL}/` },
      { home: CELL, trusted: [], asked: CELL, target: CELL },
      { home: CELL, trusted: [], asked: CELL, target: null },
      { home: CELL, trusted: [], asked: OTHER_CELL, target: CELL },
      { home: CELL, trusted: [], asked: OTHER_CELL, target: "https://evil.example" },
      { home: "http://home.example", trusted: [], asked: "http://home.example", target: OTHER_CELL },
    ],
    random: fc.record({
      home: fc.constantFrom(CELL, `${CELL}/`, "http://127.0.0.1:54321", "http://home.example"),
      trusted: fc.constantFrom([], ["https://trusted.example"]),
      asked: fc.constantFrom(CELL, OTHER_CELL, "http://127.0.0.1:54321", "http://home.example"),
      target: fc.constantFrom(
        null,
        CELL,
        OTHER_CELL,
        "https://trusted.example/",
        "HTTPS://OTHER.example:443",
        "http://127.0.0.1:54421",
        "http://[::1]:54421",
        "http://localhost.example",
        ...BAD_CELLS,
      ),
    }),
    kept: 30,
  },
  "outbox.step": {
    chosen: [{ result: null, refusals: 0 }],
    random: fc.record({
      result: fc.option(
        fc.record({
          status: fc.constantFrom("applied", "duplicate", "quarantined", "retry", "retry", "retry"),
          code: fc.constantFrom(
            "wrong_learner",
            "quarantine_full",
            "daily_limit",
            "of_a_newer_server",
            "internal",
          ),
          retry_after_s: fc.constantFrom(1, 3600, 604_800, 604_801, 2147483647),
        }, { requiredKeys: ["status"] }),
        { freq: 20 },
      ),
      refusals: fc.constantFrom(0, 1, 48, 49, 50),
    }),
    kept: 60,
  },
  "error.facts": {
    chosen: [...errorCodes, "of_a_newer_server"].map((code) => ({ code })),
    random: fc.record({ code: fc.constantFrom(...errorCodes, "toString", "") }),
    kept: 0,
  },
  "message": {
    chosen: [],
    random: message,
    kept: 92,
  },
};
