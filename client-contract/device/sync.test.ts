// Push and pull against the real functions and database: what one device did, the server and every other device have,
// once, whatever the network did.
import assert from "node:assert/strict";
import { z } from "zod";
import { Problem, problemResponse } from "../../supabase/functions/_shared/problem.ts";
import type { Device } from "./device.ts";
import { DeviceError, type DeviceErrorCode } from "./device_error.ts";
import { openLab } from "../../scripts/testkit/device/devices.ts";
import { losingAnswers } from "../../scripts/testkit/device/faults.ts";
import {
  type Handle,
  loseEvents,
  rotateHistory,
  startTestServer,
  testToken,
} from "../../scripts/testkit/device/server.ts";
import { serverAttempts, serverProgress } from "../../scripts/testkit/device/server_rows.ts";
import { allQuestions, firstQuestions, studyOnce } from "../../scripts/testkit/device/study.ts";

const isDeviceError = (code: DeviceErrorCode) => (error: unknown) =>
  error instanceof DeviceError && error.code === code;

/** One for all tests: each has learners of its own, and a new history is what any device may begin with. */
const server = await startTestServer();
Deno.test.afterAll(async () => await server[Symbol.asyncDispose]());

/** Everything that was pulled, as the tables hold it. */
function pulledRows({ db }: Device): unknown[] {
  const row = z.record(z.string(), z.unknown());
  return ["session", "attempt", "skill_progress", "progress"].map((table) =>
    db.all(row, `select * from ${table} order by 1`)
  );
}

Deno.test("U1, U6, U7: the events of a day reach the server, and a second device has the same rows", async () => {
  using lab = openLab();
  const o = { learnerId: crypto.randomUUID(), handle: server.handle };
  using a = lab.open(1, o);
  assert.equal((await a.sync()).version, 1);
  const questions = firstQuestions(a);
  const skillId = questions[0].skill_id;
  const ids = studyOnce(a, questions);
  a.advance({ skillId, mastery: 40, completed: questions.map(({ id }) => id) });
  const seen = a.progressIn(skillId);
  assert.equal(seen.attempts, questions.length);

  const report = await a.sync();
  assert.equal(report.batches, 1);
  assert.equal(report.delivered, questions.length + 3);
  assert.deepEqual(a.progressIn(skillId), seen);
  assert.deepEqual(await serverAttempts(server.sql, o.learnerId), ids);
  assert.deepEqual(await serverProgress(server.sql, o.learnerId), a.progress());

  using b = lab.open(2, o);
  await b.sync();
  assert.deepEqual(pulledRows(b), pulledRows(a));
  assert.deepEqual((await b.sync()).pulled, 0);
});

Deno.test("I4, U1: a batch whose answer is lost is sent again and counts once", async () => {
  using lab = openLab();
  let lost = 0;
  const handle = losingAnswers(server.handle, ({ method }) => method === "POST" && lost-- > 0);
  const learnerId = crypto.randomUUID();
  using device = lab.open(1, { learnerId, handle, telemetry: false });
  await device.sync();
  const ids = studyOnce(device, firstQuestions(device));
  const seen = device.progress();

  lost = 2;
  await device.sync();
  assert.equal(lost, -1, "two answers were lost");
  assert.deepEqual(await serverAttempts(server.sql, learnerId), ids);
  assert.deepEqual(device.progress(), seen);
  assert.deepEqual(await serverProgress(server.sql, learnerId), seen);
  const [batch] = await server.sql`
    select count(distinct batch_id)::integer as ids, sum(duplicate)::integer as duplicates from learner.batch
    where user_id = ${learnerId} and events > 0`;
  assert.deepEqual({ ...batch }, { ids: 1, duplicates: 2 * (ids.length + 2) });

  lost = Infinity;
  studyOnce(device, firstQuestions(device));
  await assert.rejects(() => device.sync(), { name: "NetworkError" });
  assert.equal(device.status().outbox.pending, ids.length + 2, "kept for the next sync");
});

Deno.test("U1, U6: 1,100 events are sent in batches, and a pull of several pages is applied as a whole", async () => {
  using lab = openLab();
  const learnerId = crypto.randomUUID();
  const o = { learnerId, handle: server.handle };
  using a = lab.open(1, o);
  await a.sync();
  while (a.status().outbox.pending < 1100) studyOnce(a, allQuestions(a));
  const { delivered, batches } = await a.sync();
  assert.equal(batches, Math.ceil(delivered / 500));

  // B is killed between two pages, and goes on where it was.
  let pages = 0;
  const handle: Handle = (request) =>
    request.method === "GET" && request.url.includes("/sync") && ++pages > 2
      ? Promise.reject(new TypeError("killed"))
      : server.handle(request);
  {
    using b = lab.open(2, { ...o, handle, pullRows: 300 });
    await assert.rejects(() => b.sync());
    assert.deepEqual(b.progress(), new Map(), "half a pull shows nothing");
  }
  using b = lab.open(2, { ...o, pullRows: 300 });
  const { pulled } = await b.sync();
  assert.ok(pulled < delivered - 800, "three pages of 300 were kept");
  assert.deepEqual(pulledRows(b), pulledRows(a));
});

