// Publishers, a roll-back, a scheduler and editors at once: nobody's release is lost, no version is half of anything.
import assert from "node:assert/strict";
import type postgres from "postgres";
import { testDatabase } from "../properties/database.ts";
import { activeDrafts, contentAt } from "../properties/release_model.ts";

const ROUNDS = 12;

Deno.test("C5, I1, I2: simultaneous publishes, roll-backs, schedules and edits give complete versions without gaps", async () => {
  await using database = await testDatabase();
  const { sql } = database;
  const results: { by: string; version: number }[] = [];
  const deadlocks: unknown[] = [];
  let editing = true;

  async function edits(editor: postgres.Sql, column: "explanation" | "prompt") {
    // One transaction, two statements: a release with one of them would show different texts.
    for (let n = 0; editing; n++) {
      const text = `${column} ${n}`;
      await editor.begin(async (tx) => {
        await tx`update content.question set ${tx({ [column]: text })} where key like 'tides%'`;
        await tx`update content.question set ${tx({ [column]: text })} where key like 'bits%'`;
      }).catch((error: unknown) => deadlocks.push(error));
    }
  }
  async function publishes(publisher: postgres.Sql, by: string) {
    for (let n = 0; n < ROUNDS; n++) {
      const [row] = await publisher<{ version: number }[]>`
        select (public.publish_release(${by}, force => true) ->> 'version')::int as version`;
      if (row) results.push({ by, version: row.version });
    }
  }
  async function rollbacks(operator: postgres.Sql) {
    for (let n = 0; n < ROUNDS / 2; n++) {
      const [row] = await operator<{ version: number }[]>`
        select (public.rollback_release(1, 'back', true) ->> 'version')::int as version`;
      if (row) results.push({ by: "back", version: row.version });
    }
  }
  async function schedules(planner: postgres.Sql) {
    for (let n = 0; n < ROUNDS; n++) {
      const [preview] = await planner<
        { hash: string }[]
      >`select public.preview_release(0) ->> 'hash' as hash`;
      // Drafts have moved by now more often than not.
      await planner`select public.schedule_release(now(), ${preview?.hash ?? ""}, 'planned', true)`.catch(
        () => {},
      );
      await planner`select ops.run_due_schedule()`;
    }
  }
  const editors = [edits(database.connect(), "prompt"), edits(database.connect(), "explanation")];
  await Promise.all([
    publishes(database.connect(), "one"),
    publishes(database.connect(), "two"),
    rollbacks(database.connect()),
    schedules(database.connect()),
  ]);
  editing = false;
  await Promise.all(editors);
  // Two editors may well deadlock on each other's rows; a publisher never does, or the calls above would have thrown.
  for (const error of deadlocks) {
    assert.ok(error instanceof Error && "code" in error && error.code === "40P01");
  }

  const releases = await sql<{ version: number; note: string | null; rollback_to: number | null }[]>`
    select version, note, rollback_to from content.release order by version`;
  assert.deepEqual(releases.map(({ version }) => version), Array.from(releases, (_, i) => i + 1), "no gaps");
  for (const { by, version } of results) {
    assert.ok(releases[version - 1], `${by}'s version ${version} is there`);
  }
  const first = await contentAt(sql, 1);
  const texts = (content: Map<string, string>, column: string) =>
    new Set(
      [...content.values()].map((row) => JSON.parse(row)).filter(({ key }) => /^(tides_|bits_).*\//.test(key))
        .map((
          row,
        ) => row[column]).filter((text: string) => / \d+$/.test(text) && text.startsWith(column)),
    );
  for (const { version, rollback_to } of releases) {
    const content = await contentAt(sql, version);
    if (rollback_to !== null) assert.deepEqual(content, first, `version ${version} is version 1 again`);
    else {
      for (const column of ["prompt", "explanation"]) {
        assert.ok(texts(content, column).size <= 1, `version ${version} holds half of an edit`);
      }
    }
  }
  assert.ok(
    releases.some(({ rollback_to }) => rollback_to !== null) && releases.length > 5,
    "the race took place",
  );

  // What was edited last and is in no version yet is in the next one.
  await sql`select public.publish_release('last', force => true)`;
  const [head] = await sql<{ version: number }[]>`select max(version) as version from content.release`;
  assert.deepEqual(await contentAt(sql, head?.version ?? 0), await activeDrafts(sql), "no edit is missed");
});
