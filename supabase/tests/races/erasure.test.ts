// A learner is erased while their devices send: whichever comes first, in the end nothing of them is left.
import assert from "node:assert/strict";
import type postgres from "postgres";
import { until } from "../../../scripts/local/until.ts";
import { ingest, testDatabase } from "../properties/database.ts";
import { sessionStarted } from "./events.ts";
import { somebodyWaits } from "./waiting.ts";

Deno.test("O5: an erasure during batches leaves nothing, and later batches are refused", async () => {
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

type Query = postgres.Sql | postgres.TransactionSql;

/** What comes in beside batches; each takes a learner, and is refused or counts for nothing once they are erased. */
const DOORS = {
  contact: (sql: Query, learner: string) =>
    sql`select private.record_contacts(${
      JSON.stringify([{ learner, session: null, device: crypto.randomUUID(), version: null }])
    }::text::json)`,
  report: (sql: Query, learner: string) =>
    sql`select private.report_content(${learner}, null, '{"kind": "mismatch", "version": 1, "rows": 1, "nodes": []}')`,
};

async function left(sql: Query, learner: string) {
  const [row] = await sql`
    select (select count(*)::int from learner.device where user_id = ${learner}) as devices,
      (select count(*)::int from ops.content_report where user_id = ${learner}) as reports,
      (select count(*)::int from learner.state where user_id = ${learner}) as states,
      (select count(erased_at)::int from ops.erasure where user_id = ${learner}) as erased`;
  return { ...row };
}

const NOTHING = { devices: 0, reports: 0, states: 0, erased: 1 };

/** Each door, for a learner who has sent something, and for one of whom there is no row to lock yet. */
async function* entries(sql: postgres.Sql) {
  for (const [door, enter] of Object.entries(DOORS)) {
    for (const isKnown of [true, false]) {
      const learner = crypto.randomUUID();
      if (isKnown) await ingest(sql, learner, [sessionStarted()]);
      yield { door, enter, isKnown, learner };
    }
  }
}

Deno.test("O5: an erasure waits for a contact or a report that is under way", async () => {
  await using database = await testDatabase();
  const { sql } = database;
  const [one, admin] = [database.connect(), database.connect()];
  for await (const { door, enter, isKnown, learner } of entries(sql)) {
    const { erasing } = await one.begin(async (tx) => {
      await enter(tx, learner);
      const erasing = admin`select ops.erase_learner(${learner}) as at`.execute();
      // Where there is a row, it is passed over for now; where one is being made, that is waited for.
      if (isKnown) assert.equal((await erasing)[0]?.at, null, "not yet");
      else await somebodyWaits(sql);
      return { erasing };
    }) as { erasing: Promise<unknown> };
    await erasing;
    await sql`select ops.run_erasures()`;
    assert.deepEqual(await left(sql, learner), NOTHING, door);
  }
});

Deno.test("O5: a contact or a report during an erasure leaves nothing", async () => {
  await using database = await testDatabase();
  const { sql } = database;
  const [one, admin] = [database.connect(), database.connect()];
  for await (const { door, enter, isKnown, learner } of entries(sql)) {
    const { entering } = await admin.begin(async (tx) => {
      await tx`select ops.erase_learner(${learner})`;
      const entering = enter(one, learner).then(() => {}, (error: unknown) => error);
      // The contact of a learner who is busy waits for nobody.
      if (door === "contact" && isKnown) await entering;
      else await somebodyWaits(sql);
      return { entering };
    }) as { entering: Promise<unknown> };
    const error = await entering;
    const isErased = error instanceof Error && "code" in error && error.code === "CR024";
    assert.ok(error === undefined || isErased, String(error));
    assert.deepEqual(await left(sql, learner), NOTHING, door);
  }
});

/** What a person may hold in an open transaction; each takes the learner of whom it is. */
const HELD: Record<string, (tx: Query, learner: string) => Promise<unknown>> = {
  "an erasure asked for in a console": (tx, learner) => tx`select ops.erase_learner(${learner})`,
  "a row of the barrier": (tx, learner) => tx`select from ops.erasure where user_id = ${learner} for update`,
  "a row of the learner": (tx, learner) =>
    tx`select from learner.device where user_id = ${learner} for update`,
  "the end of a grace period": (tx, learner) =>
    tx`select from ops.account_deletion where user_id = ${learner} for update`,
  "the barrier of a deleted account": (tx, learner) =>
    tx`insert into ops.erasure (user_id, reason) values (${learner}, 'requested')
      on conflict (user_id) do update set tried_at = now()`,
};

Deno.test("O5: rows that somebody holds delay their own learner's erasure, and nobody else's", async () => {
  await using database = await testDatabase();
  const { sql } = database;
  const admin = database.connect();
  await sql`select cron.unschedule('carrel_erasures')`;
  for (const [what, hold] of Object.entries(HELD)) {
    const learners: string[] = Array.from({ length: 240 }, () => crypto.randomUUID());
    await sql`insert into learner.state (user_id) select unnest(${learners}::uuid[])`;
    await sql`
      insert into learner.device (user_id, device_id, first_seen_at, last_seen_at)
      select l, gen_random_uuid(), now(), now() from unnest(${learners}::uuid[]) l`;
    // Half of them asked, and the grace period of the other half is over; some did both.
    await sql`
      insert into ops.erasure (user_id, reason)
      select l, 'requested' from unnest(${learners}::uuid[]) with ordinality u (l, n) where n <= 130`;
    await sql`
      insert into ops.account_deletion (user_id, deleted_at, erase_at)
      select l, now() - interval '2 days', now() - interval '1 day'
      from unnest(${learners}::uuid[]) with ordinality u (l, n) where n > 120`;
    const held = [learners[20], learners[125], learners[200]].filter((learner) => learner !== undefined);
    const left = async () =>
      (await sql<{ id: string }[]>`
        select d.user_id as id from learner.device d where d.user_id = any (${learners}::uuid[])`).map((
        { id },
      ) => id);
    await admin.begin(async (tx) => {
      for (const learner of held) await hold(tx, learner);
      // A slow machine may need a second run to find all that are held.
      for (let run = 0; run < 2; run++) {
        await sql`select private.run_job('erasures', 'select ops.run_erasures()')`;
      }
      const late = (await left()).filter((learner) => !held.includes(learner));
      assert.deepEqual(late, [], `${what}: everybody else is erased`);
      const [job] = await sql`select last_error from ops.job where name = 'erasures'`;
      assert.equal(job?.last_error, null, what);
    });
    await sql`update ops.erasure set tried_at = now() - interval '1 hour' where failures > 0`;
    await sql`select ops.run_erasures()`;
    await sql`select ops.run_erasures()`;
    assert.deepEqual(await left(), [], `${what}: and then they are, too`);
  }
});
