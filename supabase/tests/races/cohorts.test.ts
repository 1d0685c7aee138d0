// A learner joins a cohort while they sync, are adopted or are erased, and two lists fill a cohort at once: no membership is left behind.
import assert from "node:assert/strict";
import type postgres from "postgres";
import { ingest, testDatabase } from "../properties/database.ts";
import { somebodyWaits } from "./waiting.ts";

const add = (sql: postgres.ISql, cohort: string, learners: string[]) =>
  sql<{ result: string }[]>`select result from public.add_cohort_members(${cohort}, ${learners})`;
const results = (rows: readonly { result: string }[]) => rows.map(({ result }) => result);
const members = async (sql: postgres.Sql, cohort: string) =>
  (await sql<{ id: string }[]>`select user_id as id from ops.cohort_member where cohort_id = ${cohort}`).map((
    { id },
  ) => id);

Deno.test("O3, U10, O5: a learner who joins a cohort during a sync, an adoption or an erasure leaves no membership behind", async () => {
  await using database = await testDatabase();
  const { sql } = database;
  const other = database.connect();
  const [made] = await sql<{ id: string }[]>`select public.create_cohort('one') ->> 'id' as id`;
  const cohort = made?.id ?? "";
  const learner = async (isAnonymous: boolean) => {
    const id = crypto.randomUUID();
    await sql`insert into auth.users (id, is_anonymous) values (${id}, ${isAnonymous})`;
    await ingest(sql, id, []);
    return id;
  };

  // 1 A sync in progress delays nothing.
  const syncing = await learner(false);
  await other.begin(async (tx) => {
    await ingest(tx, syncing, []);
    assert.deepEqual(results(await add(sql, cohort, [syncing])), ["added"]);
  });

  // 2 Adoption and erasure begin while a list is added: they wait for it, and then move or remove its rows.
  for (const what of ["adopt", "erase"] as const) {
    const [account, gone] = [await learner(false), await learner(true)];
    let done: PromiseLike<unknown> = Promise.resolve();
    await other.begin(async (tx) => {
      assert.deepEqual(results(await add(tx, cohort, [gone])), ["added"]);
      done = (what === "adopt"
        ? sql`select ops.adopt_learner(${account}, ${gone}, 'the same person')`
        : sql`select ops.erase_learner(${gone})`).then(() =>
          undefined
        );
      if (what === "adopt") await somebodyWaits(database.sql);
    });
    await done;
    if (what === "erase") await sql`select ops.erase_learner(${gone})`;
    const now = await members(sql, cohort);
    assert.deepEqual([now.includes(gone), now.includes(account)], [false, what === "adopt"], what);
  }

  // 3 They were there first.
  const [account, gone] = [await learner(false), await learner(true)];
  await other.begin(async (tx) => {
    await tx`select ops.adopt_learner(${account}, ${gone}, 'the same person')`;
    assert.deepEqual(results(await add(sql, cohort, [gone, account])), ["busy", "busy"]);
  });
  assert.deepEqual(results(await add(sql, cohort, [gone])), ["added"]);
  assert.ok((await members(sql, cohort)).includes(account));
});

Deno.test("U8: two lists that fill a cohort at once do not exceed its limit", async () => {
  await using database = await testDatabase();
  const { sql } = database;
  const other = database.connect();
  const [made] = await sql<{ id: string }[]>`select public.create_cohort('one') ->> 'id' as id`;
  const cohort = made?.id ?? "";
  await sql`update ops.cohort_setting set most_members = 5`;
  const lists = Array.from({ length: 2 }, () => Array.from({ length: 4 }, () => crypto.randomUUID()));
  await sql`insert into learner.state (user_id) select unnest(${lists.flat()}::uuid[])`;
  const both = await Promise.all([add(sql, cohort, lists[0] ?? []), add(other, cohort, lists[1] ?? [])]);
  assert.deepEqual(both.flatMap(results).toSorted(), [
    ...Array(5).fill("added"),
    ...Array(3).fill("cohort_full"),
  ]);
  assert.equal((await members(sql, cohort)).length, 5);
});
