// A learner's devices send at once while support rebuilds and one of them pulls: the same rows as one after another.
import assert from "node:assert/strict";
import fc from "fast-check";
import { project } from "../../../client-contract/contract/projection_model.ts";
import { ingest, testDatabase } from "../properties/database.ts";
import { assertMissedNothing, follower } from "../properties/follower.ts";
import { deliveriesOf, fixedAnswer, historyOf } from "../properties/history.ts";
import { settings } from "../properties/settings.ts";
import { pullRows, readLedger } from "../properties/stamped.ts";

Deno.test("I4, I5, I6, I8: simultaneous batches count each event once, and pulls miss no row", async () => {
  await using database = await testDatabase();
  const { sql } = database;
  const senders = [database.connect(), database.connect(), database.connect()];
  const support = database.connect();
  const questions = await sql<{ id: string; skill_id: string }[]>`
    select id, skill_id from content.question where status = 'active' order by skill_id, id limit 6`;
  const arrival = fc.record({ events: historyOf({ questions }), isRebuilt: fc.boolean() }).chain((life) =>
    deliveriesOf(life.events.length).map((deliveries) => ({ ...life, deliveries }))
  );
  const two = [0, 1].map((n) => fixedAnswer(n, questions[n]?.id, 1));
  let together = 0;
  await fc.assert(
    fc.asyncProperty(arrival, async ({ events, isRebuilt, deliveries }) => {
      const learner = crypto.randomUUID();
      const device = follower(sql, learner);
      const applied: string[] = [];
      let underWay = 0;
      // There is something to rebuild, and to pull, from the start.
      await ingest(sql, learner, []);
      // Each sender takes the next batch as soon as its last one is answered.
      const waiting = [...deliveries];
      const send = async (connection: typeof sql) => {
        for (let batch = waiting.shift(); batch; batch = waiting.shift()) {
          if (underWay++ > 0) together++;
          const { results } = await ingest(
            connection,
            learner,
            batch.flatMap((place) => events[place] ?? []),
          );
          underWay--;
          for (const { id, status } of results) {
            assert.ok(status === "applied" || status === "duplicate", status);
            if (status === "applied" && id !== undefined) applied.push(id);
          }
        }
      };
      const meanwhile = async (work: () => Promise<unknown>) => {
        while (underWay > 0 || waiting.length > 0) await work();
      };
      const rebuild = () => support`select ops.rebuild_learner(${learner})`;
      await Promise.all([
        ...senders.map(send),
        ...isRebuilt ? [meanwhile(rebuild)] : [],
        meanwhile(() => device.pull(1)),
      ]);

      assert.deepEqual(applied.toSorted(), events.map(({ id }) => id), "each event applied once");
      assert.deepEqual(await pullRows(sql, learner), project(await readLedger(sql, learner)));
      await assertMissedNothing(sql, learner, device);
    }),
    { ...settings(25), examples: [[{ events: two, isRebuilt: true, deliveries: [[0], [1]] }]] },
  );
  assert.ok(together > 0, "the race took place");
});
