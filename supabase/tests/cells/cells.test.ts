// Two cells serve the same learners as one database: the same answers, rows and roots, also while learners move between them.
import assert from "node:assert/strict";
import fc from "fast-check";
import { publishToAll } from "../../../scripts/cells/publish.ts";
import { moveLearner, moveSteps } from "../../../scripts/cells/move.ts";
import { erase, place, spreadErasures } from "../../../scripts/cells/learners.ts";
import { ingest, projection, testDatabase } from "../properties/database.ts";
import { deliveriesOf, type HistoryEvent, historyOf } from "../properties/history.ts";
import { Releases } from "../properties/releases.ts";
import { settings } from "../properties/settings.ts";
import { attempts } from "../races/events.ts";
import { digestOf, inCell, startCells } from "./cells.ts";

const service = await startCells(2);
const { cells, open } = service;
const { cell: a, sql: first } = service.at(0);
const { cell: b, sql: second } = service.at(1);
const single = await testDatabase();
Deno.test.afterAll(async () => {
  await service[Symbol.asyncDispose]();
  await single[Symbol.asyncDispose]();
});
const releases = new Releases("a1100000");
const same = new Releases("a1100000");
const versions = [[], [{ do: "answer", n: 0, choice: 2 }], [{ do: "toggle", n: 3 }]] as const;
for (const edits of versions) {
  await releases.publish(first, [...edits]);
  await same.publish(single.sql, [...edits]);
}
const followed = await publishToAll(cells, open, { publish: false, note: null, force: false });
const curriculum = releases.curriculum();
const QUESTION = curriculum.questions[0]?.id ?? "";

async function roots(sql: typeof first): Promise<unknown> {
  return (await sql`select n.schema, n.kind, n.id, n.version, encode(n.hash, 'hex') as hash from content.tree_node n order by 1, 2, 3, 4`)
    .map((row) => ({ ...row }));
}

/** Everything that may happen to a learner's batches: repetition, another content under an id, events that are broken or of the future. */
function loadOf(events: HistoryEvent[], deliveries: number[][]): HistoryEvent[][] {
  const batches = deliveries.map((delivery) => delivery.flatMap((place) => events[place] ?? []));
  const [event] = events;
  if (!event) return batches;
  return [
    ...batches,
    [{ ...event, body: { ...event.body, duration_ms: 77, mastery: 3, end_reason: "completed" } }],
    [{ ...event, id: event.id.replace(/^.{6}/, "01KAP0"), body: {} }],
    [{
      ...event,
      id: event.id.replace(/^.{6}/, "01KAQ0"),
      type: "attempt.imagined",
      body: { of: "the future" },
    }],
  ];
}

Deno.test("O6, C6: every release has the same hash tree in all cells", async () => {
  assert.deepEqual(followed.map(({ cell, version, problem }) => ({ cell, version, problem })), [
    { cell: "a", version: 4, problem: null },
    { cell: "b", version: 4, problem: null },
  ]);
  assert.deepEqual(await roots(second), await roots(first));
  assert.deepEqual(await roots(single.sql), await roots(first));
});

Deno.test("O6, U1, U2: two cells answer the same load as one database, and have the union of its rows", async () => {
  const history = historyOf(curriculum).chain((events) =>
    fc.record({ events: fc.constant(events), deliveries: deliveriesOf(events.length) })
  );
  const rows = { one: 0, two: 0 };
  for (const [n, { events, deliveries }] of fc.sample(history, settings(16)).entries()) {
    const learner = crypto.randomUUID();
    if (n % 2 === 1) await place(cells, open, learner, b);
    let at = 0;
    for (const batch of loadOf(events, deliveries)) {
      const expected = await ingest(single.sql, learner, batch);
      const { result, place } = await inCell(service, at, (sql) => ingest(sql, learner, batch));
      at = place;
      assert.deepEqual(result.results, expected.results);
    }
    assert.equal(at, n % 2, "the default cell sends the device to the learner's cell");
    const { sql: home } = service.at(at);
    assert.deepEqual(await projection(home, learner), await projection(single.sql, learner));
    await home`select ops.rebuild_learner(${learner})`;
    assert.deepEqual(await projection(home, learner), await projection(single.sql, learner), "rebuild");
    assert.deepEqual(
      await digestOf(service.at(1 - at).sql, learner),
      {},
      "nothing is in the other cell",
    );
  }
  const count =
    `(select count(*)::int from learner.event) + (select count(*)::int from ops.quarantine) as rows`;
  for (const sql of [first, second]) rows.two += (await sql.unsafe(`select ${count}`))[0]?.["rows"];
  rows.one = (await single.sql.unsafe(`select ${count}`))[0]?.["rows"];
  assert.ok(rows.one >= 16, "an event a history at least");
  assert.equal(rows.two, rows.one);
});

