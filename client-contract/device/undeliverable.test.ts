// What an app passes and the server could not store is refused before it is graded or written, or mended where it is only for support.
import assert from "node:assert/strict";
import { z } from "zod";
import { openLab } from "../../scripts/testkit/device/devices.ts";
import { startTestServer } from "../../scripts/testkit/device/server.ts";
import { serverAttempts } from "../../scripts/testkit/device/server_rows.ts";
import { firstQuestions } from "../../scripts/testkit/device/study.ts";
import { rightAnswer } from "../../scripts/testkit/device/answers.ts";
import type { Question } from "./content.ts";
import type { Device } from "./device.ts";
import { DeviceError, type DeviceErrorCode } from "./device_error.ts";
import { supportText } from "./json_line.ts";

const refused = (...codes: DeviceErrorCode[]) => (error: unknown) =>
  error instanceof DeviceError && codes.includes(error.code);

const Everything = z.record(z.string(), z.unknown());
/** All that an answer could change. */
const written = ({ db }: Device) =>
  ["outbox", "session", "attempt", "progress", "telemetry", "dead_letter", "sync_state"].map((table) =>
    db.all(Everything, `select * from ${table}`)
  );

/** Calls that must be refused, and leave nothing behind. */
function refusals(
  device: Device,
  sessionId: string,
  question: Question,
): [name: string, call: () => unknown, ...DeviceErrorCode[]][] {
  const skillId = question.skill_id;
  const shortText: Question = { ...question, type: "short_text", answer: { accepted: ["yes"] } };
  const text = (text: string) => () => device.answer({ sessionId, question: shortText, answer: { text } });
  // A form that takes more fields than it knows, as an app may send them.
  const extra = (extra: unknown) => () => {
    const answer: { text: string; extra: unknown } = { text: "yes", extra };
    return device.answer({ sessionId, question: shortText, answer });
  };
  // An answer stands two levels deep in its event.
  const deep = (levels: number) => extra(JSON.parse("[".repeat(levels - 3) + "]".repeat(levels - 3)));
  const circular: unknown[] = [];
  circular.push(circular);
  return [
    ["NUL", text("a\0b"), "undeliverable"],
    ["half a pair", text("a\ud83d"), "undeliverable"],
    ["the other half", text("\ude00b"), "undeliverable"],
    ["too long", text("x".repeat(17_000)), "event_too_large"],
    ["too long with its event", text("x".repeat(16_300)), "event_too_large"],
    ["too long in UTF-8", text("€".repeat(6000)), "event_too_large"],
    ["one level too deep", deep(501), "undeliverable"],
    ["too deep for SQLite", deep(1001), "undeliverable"],
    ["too deep for a stack", deep(8000), "undeliverable"],
    ["circular", extra(circular), "undeliverable"],
    ["NaN", extra(NaN), "undeliverable"],
    ["infinite", extra([-Infinity]), "undeliverable"],
    ["a great exponent", extra(1e150), "undeliverable"],
    ["a small exponent", extra(1e-150), "undeliverable"],
    ["a bigint", extra(1n), "undeliverable"],
    ["NUL in a key", extra({ "\0": 1 }), "undeliverable"],
    ["a session of half a pair", () => device.endSession("\ud800"), "unknown_session"],
    ["a skill that is no id", () => device.startSession("s\0"), "undeliverable"],
    ["a skill in upper case", () => device.startSession(skillId.toUpperCase() + "X"), "invalid_event"],
    ["mastery beyond 100", () => device.advance({ skillId, mastery: 101 }), "invalid_event"],
    ["mastery with a fraction", () => device.advance({ skillId, mastery: 50.5 }), "invalid_event"],
    ["mastery that is no number", () => device.advance({ skillId, mastery: NaN }), "undeliverable"],
    [
      "completed that are no ids",
      () => device.advance({ skillId, mastery: 1, completed: ["x"] }),
      "invalid_event",
    ],
    ["a base that is no number", () => device.reset(skillId, { mastery: Infinity }), "undeliverable"],
    ["a base beyond 100", () => device.reset(skillId, { mastery: 101 }), "invalid_event"],
    [
      "a question of no version",
      () =>
        device.answer({
          sessionId,
          question: { ...question, content_version: 0 },
          answer: rightAnswer(question),
        }),
      "invalid_event",
    ],
    ["a domain that is no id", () => device.setDomains(["all,of,them"]), "invalid_id"],
    ["a failure's code", () => device.recordFailure({ code: "a\0", fatal: false }), "invalid_code"],
    ["a dead letter beyond 256 KiB", () => device.deadLetter("x".repeat(262_145), "r"), "letter_too_large"],
    [
      "a dead letter that escapes make too long",
      () => device.deadLetter("\n".repeat(200_000), "r"),
      "letter_too_large",
    ],
  ];
}

