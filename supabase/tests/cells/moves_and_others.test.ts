// Moves while other things happen: jobs run, classes have the same name, accounts are restored, runs are killed side by side.
import assert from "node:assert/strict";
import { cancelMove, moveLearner, moveSteps } from "../../../scripts/cells/move.ts";
import { ingest } from "../properties/database.ts";
import { Releases } from "../properties/releases.ts";
import { attempts } from "../races/events.ts";
import { checkMaps } from "../../../scripts/cells/check.ts";
import { place } from "../../../scripts/cells/learners.ts";
import { digestOf, inCell, startCells } from "./cells.ts";
import { publishToAll } from "../../../scripts/cells/publish.ts";

const service = await startCells(2);
const { cells, open } = service;
const { cell: a, sql: first } = service.at(0);
const { cell: b, sql: second } = service.at(1);
Deno.test.afterAll(async () => await service[Symbol.asyncDispose]());
const releases = new Releases("a1200000");
await releases.publish(first, []);
await publishToAll(cells, open, { publish: false, note: null, force: false });
const QUESTION = releases.curriculum().questions[0]?.id ?? "";

/** A learner of the default cell, with some events. */
async function learnerWithEvents(): Promise<string> {
  const learner = crypto.randomUUID();
  await ingest(first, learner, attempts(QUESTION, 6));
  return learner;
}

/** Runs a move until a step is done, and stops there as a killed command does. */
async function moveUntil(learner: string, last: string) {
  const steps = moveSteps(cells, open, learner, b, 3);
  for (;;) {
    const step = await steps.next();
    if (step.done || step.value === last) return steps;
  }
}

Deno.test("O5, O6: retention that runs between the steps of a killed move does not keep it from finishing", async () => {
  const learner = await learnerWithEvents();
  await first`insert into ops.content_report (user_id, reported_on, number, reported_at, kind, version, rows, nodes)
    values (${learner}, '2026-01-01', 1, '2026-01-01', 'repair', 1, 1, '{}')`;
  await moveUntil(learner, "arrival finished");
  const [pruned] = await first`select ops.prune_content_reports('100 days') as reports`;
  assert.equal(Number(pruned?.["reports"]), 1);
  const moved = await moveLearner(cells, open, learner, b);
  assert.equal(moved.rows?.["learner.event"], 6);
  assert.deepEqual(await digestOf(first, learner), {});
});

Deno.test("O6, U3: rows that appear in the old cell after they were copied are not deleted", async () => {
  const learner = await learnerWithEvents();
  await moveUntil(learner, "arrival finished");
  await first`insert into learner.batch (user_id, received_at, batch_id, device_id, events, applied, duplicate, quarantined, retry)
    values (${learner}, now(), ${crypto.randomUUID()}, ${crypto.randomUUID()}, 1, 1, 0, 0, 0)`;
  await assert.rejects(moveLearner(cells, open, learner, b), { code: "CR056", detail: "rows_differ" });
  assert.ok((await digestOf(first, learner))["learner.event"]);
});

Deno.test("O3, O6: a learner moves with a class whose name another class of the new cell has", async () => {
  const learner = await learnerWithEvents();
  const name = `Class ${crypto.randomUUID()}`;
  const [cohort] = await first`insert into ops.cohort (name) values (${name}) returning id`;
  await second`insert into ops.cohort (name) values (${name})`;
  await first`insert into ops.cohort_member (cohort_id, user_id) values (${cohort?.["id"]}, ${learner})`;
  await moveLearner(cells, open, learner, b);
  const names =
    await second`select c.name from ops.cohort c join ops.cohort_member m on m.cohort_id = c.id where m.user_id = ${learner}`;
  assert.deepEqual(names.map((row) => row["name"]), [`${name} (${cohort?.["id"]})`]);
});

Deno.test("O5, O6: an account that is restored after its learner has moved ends the grace period of its deletion", async () => {
  const learner = await learnerWithEvents();
  await first`insert into auth.users (id) values (${learner})`;
  await first`update auth.users set deleted_at = now() where id = ${learner}`;
  await moveLearner(cells, open, learner, b);
  const pending = async (sql: typeof first) =>
    (await sql`select count(*)::int as count from ops.account_deletion where user_id = ${learner}`)[0]
      ?.["count"];
  assert.deepEqual([await pending(first), await pending(second)], [1, 0], "the default cell has the account");
  await first`update auth.users set deleted_at = null where id = ${learner}`;
  assert.deepEqual([await pending(first), await pending(second)], [0, 0]);
});

Deno.test("O6, U8: a learner with more live devices than the limit moves with all of them", async () => {
  const learner = await learnerWithEvents();
  await first`alter table learner.device disable trigger device_forget_others`;
  await first`insert into learner.device (user_id, device_id, first_seen_at, last_seen_at)
    select ${learner}, gen_random_uuid(), now(), now() from generate_series(1, 60)`;
  await first`alter table learner.device enable trigger device_forget_others`;
  const moved = await moveLearner(cells, open, learner, b);
  assert.ok((moved.rows?.["learner.device"] ?? 0) >= 60);
});