Deno.test("O6, U1, U3: a learner who pushes while they move loses nothing, and nothing counts twice", async () => {
  for (let round = 0; round < 3; round++) {
    const learner = crypto.randomUUID();
    const batches = Array.from(
      { length: 24 },
      (_, n) => attempts(QUESTION, 10, Date.UTC(2026, 0, 1) + n * 1000),
    );
    const [before, ...rest] = batches;
    await inCell(service, 0, (sql) => ingest(sql, learner, before ?? []));
    const old = await first`select private.learner_changes(${learner}, null, 1000) ->> 'cursor' as cursor`;
    let refusals = 0;
    let at = 0;
    let isMoved = false;
    const push = async () => {
      for (const batch of rest) {
        const sent = await inCell(service, at, (sql) => ingest(sql, learner, batch));
        at = sent.place;
        refusals += sent.refusals;
        assert.ok(
          sent.result.results.every(({ status }) => status === "applied"),
          "nothing was counted before",
        );
        // Every batch may have been answered without the device learning of it.
        const again = await inCell(service, at, (sql) => ingest(sql, learner, batch));
        assert.ok(again.result.results.every(({ status }) => status === "duplicate"));
        at = again.place;
        if (isMoved) await new Promise((resolve) => setTimeout(resolve, 1));
      }
    };
    const move = async () => {
      await new Promise((resolve) => setTimeout(resolve, round * 15));
      await moveLearner(cells, open, learner, b);
      isMoved = true;
    };
    await Promise.all([push(), move()]);
    const last = await inCell(service, 0, (sql) => ingest(sql, learner, attempts(QUESTION, 1)));
    assert.equal(last.place, 1, "the learner lives in the other cell");
    assert.ok(refusals + last.refusals > 0);
    const [row] = await second`select count(*)::int as events from learner.event where user_id = ${learner}`;
    assert.equal(row?.["events"], 241);
    assert.deepEqual(await digestOf(first, learner), {}, "nothing is left behind");
    for (const batch of batches) {
      const { results } = await ingest(second, learner, batch);
      assert.ok(results.every(({ status }) => status === "duplicate"), "a replayed batch counts once");
    }
    const [pull] = await second`select private.learner_changes(${learner}, ${
      old[0]?.["cursor"]
    }, 1000) as answer`;
    assert.deepEqual(pull?.["answer"], { reset: "history_changed" }, "an old cursor starts over");
    for (const sql of [first, second]) {
      const audit = await sql`select distinct action from ops.audit where object_id = ${learner} order by 1`;
      const [half] = sql === first ? ["departure"] : ["arrival"];
      assert.deepEqual(
        audit.map(({ action }) => action),
        [`begin_${half}`, `finish_${half}`],
        "the move alone is audited",
      );
    }
  }
});

/** A learner with rows in every table that a move copies. */
async function wholeLearner(): Promise<string> {
  const learner = crypto.randomUUID();
  const anonymous = crypto.randomUUID();
  await first`insert into auth.users (id, is_anonymous) values (${learner}, false), (${anonymous}, true)`;
  const [event] = attempts(QUESTION, 1);
  assert.ok(event);
  await ingest(first, anonymous, attempts(QUESTION, 5));
  await ingest(first, learner, [...attempts(QUESTION, 8), {
    ...event,
    id: event.id.replace(/^.{6}/, "01KAP0"),
    body: {},
  }]);
  await ingest(first, learner, [{
    ...event,
    id: event.id.replace(/^.{6}/, "01KAQ0"),
    type: "attempt.imagined",
    body: { of: "the future" },
  }]);
  await first`select ops.adopt_learner(${learner}, ${anonymous}, 'the same person')`;
  await first`select private.report_content(${learner}, null, '{"kind": "mismatch", "version": 3, "rows": 1, "nodes": []}')`;
  await first.begin(async (tx) => {
    const [cohort] = await tx`insert into ops.cohort (name) values (${`class of ${learner}`}) returning id`;
    await tx`insert into ops.cohort_member (cohort_id, user_id) values (${cohort?.["id"]}, ${learner})`;
    await tx`insert into ops.cohort_staff (cohort_id, user_id) values (${
      cohort?.["id"]
    }, ${crypto.randomUUID()})`;
    // A JSON null is not a null, and a time may be infinite.
    await tx`update learner.attempt set answer = 'null' where user_id = ${learner} and event_id = (select min(event_id::text)::uuid from learner.attempt where user_id = ${learner})`;
    await tx`insert into learner.device_session (user_id, session_id, device_id, seen_at) values (${learner}, ${crypto.randomUUID()}, ${crypto.randomUUID()}, now())`;
    await tx`insert into ops.telemetry_horizon (user_id, device_id, last_event) values (${learner}, ${crypto.randomUUID()}, ${crypto.randomUUID()})`;
  });
  return learner;
}

