// What the device tells about itself: each thing once and in the plan's form, and never at the cost of an answer.
// CARREL_SEED repeats a run, CARREL_RUNS makes it longer.
import fc from "fast-check";
import assert from "node:assert/strict";
import { Problem, problemResponse } from "../../supabase/functions/_shared/problem.ts";
import { settings } from "../../supabase/tests/properties/settings.ts";
import { MAX_BATCH_BYTES } from "../contract/limits.ts";
import { DEFAULT_STEERING } from "../contract/steering.ts";
import type { DeviceContext } from "./context.ts";
import { DeviceError } from "./device_error.ts";
import { countOutbox, pendingEvents, takeBatch } from "./outbox.ts";
import { resetProgress } from "./study.ts";
import { MAX_WAITING, recordFailure, recordTelemetry, takeTelemetry, tellCreated } from "./telemetry.ts";
import { bench, LEARNER, QUESTION, SKILL } from "../../scripts/testkit/device/bench.ts";
import { ContentServer } from "../../scripts/testkit/device/content_server.ts";
import { drafts } from "../conformance/server/curriculum.ts";
import { openLab } from "../../scripts/testkit/device/devices.ts";
import type { Handle } from "../../scripts/testkit/device/server.ts";
import { firstQuestions } from "../../scripts/testkit/device/study.ts";
import { bodies, waiting } from "../../scripts/testkit/device/telemetry.ts";

/** Of a newer server, or of nobody knows what. */
const PROBLEM = {
  type: "about:blank",
  title: "No.",
  status: 400,
  detail: "No.",
  request_id: "x",
  retryable: false,
};

const failOften = (context: DeviceContext, times: number) => {
  for (let n = 0; n < times; n++) recordFailure(context, { code: `test.n${n}`, fatal: false });
};

Deno.test("U9: telemetry uses only the room that learning events leave in a batch", () => {
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

Deno.test("U9: a batch that is full in bytes takes no telemetry, and a nearly full one only what fits", () => {
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

Deno.test("U9: the oldest telemetry is dropped when too much waits, but never an answer", () => {
  using device = bench();
  const { context } = device;
  const id = device.attempt();
  failOften(context, MAX_WAITING + 25);
  const codes = waiting(context.db).map(({ body }) => body.code);
  assert.deepEqual(codes, Array.from({ length: MAX_WAITING }, (_, n) => `test.n${n + 25}`));
  assert.deepEqual(takeBatch(context).map(({ event_id }) => event_id), [id]);
});

Deno.test("U9: telemetry with a final result is removed, and telemetry to be retried stays", () => {
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

Deno.test("U9: every event of the outbox is reported once, in any portions and with any clock", () => {
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

Deno.test("U9: a time offline with reading only, or cut short, is reported as such", async () => {
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

Deno.test("U9: a refused batch is reported with its code", async () => {
  const server = new ContentServer();
  await server.publish(drafts(1, 1, 3));
  using lab = openLab();
  let fail: Handle = server.handle;
  const retry = { attempts: 1, baseMs: 0, capMs: 0, patienceMs: 0 };
  using device = lab.open(1, { learnerId: LEARNER, handle: (request) => fail(request), retry });
  await device.sync();
  device.startSession();
  const app = new AbortController();
  const failures: [string, Handle][] = [
    ["network_failed", () => Promise.reject(new TypeError("there is no network"))],
    ["device_revoked", () => Promise.resolve(problemResponse(new Problem("device_revoked"), "x"))],
    ["unknown", () => Promise.resolve(Response.json({ ...PROBLEM, code: "Not A Code!" }, { status: 400 }))],
    ["contract_broken", () => Promise.resolve(Response.json({ batch: null }))],
    ["aborted", () => {
      app.abort();
      return Promise.reject(app.signal.reason);
    }],
  ];
  for (const [, handle] of failures) {
    fail = handle;
    await assert.rejects(() => device.sync({ signal: app.signal }));
  }
  const attempted = bodies(device.db, "outbox.attempted");
  assert.deepEqual(
    attempted.map(({ answered, code }) => [answered, code]),
    failures.map(([code]) => [false, code]),
  );
});

Deno.test("U9: damage beyond repair is reported as a cache that was fetched as a whole", async () => {
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

Deno.test("U9: an invalid code or place of a failure is refused before anything is written", () => {
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
