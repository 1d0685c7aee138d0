// The pure parts of support's section: reasons, texts of events, times of fields.
import assert from "node:assert/strict";
import { editable, readObject } from "./event_text.ts";
import { localTime, utcTime } from "./local_time.ts";
import { keepReason, newestReason, reasonFor } from "./reasons.ts";

Deno.test("O2: a reason belongs to one caller and one learner; the newest one is proposed for the next", () => {
  keepReason("agent", "learner 1", "ticket 1");
  assert.equal(reasonFor("agent", "learner 1"), "ticket 1");
  assert.equal(reasonFor("agent", "learner 2"), undefined);
  assert.equal(reasonFor("another agent", "learner 1"), undefined);
  assert.equal(newestReason("agent"), "ticket 1");
  assert.equal(newestReason("another agent"), "");
});

Deno.test("U3: an event is edited in its newest text, and only a JSON object is sent", () => {
  assert.equal(editable({ body: '{"a":1}', mended_body: null }), '{\n  "a": 1\n}');
  assert.equal(editable({ body: '{"a":1}', mended_body: '{"a":2}' }), '{\n  "a": 2\n}');
  assert.equal(editable({ body: "{]", mended_body: null }), "{]");
  assert.deepEqual(readObject('{"a":1}'), { a: 1 });
  for (const text of ["", "{]", "[]", "null", "1", '"a"']) assert.equal(readObject(text), null);
});

Deno.test("O2: the time of a field is local, and what is sent is UTC", () => {
  const utc = new Date(2026, 10, 30, 8, 5).toISOString();
  assert.equal(utcTime("2026-11-30T08:05"), utc);
  assert.equal(localTime(utc), "2026-11-30T08:05");
  assert.deepEqual([utcTime(""), utcTime("soon"), localTime(undefined), localTime("soon")], [
    undefined,
    undefined,
    "",
    "",
  ]);
});
