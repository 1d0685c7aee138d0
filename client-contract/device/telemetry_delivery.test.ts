// What the device tells about itself, against the real functions and database: it arrives once, and never for its own sake.
import assert from "node:assert/strict";
import type postgres from "postgres";
import { z } from "zod";
import type { TrackingEvent } from "../contract/tracking.ts";
import type { Device } from "./device.ts";
import { openLab } from "../../scripts/testkit/device/devices.ts";
import { losingAnswers } from "../../scripts/testkit/device/faults.ts";
import { type Handle, loseEvents, startTestServer } from "../../scripts/testkit/device/server.ts";
import { serverAttempts } from "../../scripts/testkit/device/server_rows.ts";
import { firstQuestions, studyOnce } from "../../scripts/testkit/device/study.ts";
import { bodies, PLAN, told } from "../../scripts/testkit/device/telemetry.ts";

const HOUR_MS = 3_600_000;

/** What the server holds of a learner's, in the order of the events. */
async function arrived(sql: postgres.Sql, learnerId: string, type: TrackingEvent["type"]) {
  const rows = await sql`
    select body from ops.telemetry where user_id = ${learnerId} and type = ${type} order by event_id`;
  return rows.map(({ body }) => body);
}
async function countArrived(sql: postgres.Sql, learnerId: string): Promise<number> {
  const [row] = await sql`select count(*)::int as count from ops.telemetry where user_id = ${learnerId}`;
  return row?.count;
}

const Newest = z.object({ id: z.string() });
function newestEvent({ db }: Device): string {
  const newest = db.get(Newest, "select max(event_id) as id from outbox where state = 'pending'");
  assert.ok(newest);
  return newest.id;
}

Deno.test("U9: a day of study and failures is reported with every type, and the server accepts all of it", async () => {
  await using server = await startTestServer();
  using lab = openLab();
  const { sql } = server;
  const learnerId = crypto.randomUUID();
  let online = true;
  const handle: Handle = (request) =>
    online ? server.handle(request) : Promise.reject(new TypeError("there is no network"));
  const o = { learnerId, handle, retry: { attempts: 3, baseMs: 0, capMs: 0, patienceMs: 0 } };
  const events = async (type: TrackingEvent["type"]) => await arrived(sql, learnerId, type);
  let skill = "";
  {
    using device = lab.open(1, o);
    const { rows } = await device.sync();
    assert.deepEqual(told(device.db), [["cache.refreshed", {
      from_version: 0,
      to_version: 1,
      rows,
      duration_ms: 0,
    }]]);

    // 1 In the tunnel: a session to its end, and a failure that the app does not survive.
    online = false;
    await assert.rejects(() => device.sync());
    const questions = firstQuestions(device);
    skill = questions[0].skill_id;
    studyOnce(device, questions);
    await assert.rejects(() => device.sync());
    assert.deepEqual(bodies(device.db, "outbox.attempted"), [{
      events: questions.length + 2,
      attempts: 3,
      answered: false,
      code: "network_failed",
      duration_ms: 0,
    }], "a poll that fails is no attempt, and three tries are one");
    device.recordFailure({ code: "audio.no_device", place: "player", fatal: false })();
    device.recordFailure({ code: "out_of_memory", fatal: true });
  }

  // 2 Back: restarted, over the network again.
  lab.clock.advance(HOUR_MS);
  online = true;
  using device = lab.open(1, o);
  const study = device.questions(skill).length;
  const waited = device.status().outbox.pending;
  await device.sync();
  // What the sync has told of itself goes with the next.
  await device.sync();
  assert.deepEqual(await events("outbox.created"), [{ events: waited, waiting: waited }]);
  assert.deepEqual((await events("outbox.attempted")).at(-1), {
    events: waited,
    attempts: 1,
    answered: true,
    code: null,
    duration_ms: 0,
  });
  const [used] = await events("offline.used");
  assert.deepEqual(used, {
    duration_ms: HOUR_MS,
    attempts: study,
    reads: used.reads,
    local_reads: used.reads,
    completed: true,
  });
  assert.ok(used.reads > 1, "reads of the process before count too");
  assert.deepEqual(await events("app.failed"), [
    { code: "audio.no_device", place: "player", fatal: false },
    { code: "out_of_memory", place: null, fatal: true },
  ]);
  assert.deepEqual(await events("app.recovered"), [
    { code: "audio.no_device", duration_ms: 0 },
    { code: "out_of_memory", duration_ms: HOUR_MS },
  ]);

  // 3 A worn disk, and an event that is given up.
  const [checked] = await events("cache.checked");
  assert.equal(checked.damaged, 0);
  device.db.run(
    "update content_row set body = replace(body, '\"position\"', '\"posltion\"') where kind = 'skill' and id = ?",
    skill,
  );
  assert.equal((await device.verify()).ok, false);
  const sessionId = device.startSession();
  device.giveUp(newestEvent(device), "no reason");
  device.endSession(sessionId, "abandoned");
  await device.sync();
  await device.sync();
  const damaged = (await events("cache.checked")).at(-1);
  assert.equal(damaged.damaged, 1);
  assert.ok(damaged.rows > study);
  const [repaired, ...others] = await events("cache.repaired");
  assert.deepEqual({ ...repaired, rows: 0 }, { content_version: 1, rows: 0, whole: false, duration_ms: 0 });
  assert.equal(repaired.rows, study + 1, "the skill and its questions");
  assert.deepEqual(others, []);
  const [letter] = await events("outbox.dead_lettered");
  assert.deepEqual([letter.code, letter.attempts], ["given_up", 0]);

  // 4 A report for support.
  assert.equal((await device.sendDiagnostics()).isSent, true);

  // 5 All types, none refused, nothing left.
  const types = await sql`select distinct type from ops.telemetry where user_id = ${learnerId} order by type`;
  assert.deepEqual(types.map(({ type }) => type), [...PLAN.keys()].sort());
  assert.deepEqual([...await sql`select code from ops.quarantine where user_id = ${learnerId}`], []);
  assert.deepEqual(told(device.db), []);
});