Deno.test("I4, I11, U1: devices return the lost events after a restore, and nothing counts twice", async () => {
  using lab = openLab();
  const { sql, handle } = server;
  const learnerId = crypto.randomUUID();
  using a = lab.open(1, { learnerId, handle });
  using b = lab.open(2, { learnerId, handle });
  await a.sync();
  await b.sync();
  const ids = [...studyOnce(a, firstQuestions(a)), ...studyOnce(b, firstQuestions(b))].sort();
  a.reset(firstQuestions(a)[0].skill_id, { mastery: 5 });
  ids.push(...studyOnce(a, firstQuestions(a)));
  for (const device of [a, b, a]) await device.sync();
  const before = a.progress();

  // A clone holds all it held; a restored backup lacks the last hour: for one learner all, for the test.
  for (const isLost of [false, true]) {
    if (isLost) {
      await sql`delete from learner.event where user_id = ${learnerId}`;
      await sql`delete from learner.attempt where user_id = ${learnerId}`;
      await sql`delete from learner.session where user_id = ${learnerId}`;
      await sql`delete from learner.skill_progress where user_id = ${learnerId}`;
      await sql`update learner.state set change_seq = 0 where user_id = ${learnerId}`;
    }
    await rotateHistory(server);
    const first = await a.sync();
    assert.ok(first.restarted);
    assert.equal(first.rows, 72, "content is fetched anew");
    await b.sync();
    await a.sync();
    assert.deepEqual(await serverAttempts(sql, learnerId), [...ids].sort());
    assert.deepEqual(await serverProgress(sql, learnerId), before);
    assert.deepEqual(a.progress(), before);
    assert.deepEqual(b.progress(), before);
    assert.deepEqual(pulledRows(b), pulledRows(a));
    assert.equal(a.status().outbox.pending, 0);
  }
});

Deno.test("I11, U1: a device that never finished a pull notices a restore", async () => {
  using lab = openLab();
  const { sql, handle } = server;
  const learnerId = crypto.randomUUID();
  using device = lab.open(1, {
    learnerId,
    handle,
    retry: { attempts: 1, baseMs: 0, capMs: 0, patienceMs: 0 },
  });
  await device.sync();
  device.db.run("update sync_state set pull_cursor = null");
  const ids = studyOnce(device, firstQuestions(device));
  await device.sync();
  device.db.run("update sync_state set pull_cursor = null");

  await loseEvents(server, learnerId);
  await device.sync();
  assert.deepEqual(await serverAttempts(sql, learnerId), ids);
});

Deno.test("I11, U6: a device pulls everything after a cursor that is ahead of the server or invalid", async () => {
  using lab = openLab();
  const learnerId = crypto.randomUUID();
  using device = lab.open(1, { learnerId, handle: server.handle });
  await device.sync();
  studyOnce(device, firstQuestions(device));
  await device.sync();
  const rows = pulledRows(device);
  const history = z.object({ history: z.string() });
  const { history: current } = device.db.get(history, "select history from sync_state") ?? { history: "" };
  for (const cursor of [`${current}.99999`, "nonsense", `${"0".repeat(16)}.1`]) {
    device.db.run("update sync_state set pull_cursor = ?", cursor);
    assert.ok((await device.sync()).restarted);
    assert.deepEqual(pulledRows(device), rows, cursor);
    assert.equal(device.status().outbox.pending, 0);
  }
});

Deno.test("I7, U2: a quarantined event counts nowhere and delays nothing", async () => {
  using lab = openLab();
  const learnerId = crypto.randomUUID();
  using device = lab.open(1, { learnerId, handle: server.handle });
  await device.sync();
  const [question] = firstQuestions(device);
  const sessionId = device.startSession();
  device.answer({ sessionId, question: { ...question, content_version: 99 }, answer: { choice: 0 } });
  device.answer({ sessionId, question, answer: { choice: 0 } });
  assert.equal(device.progressIn(question.skill_id).attempts, 2);
  const { quarantined, delivered } = await device.sync();
  assert.deepEqual({ quarantined, delivered }, { quarantined: 1, delivered: 2 });
  assert.equal(device.progressIn(question.skill_id).attempts, 1);
  assert.deepEqual(await serverProgress(server.sql, learnerId), device.progress());
  const code = z.object({ code: z.string() });
  assert.deepEqual(device.db.all(code, "select code from outbox where state = 'quarantined'"), [{
    code: "unknown_content",
  }]);
});

