// A learner is erased while their devices send: whichever comes first, in the end nothing of them is left.
import assert from "node:assert/strict";
import { until } from "../../../scripts/stack/until.ts";
import { ingest, testDatabase } from "../properties/database.ts";
import { sessionStarted } from "./events.ts";

Deno.test("O5: an erasure that races with batches leaves nothing, and lets nothing in afterwards", async () => {
  await using database = await testDatabase();
  const { sql } = database;
  const [one, two, admin] = [database.connect(), database.connect(), database.connect()];
  const seen = { taken: 0, refused: 0 };
  for (let round = 0; round < 40; round++) {
    const learner = crypto.randomUUID();
    // Every other learner is at their first contact: there is no row to lock yet.
    if (round % 2 === 0) await ingest(sql, learner, [sessionStarted()]);
    let [sent, isErased] = [0, false];
    const send = async (connection: typeof sql) => {
      for (let wasErased = false; !wasErased; sent++) {
        wasErased = isErased;
        try {
          await ingest(connection, learner, Array.from({ length: 20 }, sessionStarted));
          seen.taken++;
        } catch (error) {
          assert.ok(error instanceof Error && "code" in error && error.code === "CR024", String(error));
          seen.refused++;
        }
      }
    };
    const erase = async () => {
      await until("batches", () => sent >= round % 10, 1);
      if (round % 4 < 2) await admin`select ops.erase_learner(${learner})`;
      // As the trigger on auth.users does, without a look at who is busy.
      else await admin`insert into ops.erasure (user_id, reason) values (${learner}, 'account_deleted')`;
      isErased = true;
    };
    await Promise.all([send(one), send(two), erase()]);
    await sql`select ops.run_erasures()`;
    const [row] = await sql`
      select (select count(*)::int from learner.event where user_id = ${learner}) as events,
        (select count(*)::int from learner.session where user_id = ${learner}) as sessions,
        (select count(*)::int from learner.batch where user_id = ${learner}) as batches,
        (select count(*)::int from learner.state where user_id = ${learner}) as states,
        (select count(erased_at)::int from ops.erasure where user_id = ${learner}) as erased`;
    assert.deepEqual({ ...row }, { events: 0, sessions: 0, batches: 0, states: 0, erased: 1 });
  }
  assert.ok(seen.taken > 20 && seen.refused > 20, `the race took place: ${JSON.stringify(seen)}`);
});