Deno.test("U1, U10: what can't be delivered is refused before it is graded, and nothing is written", async () => {
  await using server = await startTestServer();
  using lab = openLab();
  const o = { learnerId: crypto.randomUUID(), handle: server.handle };
  using device = lab.open(1, { ...o, platform: "p\0".repeat(50), appVersion: "1.4 \ud800" });
  await device.sync();
  const [question] = firstQuestions(device);
  const sessionId = device.startSession();
  const before = written(device);
  for (const [name, call, ...codes] of refusals(device, sessionId, question)) {
    assert.throws(call, refused(...codes), name);
    assert.deepEqual(written(device), before, name);
  }

  // What can be delivered is, up to the last byte; every text reaches the server as the device graded it.
  const shortText: Question = { ...question, type: "short_text", answer: { accepted: ["😀 \u2028 yes"] } };
  const longest = { text: "" };
  const spare = 16_384 -
    new TextEncoder().encode(
      lineOf(device, () => device.answer({ sessionId, question, answer: rightAnswer(question) })),
    ).byteLength;
  longest.text = "x".repeat(spare - 100);
  const deepest = { text: "", extra: JSON.parse("[".repeat(497) + "]".repeat(497)) };
  const ids = [
    device.answer({ sessionId, question: shortText, answer: { text: "😀 \u2028 YES" } }).eventId,
    device.answer({ sessionId, question: shortText, answer: longest }).eventId,
    device.answer({ sessionId, question: shortText, answer: { text: "[{".repeat(4000) } }).eventId,
    device.answer({ sessionId, question: shortText, answer: deepest }).eventId,
  ];
  for (const letter of ["nul \0", "\ud800", "two\nlines", "x".repeat(262_144)]) {
    device.deadLetter(letter, `why \0 ${"long ".repeat(90)}`);
  }
  const report = await device.sync();
  assert.deepEqual([report.quarantined, report.retried, report.handedIn], [0, 0, 4]);
  const stored = await serverAttempts(server.sql, o.learnerId);
  assert.ok(ids.every((id) => stored.includes(id)));
  const [row] = await server
    .sql`select platform, app_version from learner.device where user_id = ${o.learnerId}`;
  assert.deepEqual({ ...row }, { platform: "p\ufffd".repeat(30), app_version: "1.4 \ufffd" });
});

/** The line of the event that a call makes. */
function lineOf({ db }: Device, call: () => { eventId: string }): string {
  const { eventId } = call();
  return db.get(z.object({ line: z.string() }), "select line from outbox where event_id = ?", eventId)
    ?.line ?? "";
}

Deno.test("U10: a text for support is cut at a whole character", () => {
  assert.equal(supportText("😀".repeat(70), 60), "😀".repeat(60));
  assert.equal(supportText("a\ud83d\0", 60), "a\ufffd\ufffd");
  assert.equal(supportText("", 60), "");
});

Deno.test("U10: a clock that says nothing sensible still makes valid events", () => {
  using lab = openLab();
  for (const value of [NaN, Infinity, -Infinity, 44.5, -100_000]) {
    const clock = { ...lab.clock, now: () => value, utcOffsetMinutes: () => value };
    using device = lab.open(1, { learnerId: "1a000000-0000-4000-8000-000000000001", clock });
    device.recordFailure({ code: "clock.odd", fatal: false });
  }
});
