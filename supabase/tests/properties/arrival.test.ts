// Whatever the order, the split, the repetition and the device: the same rows, and rebuild gives them again.
import assert from "node:assert/strict";
import fc from "fast-check";
import { project } from "../../../client-contract/contract/projection_model.ts";
import { ingest, projection, testDatabase } from "./database.ts";
import { deliveriesOf, historyOf } from "./history.ts";
import { Releases } from "./releases.ts";
import { settings } from "./settings.ts";
import { pullRows, readLedger } from "./stamped.ts";

/** One for all tests: each history has learners of its own. */
const database = await testDatabase();
const { sql } = database;
Deno.test.afterAll(async () => await database[Symbol.asyncDispose]());

/** Questions that were answered otherwise, moved, withdrawn and added since: events name each of their versions. */
const releases = new Releases("a1100000");
await releases.publish(sql);
await releases.publish(sql, [{ do: "answer", n: 0, choice: 2 }, { do: "move", n: 1, to: 0 }, {
  do: "toggle",
  n: 2,
}]);
await releases.publish(sql, [{ do: "toggle", n: 2 }, { do: "toggle", n: 3 }, { do: "move", n: 4, to: 2 }]);
const curriculum = releases.curriculum();

Deno.test("I4, I5, I6: events give the same rows in any order of arrival, and each counts once", async () => {
  const arrival = historyOf(curriculum).chain((events) =>
    fc.record({
      events: fc.constant(events),
      one: deliveriesOf(events.length),
      other: deliveriesOf(events.length),
    })
  );
  await fc.assert(
    fc.asyncProperty(arrival, async ({ events, one, other }) => {
      const rows: unknown[] = [];
      for (const deliveries of [one, other]) {
        const learner = crypto.randomUUID();
        const applied: string[] = [];
        for (const delivery of deliveries) {
          const batch = delivery.flatMap((place) => events[place] ?? []);
          const { results } = await ingest(sql, learner, batch);
          assert.deepEqual(
            results.map((r) => r.id),
            batch.map((event) => event.id),
            "results in the order of the request",
          );
          for (const { id, status } of results) {
            assert.ok(status === "applied" || status === "duplicate", status);
            if (status === "applied" && id !== undefined) applied.push(id);
          }
        }
        assert.deepEqual(
          applied.toSorted(),
          events.map((event) => event.id).toSorted(),
          "each event applied once",
        );
        const before = await projection(sql, learner);
        await sql`select ops.rebuild_learner(${learner})`;
        assert.deepEqual(await projection(sql, learner), before, "rebuild gives the same rows");
        rows.push(before);
      }
      assert.deepEqual(rows[0], rows[1], "both arrivals give the same rows");
    }),
    settings(40),
  );
});

// Long mode, 10,000 histories: CARREL_RUNS=10000, 9 minutes for all three on 2 cores.
Deno.test("I5, I6, U4: a pull after any batch equals the reference model of the ledger", async () => {
  // Seconds, less than a day, and more.
  const skews = fc.array(fc.constantFrom(0, 5000, -50_400_000, 90_000_000, -31_536_000_000), {
    minLength: 1,
  });
  const arrival = historyOf(curriculum, "any").chain((events) =>
    fc.record({ events: fc.constant(events), deliveries: deliveriesOf(events.length), skews })
  );
  await fc.assert(
    fc.asyncProperty(arrival, async ({ events, deliveries, skews }) => {
      const learner = crypto.randomUUID();
      for (const [n, delivery] of deliveries.entries()) {
        const batch = delivery.flatMap((place) => events[place] ?? []);
        const { results } = await ingest(sql, learner, batch, skews[n % skews.length]);
        assert.ok(results.every(({ status }) => status === "applied" || status === "duplicate"));
        assert.deepEqual(await pullRows(sql, learner), project(await readLedger(sql, learner)));
      }
      await sql`select ops.rebuild_learner(${learner})`;
      assert.deepEqual(
        await pullRows(sql, learner),
        project(await readLedger(sql, learner)),
        "after a rebuild",
      );
    }),
    settings(40),
  );
});

Deno.test("I5: progress only grows while batches arrive, except by a greater reset pair", async () => {
  const arrival = historyOf(curriculum).chain((events) =>
    deliveriesOf(events.length).map((deliveries) => ({ events, deliveries }))
  );
  interface Progress {
    skill_id: string;
    reset_count: number;
    reset_event: string | null;
    mastery: number;
    completed: string[];
    attempts: number;
    correct: number;
    practiced_at: Date | null;
  }
  await fc.assert(
    fc.asyncProperty(arrival, async ({ events, deliveries }) => {
      const learner = crypto.randomUUID();
      const held = new Map<string, Progress>();
      for (const delivery of deliveries) {
        await ingest(sql, learner, delivery.flatMap((place) => events[place] ?? []));
        const rows = await sql<Progress[]>`select * from learner.skill_progress where user_id = ${learner}`;
        for (const now of rows) {
          const before = held.get(now.skill_id);
          held.set(now.skill_id, now);
          if (!before) continue;
          const pair = (p: Progress) => `${p.reset_count} ${p.reset_event ?? ""}`;
          assert.ok(pair(now) >= pair(before), "the reset pair never goes back");
          if (pair(now) > pair(before)) continue;
          assert.ok(
            now.mastery >= before.mastery && now.attempts >= before.attempts && now.correct >= before.correct,
          );
          assert.ok(before.completed.every((id) => now.completed.includes(id)));
          assert.ok(Number(now.practiced_at) >= Number(before.practiced_at));
        }
        for (const skill of held.keys()) {
          assert.ok(rows.some((row) => row.skill_id === skill), "no row vanishes");
        }
      }
    }),
    settings(40),
  );
});