Deno.test("O6: a run that is overtaken ends, also when the faster one is killed or the move is cancelled", async () => {
  const learner = await learnerWithEvents();
  const slow = await moveUntil(learner, "copied");
  await moveUntil(learner, "arrival finished");
  for (let step = 0; !(await slow.next()).done; step++) assert.ok(step < 50, "the run goes in circles");
  const other = await learnerWithEvents();
  const late = await moveUntil(other, "copied");
  const [row] = await first`select move_id as id from ops.learner_cell where user_id = ${other}`;
  await second`select ops.cancel_arrival(${other}, ${row?.["id"]}, ${a.name})`;
  await assert.rejects(
    async () => {
      for (let step = 0; !(await late.next()).done; step++) assert.ok(step < 50, "the run goes in circles");
    },
    { code: "CR056", detail: "cancelled" },
  );
  await cancelMove(cells, open, other, b);
  await ingest(first, other, attempts(QUESTION, 1));
});

Deno.test("O6, U3: the replay job does not touch a learner whose move has begun since it looked", async () => {
  const learner = await learnerWithEvents();
  await first`insert into ops.replay_queue (user_id) values (${learner})`;
  let run: Promise<unknown> | undefined;
  await first.begin(async (tx) => {
    // Whoever asks where a learner lives waits here, with an older snapshot.
    await tx`lock table ops.cell in access exclusive mode`;
    run = first`select ops.replay_held('1 ms')`.execute();
    for (let waiting = 0; waiting === 0;) {
      const [row] =
        await first`select count(*)::int as count from pg_locks where not granted and relation = 'ops.cell'::regclass`;
      waiting = Number(row?.["count"]);
    }
    await tx`select ops.begin_departure(${learner}, 'b')`;
  });
  await run;
  const [row] = await first`select tried_at from ops.replay_queue where user_id = ${learner}`;
  assert.deepEqual({ ...row }, { tried_at: null }, "the learner is still in the queue");
  await moveLearner(cells, open, learner, b);
});

Deno.test("O6, U9: after a restore to before a move, check names the learners whom two cells or no cell take, and both are mended", async () => {
  const [twice, nowhere, fine] = [
    await learnerWithEvents(),
    await learnerWithEvents(),
    await learnerWithEvents(),
  ];
  for (const learner of [twice, nowhere, fine]) await moveLearner(cells, open, learner, b);
  const before = (await checkMaps(cells, open)).found;
  const found = async () =>
    (await checkMaps(cells, open)).found.filter(({ learner }) => !before.some((o) => o.learner === learner));
  // The old cell of the one, and the new cell of the other, from before the move.
  await first`delete from ops.learner_cell where user_id = ${twice}`;
  await ingest(first, twice, attempts(QUESTION, 2));
  await second`delete from ops.learner_cell where user_id = ${nowhere}`;
  await second`select private.drop_learner_rows(${nowhere}, 1000)`;
  const order = (x: { learner: string }, y: { learner: string }) => x.learner < y.learner ? -1 : 1;
  assert.deepEqual(
    (await found()).sort(order),
    [
      { learner: twice, mapped: "a", takenBy: ["a", "b"] },
      { learner: nowhere, mapped: "b", takenBy: [] },
    ].sort(order),
  );

  const [begun] = await first`select ops.begin_departure(${twice}, 'b') as move`;
  await first`select ops.finish_departure(${twice}, ${begun?.["move"]}, ops.departure_digest(${twice}, ${
    begun?.["move"]
  }))`;
  await first`select ops.clear_departed(${twice}, ${begun?.["move"]})`;
  await place(cells, open, nowhere, b);
  assert.deepEqual(await found(), []);
  for (const learner of [twice, nowhere]) await ingest(second, learner, attempts(QUESTION, 1));
});

Deno.test("O6, U1: a learner whom nobody has placed begins in the default cell, whichever cell the first device asks", async () => {
  const learner = crypto.randomUUID();
  const events = attempts(QUESTION, 3);
  // Both devices hold the same events, as after a restored backup.
  const begun = await Promise.all(
    [0, 1].map((start) => inCell(service, start, (sql) => ingest(sql, learner, events))),
  );
  assert.deepEqual(begun.map(({ place, refusals }) => [place, refusals]), [[0, 0], [0, 1]]);
  const rows = await Promise.all(
    [first, second].map((sql) =>
      sql`select count(*)::int as n from learner.event where user_id = ${learner}`
    ),
  );
  assert.deepEqual(rows.map(([row]) => row?.["n"]), [3, 0]);
  assert.deepEqual((await checkMaps(cells, open)).found.filter((one) => one.learner === learner), []);
});
