// What the device tells about itself: each thing once and in the plan's form, never at the cost of an answer, and never
// for its own sake. CARREL_SEED repeats a run, CARREL_RUNS makes it longer.
import fc from "fast-check";
import assert from "node:assert/strict";
import type postgres from "postgres";
import { z } from "zod";
import { settings } from "../../supabase/tests/properties/settings.ts";
import { MAX_BATCH_BYTES } from "../limits.ts";
import { DEFAULT_STEERING } from "../steering.ts";
import { TRACKING_PLAN, type TrackingEvent } from "../tracking.ts";
import type { DeviceContext } from "./context.ts";
import type { Database } from "./database.ts";
import type { Device } from "./device.ts";
import { DeviceError } from "./device_error.ts";
import { countOutbox, pendingEvents, takeBatch } from "./outbox.ts";
import { resetProgress } from "./study.ts";
import { MAX_WAITING, recordFailure, recordTelemetry, takeTelemetry, tellCreated } from "./telemetry.ts";
import { bench, QUESTION, SKILL } from "./testing/bench.ts";
import { ContentServer } from "./testing/content_server.ts";
import { drafts } from "./testing/curriculum.ts";
import { openLab } from "./testing/devices.ts";
import { type Handle, rotateHistory, startTestServer } from "./testing/server.ts";
import { serverAttempts } from "./testing/server_rows.ts";
import { firstQuestions, studyOnce } from "./testing/study.ts";

const LEARNER = "1a8b5a0e-6f0e-4d5e-9c0f-3c1d2e4f5a6b";
const HOUR_MS = 3_600_000;

const PLAN = new Map<string, z.ZodType<TrackingEvent>>(
  TRACKING_PLAN.map((schema) => [schema.shape.type.value, schema]),
);
const Waiting = z.object({ line: z.string() }).transform(({ line }): TrackingEvent => {
  const event = JSON.parse(line);
  const schema = PLAN.get(event.type);
  assert.ok(schema, event.type);
  return schema.parse(event);
});

/** What waits to be told; each is checked against the plan. */
const waiting = (db: Database): TrackingEvent[] =>
  db.all(Waiting, "select line from telemetry order by event_id");
const told = (db: Database): [string, TrackingEvent["body"]][] =>
  waiting(db).map(({ type, body }) => [type, body]);
/** The same of one type. */
const bodies = (db: Database, type: TrackingEvent["type"]) =>
  waiting(db).filter((event) => event.type === type).map(({ body }) => body);

const failOften = (context: DeviceContext, times: number) => {
  for (let n = 0; n < times; n++) recordFailure(context, { code: `test.n${n}`, fatal: false });
};

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

Deno.test("U9: telemetry takes the room in a batch that the learner's events leave, and no other", () => {
  using device = bench();
  const { context } = device;
  const steering = { ...DEFAULT_STEERING, batch_events: 7 };
  context.db.run("update sync_state set steering = ?", JSON.stringify(steering));
  failOften(context, 10);
  const sent = (events: number) => {
    const batch = takeBatch(context);
    assert.equal(batch.length, Math.min(events, 7), "the learner's events come first");
    return takeTelemetry(context, batch).length;
  };
  assert.equal(sent(0), 7);
  for (let events = 1; events <= 9; events++) {
    device.attempt();
    assert.equal(sent(events), Math.max(7 - events, 0));
  }
  assert.equal(pendingEvents(context), 9, "what the device tells is not among what waits");
  assert.equal(countOutbox(context).pending, 9);
});

Deno.test("U9: a batch that is full in bytes takes no telemetry, and one that is nearly full not too much", () => {
  using device = bench();
  const { context } = device;
  const base = { mastery: 1, completed: Array<string>(400).fill(QUESTION) };
  for (let i = 0; i < 60; i++) resetProgress(context, SKILL, base);
  failOften(context, 300);
  const batch = takeBatch(context);
  const lines = [...batch, ...takeTelemetry(context, batch)].map(({ line }) => line);
  const bytes = lines.reduce((sum, line) => sum + line.length + 1, 0);
  assert.ok(lines.length > batch.length, "there is some room behind events of 15 KiB");
  assert.ok(lines.length < batch.length + 300 && bytes <= MAX_BATCH_BYTES, `${bytes}`);
});

Deno.test("U9: of too much that waits the oldest goes, and of an answer nothing", () => {
  using device = bench();
  const { context } = device;
  const id = device.attempt();
  failOften(context, MAX_WAITING + 25);
  const codes = waiting(context.db).map(({ body }) => body.code);
  assert.deepEqual(codes, Array.from({ length: MAX_WAITING }, (_, n) => `test.n${n + 25}`));
  assert.deepEqual(takeBatch(context).map(({ event_id }) => event_id), [id]);
});

Deno.test("U9: what the server takes goes, whatever it makes of it, and what it wants later stays", () => {
  using device = bench();
  const { context } = device;
  failOften(context, 5);
  const sent = takeTelemetry(context, []);
  const results = [
    { status: "applied" as const },
    { status: "duplicate" as const },
    { status: "quarantined" as const, code: "invalid_event" },
    { status: "retry" as const, code: "quarantine_full", retry_after_s: 9 },
  ];
  context.db.transaction(() => recordTelemetry(context, sent, results));
  assert.deepEqual(waiting(context.db).map(({ body }) => body.code), ["test.n3", "test.n4"]);
});

