// A draft names a file again at the moment when the worker claims the file for removal: one of them comes first, and no draft names a removed file.
import assert from "node:assert/strict";
import postgres from "postgres";
import { testDatabase } from "../properties/database.ts";
import { somebodyWaits } from "./waiting.ts";

const FILE = "a".repeat(64);
const MEDIA = [{ path: "a.png", bytes: 7, sha256: FILE, mime: "image/png" }];

Deno.test("C4: a file that is named and claimed for removal at once is either kept or refused to the draft", async () => {
  await using database = await testDatabase();
  const { sql } = database;
  const other = database.connect();
  const [question] = await sql<{ id: string }[]>`select id from content.question order by id limit 1`;
  const id = question?.id ?? "";
  const name = (sql: postgres.ISql) =>
    sql`update content.question set media = ${JSON.stringify(MEDIA)}::text::jsonb where id = ${id}`;
  const claim = async (sql: postgres.ISql): Promise<string[]> => {
    const [row] = await sql<{ work: { task: string; names: string[] } | null }[]>`
      select private.claim_media_work() as work`;
    return row?.work?.task === "remove" ? row.work.names : [];
  };
  const marks = async () => (await sql`select from content.unused_media`).count;
  const mark = async () => {
    await sql`update content.question set media = '[]' where id = ${id}`;
    await sql`select ops.mark_unused_media()`;
    await sql`update content.unused_media set since = now() - interval '31 days', remove_at = now() - interval '1 day'`;
    assert.equal(await marks(), 1);
  };
  await sql`insert into storage.objects (bucket_id, name, metadata) values ('media', ${FILE}, '{"size": 7}')`;

  // The draft comes first: the claim passes by, before and after the draft's commit.
  await mark();
  await other.begin(async (tx) => {
    await name(tx);
    assert.deepEqual(await claim(sql), []);
  });
  assert.deepEqual([await claim(sql), await marks()], [[], 0]);

  // The draft is taken back: the file is removed after all.
  await mark();
  await assert.rejects(
    other.begin(async (tx) => {
      await name(tx);
      throw new Error("taken back");
    }),
    /taken back/,
  );
  assert.equal(await marks(), 1);

  // The claim comes first: the draft waits for the claim's commit, and is refused until the file is gone.
  let naming: Promise<unknown> = Promise.resolve();
  await other.begin(async (tx) => {
    assert.deepEqual(await claim(tx), [FILE]);
    naming = name(sql).then(() => undefined, (error: unknown) => error);
    await somebodyWaits(database.sql);
  });
  for (const error of [await naming, await name(sql).then(() => undefined, (error: unknown) => error)]) {
    assert.ok(error instanceof postgres.PostgresError);
    assert.deepEqual([error.code, error.hint], ["55P03", "60"]);
    assert.match(error.message, /is being removed/);
  }
  await sql`select ops.mark_unused_media()`;
  assert.equal(await marks(), 1, "the job leaves a claimed file to the worker");
  await sql`select private.finish_media_removal(json_build_array(${FILE}::text))`;
  await name(sql);
  assert.equal(await marks(), 0);
});
