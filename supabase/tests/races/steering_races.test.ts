// Two connections at once: buckets hold what they hold, and a revocation that has returned is in force.
import assert from "node:assert/strict";
import fc from "fast-check";
import type postgres from "postgres";
import { ulid } from "ulid";
import { type TestDatabase, testDatabase } from "../properties/database.ts";
import { settings } from "../properties/settings.ts";

const DEVICE = "d0000000-0000-4000-8000-000000000001";

function batch(learner: string, events: number): string {
  const sent_at = new Date().toISOString();
  const header = { batch_id: ulid(), device_id: DEVICE, sent_at, contract_version: 1 };
  const event = () => ({
    id: ulid(),
    type: "session.started",
    version: 1,
    learner_id: learner,
    device_id: DEVICE,
    occurred_at: sent_at,
    utc_offset_minutes: 0,
    body: { session_id: ulid(), content_version: 1 },
  });
  return [header, ...Array.from({ length: events }, event)].map((line) => JSON.stringify(line)).join("\n");
}

interface Answer {
  results?: unknown[];
  refused?: { retry_after_s: number };
}

async function send(sql: postgres.Sql, learner: string, events: number): Promise<Answer> {
  const [row] = await sql<
    { answer: Answer }[]
  >`select private.ingest_for(${learner}, null, ${batch(learner, events)}) as answer`;
  assert.ok(row);
  return row.answer;
}

async function stored({ sql }: TestDatabase, learner: string): Promise<number> {
  const [row] = await sql<
    { events: number }[]
  >`select count(*)::int as events from learner.event where user_id = ${learner}`;
  return row?.events ?? -1;
}

Deno.test("U8: racing batches of a learner get what the bucket holds, each accepted or refused as a whole", async () => {
  await using database = await testDatabase();
  await database
    .sql`update ops.pressure_setting set event_burst = 600, events_per_s = 1, batch_burst = 5, batches_per_s = 1`;
  const connections = [database.connect(), database.connect(), database.connect()];
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 0, max: 300 }), { minLength: 1, maxLength: 9 }),
      async (sizes) => {
        const learner = crypto.randomUUID();
        const began = performance.now();
        const answers = await Promise.all(sizes.map((events, i) => {
          const sql = connections[i % connections.length];
          assert.ok(sql);
          return send(sql, learner, events);
        }));
        const seconds = Math.ceil((performance.now() - began) / 1000);
        const taken = sizes.filter((_, i) => answers[i]?.results);
        const events = taken.reduce((sum, n) => sum + n, 0);
        assert.ok(events <= 600 + seconds && taken.length <= 5 + seconds, `${taken} of ${sizes}`);
        // Refused is only what did not fit at the time: less than all had been taken by then.
        const left = sizes.filter((_, i) => answers[i]?.refused);
        if (taken.length < 5) {
          for (const size of left) {
            assert.ok(events + size > 600, `${left} refused beside ${taken}`);
          }
        }
        assert.equal(await stored(database, learner), events);
        const [state] = await database.sql`select limited from learner.state where user_id = ${learner}`;
        assert.equal(state?.limited, left.length);
      },
    ),
    settings(10),
  );
});

Deno.test("U8: a device writes nothing after its revocation has returned", async () => {
  await using database = await testDatabase();
  const [writer, support] = [database.connect(), database.connect()];
  let refusedRounds = 0;
  for (let round = 0; round < 15; round++) {
    const learner = crypto.randomUUID();
    await send(writer, learner, 1);
    let isRevoked = false;
    const writing = (async () => {
      for (;;) {
        const isLast = isRevoked;
        const sent = await send(writer, learner, 20).then(
          () => "taken",
          (error: { code?: string }) => error.code,
        );
        if (sent === "CR082") return true;
        assert.equal(sent, "taken");
        if (isLast) return false;
      }
    })();
    await new Promise((resolve) => setTimeout(resolve, round));
    await support`select public.revoke_device(${DEVICE}, 'race', ${learner})`;
    isRevoked = true;
    const atRevocation = await stored(database, learner);
    if (await writing) refusedRounds++;
    assert.equal(await stored(database, learner), atRevocation);
  }
  assert.equal(refusedRounds, 15, "every writer was told");
});
