import assert from "node:assert/strict";
import { checkEventLine, checkHeaderLine } from "./verdict.ts";

const LEARNER = "1a8b5a0e-6f0e-4d5e-9c0f-3c1d2e4f5a6b";
const DEVICE = "7b0c1d2e-3f40-4152-8637-48596a7b8c9d";
const ID = "01KANZ00000000000000000000";

const event = {
  id: ID,
  type: "progress.advanced",
  version: 1,
  learner_id: LEARNER,
  device_id: DEVICE,
  occurred_at: "2026-11-22T09:59:58.120Z",
  utc_offset_minutes: 60,
  body: { skill_id: DEVICE, mastery: 40, completed: [DEVICE], reset: { count: 1, event: ID } },
};
const header = { batch_id: ID, device_id: DEVICE, sent_at: "2026-11-22T10:00:05Z", contract_version: 1 };

/** The verdict on the event with some fields changed, as `code` or `code:field`. */
function verdict(changes: object, body: object = {}): string {
  const line = JSON.stringify({ ...event, body: { ...event.body, ...body }, ...changes });
  const { ok, ...rest } = checkEventLine(line, LEARNER);
  return ok || !("code" in rest) ? "ok" : [rest.code, ...(rest.field === null ? [] : [rest.field])].join(":");
}

Deno.test("an event of the contract is valid, whatever extra fields it has", () => {
  assert.equal(verdict({}), "ok");
  assert.equal(verdict({ later: { x: [1] } }, { later: null, reset: null, completed: null }), "ok");
  const checked = checkEventLine(JSON.stringify({ ...event, later: 1 }), LEARNER);
  assert.deepEqual(checked.ok && { ...checked.event }, { ...event, later: 1 });
});

Deno.test("codes are checked in the order of SQL: size, JSON, envelope, learner, type, version, body", () => {
  assert.equal(verdict({ pad: "é".repeat(8192), id: 1 }), "too_large");
  assert.equal(verdict({ pad: "\0", id: 1 }), "invalid_json");
  assert.equal(verdict({ id: 1, learner_id: DEVICE }), "invalid_event:id");
  assert.equal(verdict({ learner_id: DEVICE, type: "x" }), "wrong_learner");
  assert.equal(verdict({ type: "session.paused", version: 2 }), "unknown_type");
  assert.equal(verdict({ type: "batch" }), "unknown_type");
  assert.equal(verdict({ version: 2 }, { mastery: "x" }), "unknown_version");
  assert.equal(verdict({}, { mastery: 100.5 }), "invalid_event:body.mastery");
});

Deno.test("I7: the field is the first broken one, a day outside of the calendar included", () => {
  assert.equal(verdict({ occurred_at: "2026-02-30T10:00:00Z" }), "invalid_event:occurred_at");
  assert.equal(verdict({ occurred_at: "2026-02-30T10:00:00Z", body: [] }), "invalid_event:occurred_at");
  assert.equal(verdict({ occurred_at: "2026-02-30 10:00", body: [] }), "invalid_event:occurred_at");
  assert.equal(
    verdict({}, { reset: { count: 0, event: "x" }, completed: [[DEVICE]] }),
    "invalid_event:body.completed",
  );
  assert.deepEqual(checkEventLine(`[${JSON.stringify(event)}]`, LEARNER), {
    ok: false,
    code: "invalid_event",
    field: "",
  });
});

Deno.test("the length of a text is counted in code points", () => {
  assert.equal(verdict({ type: "😀".repeat(64) }), "unknown_type");
  assert.equal(verdict({ type: "😀".repeat(65) }), "invalid_event:type");
});

Deno.test("a line of a batch contains no line break", () => {
  assert.equal(checkEventLine(JSON.stringify(event, null, 1), LEARNER).ok, false);
  assert.equal(checkEventLine(`\t${JSON.stringify(event)}\r`, LEARNER).ok, true);
});

Deno.test("the first broken field of a header is named", () => {
  const field = (changes: object) => {
    const checked = checkHeaderLine(JSON.stringify({ ...header, ...changes }));
    return checked.ok ? null : checked.field;
  };
  assert.equal(field({}), null);
  assert.equal(field({ platform: null, content_version: 0, pull: { cursor: null, limit: 500 } }), null);
  assert.equal(field({ device_id: null, pull: 1 }), "device_id");
  assert.equal(field({ sent_at: "2026-04-31T00:00:00Z", pull: { limit: 0 } }), "sent_at");
  assert.equal(field({ sent_at: "2026-04-31T00:00:00Z" }), "sent_at");
  assert.deepEqual(checkHeaderLine("{"), { ok: false, code: "malformed_batch", field: "" });
});