Deno.test("U9: every event of the outbox is told of once, in whatever portions and wherever the clock is set", () => {
  const step = fc.oneof(
    fc.record({ do: fc.constant("create" as const), count: fc.nat(5) }),
    fc.record({ do: fc.constant("tell" as const) }),
    fc.record({ do: fc.constant("clock" as const), to: fc.nat(4e12) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      using device = bench();
      const { context, clock } = device;
      let created = 0;
      for (const step of [...steps, { do: "tell" as const }]) {
        if (step.do === "clock") clock.set(step.to);
        else if (step.do === "tell") tellCreated(context);
        else {
          for (let n = 0; n < step.count; n++) device.attempt();
          created += step.count;
        }
      }
      const events = bodies(context.db, "outbox.created").map(({ events }) => Number(events));
      assert.equal(events.reduce((sum, count) => sum + count, 0), created);
      assert.ok(events.every((count) => count > 0));
    }),
    settings(100),
  );
});

Deno.test("U9: a day of study and trouble is told, type by type, and the server takes all of it", async () => {
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
  device.giveUp(sessionIdEvent(device), "no reason");
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

  // 4 All nine types, none refused, nothing left.
  const types = await sql`select distinct type from ops.telemetry where user_id = ${learnerId} order by type`;
  assert.deepEqual(types.map(({ type }) => type), [...PLAN.keys()].sort());
  assert.deepEqual([...await sql`select code from ops.quarantine where user_id = ${learnerId}`], []);
  assert.deepEqual(told(device.db), []);
});

const Newest = z.object({ id: z.string() });
function sessionIdEvent({ db }: Device): string {
  const newest = db.get(Newest, "select max(event_id) as id from outbox where state = 'pending'");
  assert.ok(newest);
  return newest.id;
}

Deno.test("U9: telemetry alone makes no batch, and a device with nothing to do has nothing to tell", async () => {
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

Deno.test("U9: many batches of answers go before what the device tells, and a full one takes nothing else", async () => {
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

Deno.test("U9: what is sent twice counts once, and a restore gets answers back, not telemetry", async () => {
  await using server = await startTestServer();
  using lab = openLab();
  const learnerId = crypto.randomUUID();
  let lost = 0;
  const handle: Handle = async (request) => {
    const answer = await server.handle(request);
    if (request.method === "POST" && lost-- > 0) throw new TypeError("the answer was lost");
    return answer;
  };
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
  await server.sql`delete from learner.event where user_id = ${learnerId}`;
  await server.sql`delete from learner.attempt where user_id = ${learnerId}`;
  await rotateHistory(server);
  await device.sync();
  assert.deepEqual(await serverAttempts(server.sql, learnerId), ids);
  assert.deepEqual(await arrived(server.sql, learnerId, "outbox.created"), []);
});

Deno.test("U9: who opts out tells nothing, keeps nothing, and is not told of later", async () => {
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
    device.giveUp(sessionIdEvent(device), "no reason");
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

Deno.test("U9: a stretch without a network that was only read in, or cut short, is told as what it was", async () => {
  const server = new ContentServer();
  await server.publish(drafts(1, 1, 3));
  using lab = openLab();
  let online = true;
  const handle: Handle = (request) =>
    online ? server.handle(request) : Promise.reject(new TypeError("no network"));
  const o = { learnerId: LEARNER, handle, retry: { attempts: 1, baseMs: 0, capMs: 0, patienceMs: 0 } };
  using device = lab.open(1, o);
  const stretch = async (work: () => void) => {
    online = false;
    await assert.rejects(() => device.sync());
    work();
    lab.clock.advance(1000);
    online = true;
    await device.sync();
    return bodies(device.db, "offline.used");
  };
  await device.sync();
  device.domains();
  assert.deepEqual(await stretch(() => {}), [], "nobody studied");
  const read = { duration_ms: 1000, attempts: 0, reads: 2, local_reads: 2, completed: true };
  assert.deepEqual(await stretch(() => void [device.domains(), device.domains()]), [read]);
  const [question] = firstQuestions(device);
  const cut = await stretch(() => {
    assert.ok(question.type === "single_choice");
    device.answer({ sessionId: device.startSession(), question, answer: { choice: 0 } });
  });
  assert.deepEqual(cut, [{ duration_ms: 1000, attempts: 1, reads: 0, local_reads: 0, completed: false }]);
});

Deno.test("U9: damage past repair is told as a cache that was fetched whole", async () => {
  const server = new ContentServer();
  await server.publish(drafts(2, 2, 3));
  using lab = openLab();
  using device = lab.open(1, { learnerId: LEARNER, handle: server.handle });
  const { rows } = await device.sync();
  device.db.run("update content_row set sha256 = ?", "0".repeat(64));
  await device.sync();
  assert.deepEqual(bodies(device.db, "cache.repaired").map((body) => ({ ...body, rows: 0 })), [
    { content_version: 1, rows: 0, whole: true, duration_ms: 0 },
  ]);
  assert.ok(Number(bodies(device.db, "cache.repaired")[0]?.rows) >= rows);
  assert.ok(Number(bodies(device.db, "cache.checked").at(-1)?.damaged) > 0);
  assert.ok((await device.verify()).ok);
});

Deno.test("U9: a failure's code and place are codes, and are refused before anything is written", () => {
  using device = bench();
  for (
    const failure of [{ code: "No such file: /home/ada" }, { code: "" }, { code: "fine", place: "über" }]
  ) {
    assert.throws(
      () => recordFailure(device.context, { ...failure, fatal: true }),
      (error) => error instanceof DeviceError && error.code === "invalid_code",
    );
  }
  assert.deepEqual(waiting(device.context.db), []);
});