Deno.test("O6: a move that is killed after any step goes on where it was, and both cells agree in the end", async () => {
  let steps = 0;
  for (let killedAt = 1, isKilled = true; isKilled; killedAt++) {
    const learner = await wholeLearner();
    const before = await digestOf(first, learner);
    assert.ok(Object.keys(before).length >= 12, Object.keys(before).join());
    isKilled = false;
    const run = moveSteps(cells, open, learner, b, 10);
    for (let step = 1; !(await run.next()).done; step++) {
      steps++;
      if (step !== killedAt) continue;
      isKilled = true;
      break;
    }
    // Wherever it stopped: no cell takes events that the other one would not know of.
    const taken = await Promise.allSettled(
      [first, second].map((sql) => ingest(sql, learner, attempts(QUESTION, 1))),
    );
    const takers = taken.filter(({ status }) => status === "fulfilled").length;
    assert.ok(takers <= 1, "at most one cell takes events");
    const moved = await moveLearner(cells, open, learner, b);
    assert.equal(moved.to, "b");
    const after = await digestOf(second, learner);
    if (takers === 0) assert.deepEqual(after, before);
    else assert.deepEqual(Object.keys(after), Object.keys(before));
    const { "learner.adoption": adopted, ...left } = await digestOf(first, learner);
    assert.ok(adopted, "whom the learner has adopted stays refused");
    assert.deepEqual(left, {});
    const [load] =
      await second`select open_rows, held_rows from ops.quarantine_load where user_id = ${learner}`;
    assert.deepEqual({ ...load }, { open_rows: 1, held_rows: 1 });
    await assert.rejects(ingest(first, learner, attempts(QUESTION, 1)), { code: "CR086", detail: b.url });
    await ingest(second, learner, attempts(QUESTION, 1));
    // And back, as an operator may do the next day.
    if (killedAt % 3 > 0) continue;
    await moveLearner(cells, open, learner, a);
    await ingest(first, learner, attempts(QUESTION, 1));
    await assert.rejects(ingest(second, learner, attempts(QUESTION, 1)), { code: "CR086", detail: a.url });
  }
  assert.ok(steps > 30);
  const edits = await second`select action, object from ops.audit where action like 'hand_%'`;
  assert.deepEqual(edits.map((row) => ({ ...row })), [], "no row of a move looks like an edit by hand");
});

Deno.test("O6: two runs of the same move at the same time move the learner once", async () => {
  const learner = await wholeLearner();
  const before = await digestOf(first, learner);
  await Promise.all([moveLearner(cells, open, learner, b), moveLearner(cells, open, learner, b)]);
  assert.deepEqual(await digestOf(second, learner), before);
});

Deno.test("O5, O6: an erasure after a move erases in both cells, and both refuse the devices as erased", async () => {
  const learner = await wholeLearner();
  await moveLearner(cells, open, learner, b);
  assert.deepEqual((await erase(cells, open, learner)).erased, { a: "erased", b: "erased" });
  for (const sql of [first, second]) {
    // Whom the learner had adopted follows by the job.
    await sql`select ops.run_erasures()`;
    assert.deepEqual(await digestOf(sql, learner), {});
    await assert.rejects(ingest(sql, learner, attempts(QUESTION, 1)), { code: "CR024" });
    const [kept] =
      await sql`select count(*)::int as texts from ops.audit where object_id = ${learner} and action <> 'erase_learner' and (before is not null or after is not null)`;
    assert.equal(kept?.["texts"], 0, "no text about the learner is left");
  }
});

Deno.test("O5, O6: an erasure in one cell reaches the others, also when a move was under way", async () => {
  const learner = await wholeLearner();
  const run = moveSteps(cells, open, learner, b, 9);
  for (let step = 0; step < 4; step++) await run.next();
  await first`select ops.erase_learner(${learner})`;
  await first`select ops.run_erasures()`;
  await assert.rejects(moveLearner(cells, open, learner, b), { code: "CR024" });
  const [row] = await first`select array_agg(e.user_id::text) as ids from ops.erasure e`;
  assert.equal(row?.["ids"].includes(learner), true);
  assert.equal((await spreadErasures(cells, open)).learners.includes(learner), true);
  await second`select ops.run_erasures()`;
  assert.deepEqual(await digestOf(second, learner), {});
  assert.deepEqual((await spreadErasures(cells, open)).learners, []);
});
