// Whoever writes the ledger without the learner's lock: ingest meets a key that was free a moment ago.
import assert from "node:assert/strict";
import { ingest, testDatabase } from "../properties/database.ts";
import { sessionStarted } from "./events.ts";
import { somebodyWaits } from "./waiting.ts";

Deno.test("I4, U2: an event inserted by hand during a batch counts once", async (t) => {
  await using database = await testDatabase();
  const { sql } = database;
  const [hand, device] = [database.connect(), database.connect()];
  for (const [batch, statuses] of [[1, ["duplicate"]], [3, ["applied", "duplicate", "applied"]]] as const) {
    await t.step(`U2: an event inserted by hand during a batch of ${batch} counts once`, async () => {
      const [origin, learner] = [crypto.randomUUID(), crypto.randomUUID()];
      const events = Array.from({ length: batch }, sessionStarted);
      const contested = events[Math.floor(batch / 2)];
      assert.ok(contested);
      await ingest(sql, origin, [contested]);
      await ingest(sql, learner, [sessionStarted()]);
      const answer = await hand.begin(async (tx) => {
        await tx`create temporary table copy on commit drop as select * from learner.event where user_id = ${origin}`;
        await tx`update copy set user_id = ${learner}`;
        await tx`insert into learner.event select * from copy`;
        const sent = ingest(device, learner, events);
        await somebodyWaits(sql);
        return { sent };
      });
      const { results } = await answer.sent;
      assert.deepEqual(results.map(({ status }) => status), statuses);
      const [row] = await sql`
        select (select count(*)::integer from learner.event where user_id = ${learner}) as events,
          (select count(*)::integer from ops.quarantine where user_id = ${learner}) as quarantined`;
      assert.deepEqual({ ...row }, { events: 1 + batch, quarantined: 0 });
    });
  }
});
