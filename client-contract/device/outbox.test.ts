// The outbox by itself.
import assert from "node:assert/strict";
import { z } from "zod";
import { Event } from "../contract/event.ts";
import { MAX_BATCH_BYTES, MAX_BATCH_EVENTS } from "../contract/limits.ts";
import type { DeviceContext } from "./context.ts";
import { DeviceError } from "./device_error.ts";
import {
  countOutbox,
  pendingEvents,
  pruneOutbox,
  recordResults,
  releaseHeldBack,
  resendAll,
  takeBatch,
} from "./outbox.ts";
import { progressIn } from "./progress.ts";
import { stagePull } from "./pull.ts";
import { resetProgress } from "./study.ts";
import { bench, LEARNER, pageOf, QUESTION, SKILL, wholeOutbox } from "../../scripts/testkit/device/bench.ts";

const DAY_MS = 86_400_000;

const Row = z.object({ event_id: z.string(), state: z.string(), line: z.string(), attempts: z.number() });
const rows = ({ db }: DeviceContext) => db.all(Row, "select * from outbox order by event_id");

Deno.test("U1, K3: the line of an event is valid, and ids ascend for any clock", () => {
  using device = bench();
  const ids = [device.attempt(), device.attempt()];
  device.clock.set(0);
  ids.push(device.attempt());
  device.clock.set(Number.MAX_SAFE_INTEGER);
  ids.push(device.attempt());
  const lines = takeBatch(device.context);
  assert.deepEqual(lines.map(({ event_id }) => event_id), ids);
  const events = lines.map(({ line }) => Event.parse(JSON.parse(line)));
  assert.equal(events[2]?.occurred_at, "1970-01-01T00:00:00.000Z");
  assert.equal(events[3]?.occurred_at, "2999-12-31T23:59:59.999Z");
  assert.equal(events[0]?.learner_id, LEARNER);
});

Deno.test("U1, K3: a batch has at most 500 events, the oldest first, and counts its attempts", () => {
  using device = bench();
  const { context } = device;
  const ids = Array.from({ length: MAX_BATCH_EVENTS + 1 }, () => device.attempt());
  assert.deepEqual(takeBatch(context).map(({ event_id }) => event_id), ids.slice(0, MAX_BATCH_EVENTS));
  takeBatch(context);
  assert.deepEqual(rows(context).map(({ attempts }) => attempts), [...Array(MAX_BATCH_EVENTS).fill(2), 0]);
});

Deno.test("U1, K3: a batch stays below its limit of bytes", () => {
  using device = bench();
  const { context } = device;
  const base = { mastery: 1, completed: Array<string>(400).fill(QUESTION) };
  for (let i = 0; i < 60; i++) resetProgress(context, SKILL, base);
  const batch = takeBatch(context);
  const bytes = batch.reduce((sum, { line }) => sum + line.length + 1, 0);
  assert.ok(bytes <= MAX_BATCH_BYTES && bytes > MAX_BATCH_BYTES - 24_000, `${bytes}`);
});

Deno.test("U1, K3: a too large event is refused and leaves nothing behind", () => {
  using device = bench();
  assert.throws(
    () => resetProgress(device.context, SKILL, { mastery: 1, completed: Array(500).fill(QUESTION) }),
    (error) => error instanceof DeviceError && error.code === "event_too_large",
  );
  assert.deepEqual(rows(device.context), []);
});

Deno.test("U2, K3: results move each event to its state, and recording them again changes nothing", () => {
  using device = bench();
  const { context } = device;
  for (let i = 0; i < 6; i++) device.attempt();
  const batch = takeBatch(context);
  const results = [
    { status: "applied" as const },
    { status: "duplicate" as const },
    { status: "quarantined" as const, code: "invalid_event", field: "body.correct" },
    { status: "retry" as const, code: "wrong_learner" },
    { status: "retry" as const, code: "quarantine_full" },
  ];
  const record = () => context.db.transaction(() => recordResults(context, batch, results));
  assert.deepEqual(record(), { delivered: 2, quarantined: 1, heldBack: 1, retried: 2 });
  const states = ["delivered", "delivered", "quarantined", "held_back", "pending", "pending"];
  assert.deepEqual(rows(context).map(({ state }) => state), states);
  record();
  assert.deepEqual(rows(context).map(({ state }) => state), states);
  assert.deepEqual(countOutbox(context), { pending: 2, delivered: 2, quarantined: 1, held_back: 1, dead: 0 });

  context.db.transaction(() => releaseHeldBack(context));
  assert.equal(pendingEvents(context), 3);
  context.db.transaction(() => resendAll(context));
  assert.equal(pendingEvents(context), 6);
});

Deno.test("U2, U8, K3: an event that the server wants later waits without delaying others", () => {
  using device = bench();
  const { context, clock } = device;
  const ids = [device.attempt(), device.attempt()];
  const full = { status: "retry" as const, code: "quarantine_full", retry_after_s: 3600 };
  const record = () => {
    const batch = takeBatch(context);
    context.db.transaction(() => recordResults(context, batch, [full, full]));
  };
  record();
  const later = device.attempt();
  assert.deepEqual(takeBatch(context).map(({ event_id }) => event_id), [later]);
  assert.equal(pendingEvents(context), 1);
  assert.equal(countOutbox(context).pending, 3);
  clock.advance(3600_000);
  assert.deepEqual(takeBatch(context).map(({ event_id }) => event_id), [...ids, later]);
  // A clock that is set back by years does not hold it for years.
  record();
  clock.set(0);
  assert.equal(pendingEvents(context), 3);
});

Deno.test("U2, U3, K3: an event that is refused again and again is given up, except for a full quarantine or a full day", () => {
  using device = bench();
  const { context } = device;
  const [refused, full, tomorrow] = [device.attempt(), device.attempt(), device.attempt()];
  const answers = ["not_yet", "quarantine_full", "daily_limit"].map((code) => ({
    status: "retry" as const,
    code,
  }));
  for (let i = 0; i < 50; i++) {
    assert.equal(pendingEvents(context), 3);
    const batch = takeBatch(context);
    context.db.transaction(() => recordResults(context, batch, answers));
  }
  assert.deepEqual(rows(context).map(({ event_id, state }) => [event_id, state]), [
    [refused, "dead"],
    [full, "pending"],
    [tomorrow, "pending"],
  ]);
  assert.equal(countOutbox(context).dead, 1);
  assert.throws(() => context.db.run("delete from outbox"), /outbox_keeps_unsent/);
  assert.throws(() => context.db.run("delete from dead_letter"), /dead_letter_keeps_unsent/);
});

Deno.test("I4, U1, K3: a delivered event is kept for days, and at least until a pull shows it", () => {
  using device = bench();
  const { context, clock } = device;
  const id = device.attempt();
  context.db.transaction(() => recordResults(context, wholeOutbox(context), [{ status: "applied" }]));
  clock.advance(30 * DAY_MS);
  assert.equal(pruneOutbox(context), 0, "not pulled yet");
  context.db.transaction(() => stagePull(context, pageOf(1, [id])));
  clock.set(clock.now() - 17 * DAY_MS);
  assert.equal(pruneOutbox(context), 0, "13 days");
  clock.advance(2 * DAY_MS);
  assert.equal(pruneOutbox(context), 1);
  assert.equal(progressIn(context.db, SKILL).attempts, 1);
});