Deno.test("U9: telemetry alone makes no batch, and an idle device reports nothing", async () => {
  await using server = await startTestServer();
  using lab = openLab();
  const learnerId = crypto.randomUUID();
  using device = lab.open(1, { learnerId, handle: server.handle });
  await device.sync();
  studyOnce(device, firstQuestions(device));
  assert.equal((await device.sync()).batches, 1);
  const before = told(device.db);
  assert.ok(before.length > 0, "it was made after the batch had gone");
  assert.equal(device.status().outbox.pending, 0);
  device.recordFailure({ code: "test", fatal: false });
  const report = await device.sync();
  assert.deepEqual([report.batches, report.delivered], [1, 0], "the poll that comes anyway takes it");
  assert.deepEqual(told(device.db), []);
  const count = await countArrived(server.sql, learnerId);
  for (let poll = 0; poll < 20; poll++) {
    await lab.clock.sleep(900_000);
    assert.equal((await device.sync()).batches, 1);
    assert.deepEqual(told(device.db), []);
  }
  assert.equal(await countArrived(server.sql, learnerId), count);
  // Not more than a word a day on a cache that is sound.
  for (let poll = 0; poll < 96; poll += 8) {
    await lab.clock.sleep(8 * 900_000);
    await device.sync();
  }
  await device.sync();
  assert.equal(await countArrived(server.sql, learnerId), count + 1);
});

Deno.test("U9: batches of answers are sent before telemetry, and a full batch takes no telemetry", async () => {
  await using server = await startTestServer();
  using lab = openLab();
  const learnerId = crypto.randomUUID();
  await server.sql`update ops.steering set batch_events = 10 where platform is null and app_from is null`;
  using device = lab.open(1, { learnerId, handle: server.handle });
  await device.sync();
  const ids = Array.from({ length: 8 }, () => studyOnce(device, firstQuestions(device).slice(0, 3))).flat();
  for (let n = 0; n < 100; n++) device.recordFailure({ code: "test", fatal: false });
  assert.equal(device.status().outbox.pending, 40);
  const { batches, delivered } = await device.sync();
  assert.deepEqual([batches, delivered], [4, 40], "as many batches as without telemetry");
  assert.deepEqual(await serverAttempts(server.sql, learnerId), ids);
  assert.equal(await countArrived(server.sql, learnerId), 0);
  await device.sync();
  assert.equal(await countArrived(server.sql, learnerId), 10);
});

