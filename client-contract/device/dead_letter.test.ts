// Dead letters against the real functions and database: what a device gives up, the server holds.
import assert from "node:assert/strict";
import { z } from "zod";
import { openLab } from "../../scripts/testkit/device/devices.ts";
import { type Handle, rotateHistory, startTestServer } from "../../scripts/testkit/device/server.ts";
import { serverAttempts, serverProgress } from "../../scripts/testkit/device/server_rows.ts";
import { firstQuestions, studyOnce } from "../../scripts/testkit/device/study.ts";

const Letter = z.object({
  letter: z.string(),
  code: z.string().nullable(),
  handed_in_at: z.string().nullable(),
});
const EventId = z.object({ event_id: z.string() });

Deno.test("U3: dead letters are sent once, and those that are valid count", async () => {
  await using server = await startTestServer();
  using lab = openLab();
  const { sql } = server;
  const learnerId = crypto.randomUUID();
  using device = lab.open(1, { learnerId, handle: server.handle });
  await device.sync();
  const ids = studyOnce(device, firstQuestions(device));
  const seen = device.progress();
  const events = device.db.all(EventId, "select event_id from outbox order by event_id");
  for (const { event_id } of events) device.giveUp(event_id, "the app lost patience");
  device.giveUp(events[0]?.event_id ?? "", "twice");
  const odd = ['{"id": ', "two\nlines", " ", "\ud800", "nul \u0000", "😀".repeat(40_000)];
  for (const letter of odd) device.deadLetter(letter, "could not be serialised");
  assert.throws(() => device.deadLetter("x", ""), /dead_letter_reason_fits/);
  assert.throws(() => device.deadLetter("x".repeat(300_000), "r"), /dead_letter_letter_fits/);
  assert.equal(device.status().outbox.dead, events.length + odd.length);
  assert.deepEqual(device.progress(), seen, "what the learner did still counts on the device");

  const report = await device.sync();
  assert.equal(report.handedIn, events.length + odd.length);
  assert.equal(report.delivered, 0);
  assert.deepEqual(await serverAttempts(sql, learnerId), ids);
  const kept = await sql`select distinct origin, reason from ops.quarantine where user_id = ${learnerId}`;
  assert.deepEqual(kept.map((row) => ({ ...row })), [{
    origin: "dead_letter",
    reason: "could not be serialised",
  }]);
  const [{ rows } = { rows: 0 }] =
    await sql`select count(*)::int as rows from ops.quarantine where user_id = ${learnerId}`;
  assert.equal(rows, odd.length);
  assert.equal(device.status().outbox.dead, 0);
  await device.sync();
  assert.deepEqual(await serverProgress(sql, learnerId), device.progress());
  assert.equal((await device.sync()).handedIn, 0, "once");
  const codes = new Set(
    device.db.all(Letter, "select letter, code, handed_in_at from dead_letter where event_id is null").map((
      { code },
    ) => code),
  );
  assert.deepEqual(codes, new Set(["invalid_json", "invalid_event", "too_large"]));

  // A restore that has lost them gets them again.
  await sql`delete from ops.quarantine where user_id = ${learnerId}`;
  await sql`delete from learner.event where user_id = ${learnerId}`;
  await sql`delete from learner.attempt where user_id = ${learnerId}`;
  await sql`delete from learner.skill_progress where user_id = ${learnerId}`;
  await rotateHistory(server);
  assert.equal((await device.sync()).handedIn, odd.length);
  assert.deepEqual(await serverAttempts(sql, learnerId), ids);
});

Deno.test("U3: dead letters stay on the device after a lost answer or a full quarantine", async () => {
  await using server = await startTestServer();
  using lab = openLab();
  const { sql } = server;
  const learnerId = crypto.randomUUID();
  let isLost = false;
  const handle: Handle = async (request) => {
    const response = await server.handle(request);
    if (!isLost) return response;
    await response.body?.cancel();
    return Promise.reject(new TypeError("the answer was lost"));
  };
  using device = lab.open(1, {
    learnerId,
    handle,
    retry: { attempts: 1, baseMs: 0, capMs: 0, patienceMs: 0 },
  });
  await device.sync();
  await sql`update ops.quarantine_setting set open_rows = 1, retry_after_s = 3600`;
  device.deadLetter("one", "r");
  device.deadLetter("two", "r");
  isLost = true;
  await assert.rejects(() => device.sync());
  isLost = false;
  assert.equal(device.status().outbox.dead, 2);
  assert.equal((await device.sync()).handedIn, 1);
  assert.equal(device.status().outbox.dead, 1, "there was room for one");
  studyOnce(device, firstQuestions(device));
  assert.ok((await device.sync()).delivered > 0, "events go on");
  await sql`update ops.quarantine_setting set open_rows = 10`;
  assert.equal((await device.sync()).handedIn, 0, "not before the server's delay is over");
  lab.clock.advance(3600_000);
  assert.equal((await device.sync()).handedIn, 1);
});

Deno.test("U1, U10: a pulled row that the device's database refuses is kept for support, and stops no other row", async () => {
  await using server = await startTestServer();
  using lab = openLab();
  const o = { learnerId: crypto.randomUUID(), handle: server.handle };
  const { sql } = server;
  using a = lab.open(1, o);
  await a.sync();
  const ids = studyOnce(a, firstQuestions(a));
  const sessionId = a.startSession();
  a.endSession(sessionId);
  await a.sync();
  const [deep = "", ...others] = ids;
  // As servers took it before the limit of levels; and a form of a session that no device's database knows.
  await sql`update learner.attempt set answer = (repeat('{"a":', 1200) || '{}' || repeat('}', 1200))::jsonb
    where user_id = ${o.learnerId} and event_id = private.ulid_to_uuid(${deep})`;
  await sql`update learner.session set ended_at = null
    where user_id = ${o.learnerId} and session_id = private.ulid_to_uuid(${sessionId})`;

  using b = lab.open(2, o);
  assert.equal((await b.sync()).handedIn, 2);
  const pulled = b.db.all(EventId, "select event_id from attempt order by event_id");
  assert.deepEqual(pulled.map(({ event_id }) => event_id), others);
  assert.deepEqual(b.progress(), a.progress());
  const letters =
    await sql`select origin, reason, body from ops.quarantine where user_id = ${o.learnerId} order by reason`;
  assert.deepEqual(letters.map(({ origin, reason }) => [origin, reason]), [
    ["dead_letter", "pulled attempt: malformed JSON"],
    ["dead_letter", "pulled session: CHECK constraint failed: session_end_has_its_reason"],
  ]);
  assert.ok(letters[0]?.body.includes(deep));
  assert.equal((await b.sync()).pulled, 0, "the cursor has gone on");
});