Deno.test("I9, U2: an event for another learner is held back until the device is opened again", async () => {
  using lab = openLab();
  const learnerId = crypto.randomUUID();
  using device = lab.open(1, { learnerId, handle: server.handle });
  await device.sync();
  studyOnce(device, firstQuestions(device).slice(0, 1));
  const refusing: Handle = async (request) => {
    const answer = await (await server.handle(request)).json();
    for (const result of answer.batch.results) {
      Object.assign(result, { status: "retry", code: "wrong_learner" });
    }
    return Response.json(answer);
  };
  {
    using again = lab.open(1, { learnerId, handle: refusing });
    assert.equal((await again.sync()).heldBack, 3);
    assert.equal((await again.sync()).heldBack, 0, "not sent over and over");
    assert.equal(again.status().outbox.held_back, 3);
  }
  using again = lab.open(1, { learnerId, handle: server.handle });
  assert.equal((await again.sync()).delivered, 3);
});

Deno.test("I9, K3: a database and a token belong to one learner", async () => {
  using lab = openLab();
  const learnerId = crypto.randomUUID();
  lab.open(1, { learnerId })[Symbol.dispose]();
  assert.throws(() => lab.open(1, { learnerId: crypto.randomUUID() }), isDeviceError("wrong_learner"));
  let requests = 0;
  const handle: Handle = () => Promise.resolve(new Response(String(requests++)));
  for (const token of [testToken(crypto.randomUUID()), "opaque", "a.!.c", `e30.${btoa("{}")}.x`]) {
    using device = lab.open(1, { learnerId, handle, getToken: () => token });
    await assert.rejects(() => device.sync(), isDeviceError("wrong_learner"));
  }
  assert.equal(requests, 0);
});

Deno.test("I9, K3: an expired token is renewed once", async () => {
  using lab = openLab();
  const learnerId = crypto.randomUUID();
  let stale = 1;
  const handle: Handle = (request) =>
    request.headers.get("authorization")?.endsWith("stale")
      ? Promise.resolve(problemResponse(new Problem("token_expired"), "x"))
      : server.handle(request);
  const getToken = () => testToken(learnerId) + (stale-- > 0 ? "stale" : "");
  using device = lab.open(1, { learnerId, handle, getToken });
  await device.sync();
  stale = 2;
  await assert.rejects(() => device.sync(), { code: "token_expired" });
  assert.equal(stale, 0);
});

Deno.test("K3: study requires content, an open session of the device, and an existing choice", async () => {
  using lab = openLab();
  const o = { learnerId: crypto.randomUUID(), handle: server.handle };
  using device = lab.open(1, o);
  assert.throws(() => device.startSession(), isDeviceError("no_content"));
  await device.sync();
  const [question] = firstQuestions(device);
  const sessionId = device.startSession(question.skill_id);
  assert.deepEqual(device.openSessions().map(({ session_id }) => session_id), [sessionId]);
  assert.ok(question.type === "single_choice");
  for (const choice of [-1, 0.5, question.choices.length]) {
    assert.throws(
      () => device.answer({ sessionId, question, answer: { choice } }),
      isDeviceError("invalid_answer"),
    );
  }
  await device.sync();
  using other = lab.open(2, o);
  await other.sync();
  assert.throws(
    () => other.answer({ sessionId, question, answer: { choice: 0 } }),
    isDeviceError("unknown_session"),
  );
  device.endSession(sessionId, "abandoned");
  assert.throws(
    () => device.answer({ sessionId, question, answer: { choice: 0 } }),
    isDeviceError("unknown_session"),
  );
  assert.throws(() => device.endSession(sessionId), isDeviceError("unknown_session"));
  assert.deepEqual(device.openSessions(), []);
});

Deno.test("U1, K3: answers given during a sync are not lost", async () => {
  using lab = openLab();
  const learnerId = crypto.randomUUID();
  let late: readonly string[] = [];
  let answerAgain = () => {};
  const handle = (request: Request) => {
    if (request.method === "POST") answerAgain();
    return server.handle(request);
  };
  using device = lab.open(1, { learnerId, handle });
  await device.sync();
  const questions = firstQuestions(device);
  studyOnce(device, questions);
  // While the batch is on its way.
  answerAgain = () => {
    answerAgain = () => {};
    late = studyOnce(device, questions);
  };
  const running = device.sync();
  assert.equal(device.sync(), running, "a second call joins the first");
  await running;
  assert.ok(late.length > 0);
  assert.equal(device.progressIn(questions[0].skill_id).attempts, 2 * questions.length);
  assert.ok(device.status().outbox.pending >= late.length);
  await device.sync();
  assert.deepEqual(await serverProgress(server.sql, learnerId), device.progress());
});