Deno.test("U9: telemetry that is sent twice counts once, and a restore returns answers but no telemetry", async () => {
  await using server = await startTestServer();
  using lab = openLab();
  const learnerId = crypto.randomUUID();
  let lost = 0;
  const handle = losingAnswers(server.handle, ({ method }) => method === "POST" && lost-- > 0);
  using device = lab.open(1, { learnerId, handle });
  await device.sync();
  const ids = studyOnce(device, firstQuestions(device));
  lost = 2;
  await device.sync();
  await device.sync();
  assert.equal((await arrived(server.sql, learnerId, "outbox.created")).length, 1);
  assert.deepEqual(
    (await arrived(server.sql, learnerId, "outbox.attempted")).map(({ attempts }) => attempts),
    [3],
  );
  await server.sql`delete from ops.telemetry where user_id = ${learnerId}`;
  await loseEvents(server, learnerId);
  await device.sync();
  assert.deepEqual(await serverAttempts(server.sql, learnerId), ids);
  assert.deepEqual(await arrived(server.sql, learnerId, "outbox.created"), []);
});

Deno.test("U9: a device that opted out records and reports no telemetry", async () => {
  await using server = await startTestServer();
  using lab = openLab();
  const o = { learnerId: crypto.randomUUID(), handle: server.handle };
  {
    using device = lab.open(1, o);
    await device.sync();
    assert.ok(told(device.db).length > 0);
  }
  {
    using device = lab.open(1, { ...o, telemetry: false });
    studyOnce(device, firstQuestions(device));
    device.recordFailure({ code: "test", fatal: true })();
    device.giveUp(newestEvent(device), "no reason");
    await device.verify();
    await device.sync();
    await device.sync();
    assert.deepEqual(told(device.db), []);
    assert.equal(await countArrived(server.sql, o.learnerId), 0);
  }
  using device = lab.open(1, o);
  await device.sync();
  assert.deepEqual(bodies(device.db, "outbox.created"), []);
  assert.deepEqual(await arrived(server.sql, o.learnerId, "outbox.created"), []);
});

Deno.test("O4: sync success counts what devices made against what the server holds, and shows an event that an app lost", async () => {
  await using server = await startTestServer();
  using lab = openLab();
  const { sql } = server;
  // A batch's events arrive at one time, so they are held within any grace.
  await sql`update ops.health_setting set grace = '1 millisecond'`;
  const syncSuccess = async () => {
    await sql`select ops.roll_up_health('0')`;
    return await sql`select value, samples::int from public.sync_health where name = 'sync_success'`;
  };

  using whole = lab.open(1, { learnerId: crypto.randomUUID(), handle: server.handle });
  await whole.sync();
  const ids = studyOnce(whole, firstQuestions(whole));
  await whole.sync();
  const made = ids.length + 2;
  assert.deepEqual([...await syncSuccess()], [{ value: 1, samples: made }]);

  // The report of what was made waits in the outbox while there is no network. Then the app drops the guard of the outbox, and loses an event.
  let online = true;
  using faulty = lab.open(2, {
    learnerId: crypto.randomUUID(),
    handle: (request) =>
      online ? server.handle(request) : Promise.reject(new TypeError("there is no network")),
    retry: { attempts: 1, baseMs: 0, capMs: 0, patienceMs: 0 },
  });
  await faulty.sync();
  studyOnce(faulty, firstQuestions(faulty));
  online = false;
  await assert.rejects(() => faulty.sync());
  faulty.db.run("drop trigger outbox_keeps_unsent");
  assert.equal(faulty.db.run("delete from outbox where event_id = ?", newestEvent(faulty)), 1);
  online = true;
  await faulty.sync();
  assert.deepEqual([...await syncSuccess()], [{ value: (2 * made - 1) / (2 * made), samples: 2 * made }]);
});
