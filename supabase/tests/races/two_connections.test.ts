// Two connections at once: what must come out the same whoever is first.
import assert from "node:assert/strict";
import type postgres from "postgres";
import { until } from "../../../scripts/local/until.ts";
import { ingest, testDatabase } from "../properties/database.ts";
import { sessionStarted } from "./events.ts";
import { somebodyWaits } from "./waiting.ts";

Deno.test("I4: the same batch on two connections at once counts once", async () => {
  await using database = await testDatabase();
  const [one, two] = [database.connect(), database.connect()];
  for (let round = 0; round < 20; round++) {
    const learner = crypto.randomUUID();
    const events = Array.from({ length: 20 }, sessionStarted);
    const answers = await Promise.all([one, two].map((sql) => ingest(sql, learner, events)));
    const statuses = answers.map(({ results }) => [...new Set(results.map((r) => r.status))]);
    assert.deepEqual(statuses.flat().sort(), ["applied", "duplicate"], "one applied all, the other none");
    const [row] = await one`
      select (select count(*)::int from learner.event where user_id = ${learner}) as events,
        (select count(*)::int from learner.session where user_id = ${learner}) as sessions`;
    assert.deepEqual({ ...row }, { events: 20, sessions: 20 });
  }
});

Deno.test("I1, I2: publishers queue, and the second release includes the first", async () => {
  await using database = await testDatabase();
  const { sql } = database;
  const [one, two] = [database.connect(), database.connect()];
  const before = Number((await sql`select max(version) as version from content.release`)[0]?.version);
  await one.begin(async (tx) => {
    await tx`update content.domain set title = title || ' (one)' where key = (select min(key) from content.domain)`;
    await tx`select public.publish_release('one')`;
    await two`update content.domain set title = title || ' (two)' where key = (select max(key) from content.domain)`;
    const second = two`select public.publish_release('two')`.execute();
    await somebodyWaits(sql);
    assert.equal(
      Number((await sql`select max(version) as version from content.release`)[0]?.version),
      before,
      "uncommitted",
    );
    // The second publisher is released by this transaction's commit.
    setTimeout(() => second.catch(() => {}), 0);
  });
  await somebodyDone(sql, before + 2);
  const rows =
    await sql`select version, note, upserts from content.release where version > ${before} order by version`;
  assert.deepEqual(rows.map((row) => ({ ...row })), [
    { version: before + 1, note: "one", upserts: 1 },
    { version: before + 2, note: "two", upserts: 1 },
  ]);
});

/** Resolves when the head has reached a version. */
function somebodyDone(sql: postgres.Sql, version: number): Promise<void> {
  return until(
    `version ${version}`,
    async () => (await sql`select from content.release where version >= ${version}`).count > 0,
  );
}

Deno.test("I2: an edit during a publish is complete in this release or in the next one", async () => {
  await using database = await testDatabase();
  const { sql } = database;
  const [editor, publisher] = [database.connect(), database.connect()];
  let [editing, edited] = [true, 0];
  // Every edit gives all domains the same title in one transaction: a release that mixes two edits saw half of one.
  const edits = (async () => {
    for (; editing; edited++) await editor`update content.domain set title = ${`edit ${edited}`}`;
  })();
  for (let n = 0; n < 15; n++) {
    const before = edited;
    await until("another edit", () => edited > before, 0);
    await publisher`select public.publish_release(${`race ${n}`})`;
  }
  editing = false;
  await edits;
  const mixed = await sql`
    select version from content.revision
    where kind = 'domain' and version > 1
    group by version having count(distinct body::jsonb ->> 'title') > 1`;
  assert.deepEqual([...mixed], []);
  const [{ releases } = { releases: 0 }] =
    await sql`select count(*)::int as releases from content.release where version > 1`;
  assert.equal(releases, 15, "the race took place");
});

Deno.test("I8: a pull during a batch misses no change", async () => {
  await using database = await testDatabase();
  const [writerOne, writerTwo, reader] = [database.connect(), database.connect(), database.connect()];
  const learner = crypto.randomUUID();
  const sent = Array.from({ length: 60 }, () => Array.from({ length: 5 }, sessionStarted));
  let writing = true;
  const write = async (sql: postgres.Sql, from: number) => {
    for (let i = from; i < sent.length; i += 2) await ingest(sql, learner, sent[i] ?? []);
  };
  interface Pull {
    changes: { row: { session_id: string } }[];
    cursor: string;
  }
  const pulled = new Set<string>();
  let cursor: string | null = null;
  const pullAll = async () => {
    const [row]: { pull: Pull }[] =
      await reader`select private.learner_changes(${learner}, ${cursor}, 7) as pull`;
    for (const change of row?.pull.changes ?? []) pulled.add(change.row.session_id);
    cursor = row?.pull.cursor ?? null;
    return row?.pull.changes.length ?? 0;
  };
  const read = (async () => {
    while (writing) await pullAll();
  })();
  await Promise.all([write(writerOne, 0), write(writerTwo, 1)]);
  writing = false;
  await read;
  while (await pullAll() > 0);
  const all = sent.flat().map((event) => event.body.session_id);
  assert.deepEqual([...pulled].sort(), all.toSorted());
});
