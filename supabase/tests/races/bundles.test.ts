// Two bundle workers and a publisher at once: none undoes what another has just asked for.
import assert from "node:assert/strict";
import type postgres from "postgres";
import { testDatabase } from "../properties/database.ts";
import { somebodyWaits } from "./waiting.ts";

interface Work {
  task: string;
  bundles: { schema: number; domain_id: string; version: number }[];
}

async function claim(sql: postgres.Sql): Promise<Work | null> {
  const [row] = await sql<{ work: Work | null }[]>`select private.claim_bundle_work() as work`;
  return row?.work ?? null;
}

Deno.test("C1: a worker that began before a publish retires no bundle of the new release", async () => {
  await using database = await testDatabase();
  const { sql } = database;
  const [holder, late, quick] = [database.connect(), database.connect(), database.connect()];
  let lateWork: Promise<Work | null> | undefined;
  let quickWork: Work | null = null;

  // The late worker asks for the bundles of version 1, and is held up by one that somebody else is asking for.
  await holder.begin(async (tx) => {
    await tx`
      insert into content.bundle (history, schema, domain_id, version, rows)
      select private.history(), n.schema, n.domain_id, n.version, n.rows from private.domain_node_at(1) n limit 1`;
    lateWork = claim(late);
    await somebodyWaits(sql);
    // Every domain changes, so that the quick worker needs nothing of what the late one holds.
    await sql`update content.domain set title = left(title, 100) || '!' where true`;
    await sql`select public.publish_release('meanwhile')`;
    quickWork = await claim(quick);
  });
  const found = [quickWork, await lateWork].map((work) => work?.bundles.map(({ version }) => version));
  assert.deepEqual(found, [[2], [2]], "both write for the new release");

  const state = () =>
    sql<{ version: number; retired: boolean; count: number }[]>`
      select version, retired_at is not null as retired, count(*)::int as count
      from content.bundle group by 1, 2 order by 1, 2`;
  const [needed] = await sql`select count(*)::int as count from private.domain_node_at(2)`;
  assert.deepEqual(
    (await state()).filter(({ version }) => version === 2).map((row) => ({ ...row })),
    [{ version: 2, retired: false, count: needed?.count }],
    "all that it needs is wanted",
  );
  // What the late worker asked for in vain goes with the next claim.
  assert.deepEqual((await claim(quick))?.bundles.map(({ version }) => version), [2]);
  assert.deepEqual((await state()).map(({ version, retired }) => [version, retired]), [[1, true], [
    2,
    false,
  ]]);
});
