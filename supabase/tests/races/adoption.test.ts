// An account adopts a learner while devices of both send: whichever comes first, every event counts once.
import assert from "node:assert/strict";
import { until } from "../../../scripts/local/until.ts";
import { ingest, projection, testDatabase } from "../properties/database.ts";
import type { HistoryEvent } from "../properties/history.ts";
import { attempts, sessionStarted } from "./events.ts";
import { somebodyWaits } from "./waiting.ts";

const isAdopted = (error: unknown) => error instanceof Error && "code" in error && error.code === "CR050";

/** Two learners, of whom the second is anonymous. Either id may be the smaller one, which decides the order of their locks. */
async function twoLearners(sql: Awaited<ReturnType<typeof testDatabase>>["sql"]) {
  const [account, anonymous] = [crypto.randomUUID(), crypto.randomUUID()];
  await sql`insert into auth.users (id, is_anonymous) values (${account}, false), (${anonymous}, true)`;
  return { account, anonymous };
}

Deno.test("U10, I4: batches of both learners during an adoption count once and are not lost", async () => {
  await using database = await testDatabase();
  const { sql } = database;
  const [old, own, admin] = [database.connect(), database.connect(), database.connect()];
  const [question] = await sql<
    { id: string }[]
  >`select id from content.question where status = 'active' limit 1`;
  const seen = { before: 0, after: 0 };
  for (let round = 0; round < 30; round++) {
    const { account, anonymous } = await twoLearners(sql);
    const batches = Array.from(
      { length: 6 },
      (_, n) => attempts(question?.id ?? "", 10, Date.UTC(2026, 0, 1) + n * 1000),
    );
    if (round % 3 > 0) await ingest(sql, anonymous, [sessionStarted()]);
    let sent = 0;
    const sendOld = async (events: HistoryEvent[]) => {
      try {
        await ingest(old, anonymous, events);
        seen.before++;
      } catch (error) {
        assert.ok(isAdopted(error), String(error));
        // As the device does: the same lines with the account's token.
        const { results } = await ingest(old, account, events, 0, anonymous);
        assert.deepEqual([...new Set(results.map(({ status }) => status))], ["applied"]);
        seen.after++;
      }
      sent++;
    };
    const adopt = async () => {
      await until("batches", () => sent >= round % 5, 1);
      await admin`select ops.adopt_learner(${account}, ${anonymous}, 'the same person')`;
    };
    const adopted = adopt();
    await Promise.all([
      (async () => {
        const [last, ...others] = batches.toReversed();
        for (const events of others) await sendOld(events);
        // The last one comes too late, however slowly the adoption began.
        await adopted;
        await sendOld(last ?? []);
      })(),
      (async () => {
        for (let n = 0; n < 6; n++) await ingest(own, account, [sessionStarted()]);
      })(),
      adopted,
    ]);
    const [row] = await sql`
      select (select count(*)::int from learner.event where user_id = ${account}) as events,
        (select sum(attempts)::int from learner.skill_progress where user_id = ${account}) as attempts,
        (select count(*)::int from learner.event where user_id = ${anonymous}) as old,
        (select count(*)::int from learner.state where user_id = ${anonymous}) as states,
        (select count(*)::int from ops.quarantine where user_id in (${account}, ${anonymous})) as quarantined`;
    const first = round % 3 > 0 ? 1 : 0;
    assert.deepEqual({ ...row }, { events: 66 + first, attempts: 60, old: 0, states: 0, quarantined: 0 });
    const live = await projection(sql, account);
    await sql`select ops.rebuild_learner(${account})`;
    assert.deepEqual(await projection(sql, account), live);
  }
  assert.ok(seen.before > 10 && seen.after >= 30, `the race took place: ${JSON.stringify(seen)}`);
});

Deno.test("U10: a batch that waits for an adoption is refused, and an adoption waits for a batch", async () => {
  await using database = await testDatabase();
  const { sql } = database;
  const [one, two] = [database.connect(), database.connect()];
  for (let round = 0; round < 4; round++) {
    const { account, anonymous } = await twoLearners(sql);
    const adopt = `select ops.adopt_learner('${account}', '${anonymous}', 'the same person')`;
    if (round % 2 === 0) await ingest(sql, anonymous, [sessionStarted()]);

    // 1 The adoption comes first.
    const { late } = await one.begin(async (tx) => {
      await tx.unsafe(adopt);
      const late = ingest(two, anonymous, [sessionStarted()]).then(
        () => undefined,
        (error: unknown) => error,
      );
      await somebodyWaits(sql);
      return { late };
    }) as { late: Promise<unknown> };
    assert.ok(isAdopted(await late), "refused, and the device keeps it");

    // 2 The batch comes first.
    const next = await twoLearners(sql);
    const { adopting } = await one.begin(async (tx) => {
      await ingest(tx, next.anonymous, [sessionStarted()]);
      const adopting = two<{ moved: number }[]>`
        select ops.adopt_learner(${next.account}, ${next.anonymous}, 'the same person') -> 'moved' as moved`
        .execute();
      await somebodyWaits(sql);
      return { adopting };
    }) as { adopting: Promise<{ moved: number }[]> };
    assert.equal((await adopting)[0]?.moved, 1, "the batch is adopted with the rest");
  }
});

Deno.test("U10: two accounts that adopt each other's learners, or the same one, never wait for each other in a circle", async () => {
  await using database = await testDatabase();
  const { sql } = database;
  const [one, two] = [database.connect(), database.connect()];
  const outcome = { both: 0, refused: 0 };
  for (let round = 0; round < 40; round++) {
    const [a, b] = [crypto.randomUUID(), crypto.randomUUID()];
    const third = round % 2 === 0 ? b : crypto.randomUUID();
    await sql`insert into auth.users (id, is_anonymous) select id, true from unnest(${[
      a,
      b,
      third,
    ]}::uuid[]) id group by id`;
    for (const learner of new Set([a, b, third])) await ingest(sql, learner, [sessionStarted()]);
    const adopt = (connection: typeof sql, account: string, anonymous: string) =>
      connection`select ops.adopt_learner(${account}, ${anonymous}, 'the same person')`.then(
        () => "done",
        (error: unknown) => error instanceof Error && "code" in error ? String(error.code) : "unknown",
      );
    // a adopts b while b adopts a; or two adopt the same one.
    const results = round % 2 === 0
      ? await Promise.all([adopt(one, a, b), adopt(two, b, a)])
      : await Promise.all([adopt(one, a, third), adopt(two, b, third)]);
    assert.deepEqual(results.filter((code) => !["done", "CR050", "CR051"].includes(code)), []);
    const done = results.filter((code) => code === "done").length;
    assert.equal(done, 1, "one of the two");
    outcome.both += done;
    outcome.refused += results.length - done;
    const [row] =
      await sql`select count(*)::int as events from learner.event where user_id in (${a}, ${b}, ${third})`;
    assert.equal(row?.["events"], new Set([a, b, third]).size);
  }
  assert.deepEqual(outcome, { both: 40, refused: 40 });
});
