// Real clusters that are restored and upgraded: the history changes when something may be lost, and stays after a declared upgrade.
import assert from "node:assert/strict";
import { join } from "node:path";
import postgres from "postgres";
import { undoOf } from "../../../scripts/generate/migrations.ts";
import { startCluster } from "../../../scripts/local/postgres/cluster.ts";
import { copyDataFolder } from "../../../scripts/local/postgres/copy.ts";
import { remove } from "../../../scripts/local/postgres/folders.ts";
import { readMigrations } from "../../../scripts/local/postgres/migrations.ts";
import { migrated } from "../../../scripts/local/postgres/recipes.ts";
import { SUPABASE_FOLDER, WORK_FOLDER } from "../../../scripts/start/project.ts";
import { changeSystemIdentifier } from "../../../scripts/testkit/postgres_identity.ts";
import { openDatabase } from "../../functions/_shared/database.ts";
import { Problem } from "../../functions/_shared/problem.ts";
import { event, header, type Learner, ndjson } from "../functions/bench.ts";

const CURSOR = /^[0-9a-f]{16}\.\d+$/;

/** A cluster that is stopped, changed and started again. */
async function startLife(name: string) {
  const folder = join(WORK_FOLDER, `life-${Deno.pid}-${name}`);
  const [data, copy] = [join(folder, "data"), join(folder, "copy")];
  const start = () =>
    startCluster({ dataFolder: data, port: 0, durable: false, recipe: migrated(SUPABASE_FOLDER) });
  let cluster = await start();
  const learner: Learner = { id: crypto.randomUUID(), deviceId: crypto.randomUUID(), token: "" };

  async function query<T extends postgres.MaybeRow>(
    run: (sql: postgres.Sql) => Promise<readonly T[]>,
    role = "postgres",
  ): Promise<T | undefined> {
    const sql = postgres(cluster.url(role), { max: 1, onnotice: () => {} });
    try {
      return (await run(sql))[0];
    } finally {
      await sql.end();
    }
  }
  // A caller of these tests has no session.
  await query((sql) => sql`update ops.session_setting set accept_tokens_without_session = true`);
  const settle = async () => (await query((sql) => sql`select ops.settle_upgrade() as result`))?.["result"];
  return {
    query,
    data,
    history: async () => (await query((sql) => sql`select private.history() as id`))?.["id"],
    paused: async () =>
      (await query((sql) => sql`select private.steering_for(null, null) -> 'paused' ->> 'reason' as reason`))
        ?.["reason"] ?? null,
    settle,
    /** Pushes one event; gives the new cursor, or the code of the refusal. */
    async push(): Promise<string> {
      try {
        const text = ndjson(header(learner), event(learner));
        const caller = { learner: learner.id, session: null };
        return JSON.parse((await openDatabase(cluster.url("carrel_edge")).sync(caller, text)).answer).batch
          .token;
      } catch (error) {
        assert.ok(error instanceof Problem);
        return error.code;
      }
    },
    /** Why a device with this cursor has to start over, or undefined. */
    reset: async (cursor: string) =>
      (await query((sql) =>
        sql`select private.learner_changes(${learner.id}, ${cursor}, 10)::json ->> 'reset' as reason`
      ))?.["reason"] ?? undefined,
    /** Does something to the stopped cluster. */
    async whileStopped(work: () => Promise<void>): Promise<void> {
      await cluster.stop();
      await work();
      cluster = await start();
    },
    backUp: () => copyDataFolder(data, copy),
    /** Puts the copy back with PostgreSQL's archive recovery, which ends on a new timeline. */
    async putBack() {
      await copyDataFolder(copy, data);
      await Deno.writeTextFile(join(data, "recovery.signal"), "");
      const settings = "restore_command = 'false'\nhot_standby = off\n";
      await Deno.writeTextFile(join(data, "postgresql.auto.conf"), settings, { append: true });
    },
    async [Symbol.asyncDispose]() {
      await cluster.remove();
      await remove(folder);
    },
  };
}

Deno.test("I11: an upgrade that was declared keeps the history, and one that was not changes it", async () => {
  await using life = await startLife("upgrade");
  const before = await life.history();
  const cursor = await life.push();
  assert.match(cursor, CURSOR);
  await life.query((sql) => sql`select ops.expect_upgrade()`);
  assert.equal(await life.history(), before, "a declaration changes nothing");
  assert.equal(await life.push(), "paused", "nothing is written that a backup could lack");
  assert.equal(await life.settle(), "expected");

  await life.whileStopped(() => changeSystemIdentifier(life.data));
  assert.equal(await life.history(), before, "from the first statement on");
  assert.equal(await life.settle(), "upgraded");
  assert.equal(await life.history(), before);
  assert.equal(await life.reset(cursor), undefined);
  assert.equal(await life.paused(), null);
  assert.match(await life.push(), CURSOR);
  const audited = await life.query((sql) =>
    sql`select array_agg(action order by id) as actions from ops.audit where action like '%_upgrade'`
  );
  assert.deepEqual(audited?.["actions"], ["expect_upgrade", "settle_upgrade"]);

  await life.whileStopped(() => changeSystemIdentifier(life.data));
  assert.notEqual(await life.history(), before, "a declaration is good for one upgrade");
  assert.equal(await life.reset(cursor), "history_changed");
});

Deno.test("I11: a backup that is restored although an upgrade was declared changes the history", async () => {
  await using life = await startLife("restore");
  const before = await life.history();
  const cursor = await life.push();
  await life.query((sql) => sql`select ops.expect_upgrade()`);
  await life.whileStopped(life.backUp);
  assert.equal(await life.history(), before, "a copy alone changes nothing");
  await life.whileStopped(life.putBack);
  assert.notEqual(await life.history(), before);
  assert.equal(await life.reset(cursor), "history_changed");
  assert.equal(await life.settle(), "restored");
  assert.equal(await life.paused(), null);
  assert.notEqual(await life.history(), before);

  // The time of a declaration is over: an upgrade that comes later is not expected.
  const second = await life.history();
  await life.query((sql) => sql`select ops.expect_upgrade()`);
  await life.query((sql) => sql`update ops.history set upgrade_until = now() - interval '1 second'`);
  await life.whileStopped(() => changeSystemIdentifier(life.data));
  assert.notEqual(await life.history(), second);
});

/** What `pg_dump --clean` and its restore do: everything is dropped, made again, and filled without triggers. */
async function dumpAndRestore(sql: postgres.Sql): Promise<void> {
  const tables = await sql<{ name: string }[]>`
    select c.oid::regclass::text as name from pg_class c
    where c.relkind = 'r' and c.relnamespace::regnamespace::text in ('content', 'learner', 'ops')`;
  const rows = new Map<string, string>();
  for (const { name } of tables) {
    const [row] = await sql.unsafe<{ text: string }[]>(
      `select coalesce(json_agg(t), '[]')::text as text from ${name} t`,
    );
    rows.set(name, row?.text ?? "[]");
  }
  const migrations = await readMigrations(SUPABASE_FOLDER);
  await sql.unsafe("set role postgres");
  for (const { file } of migrations.toReversed()) {
    await sql.begin((tx) => tx.unsafe(undoOf(file.text)).simple());
  }
  for (const { file } of migrations) await sql.unsafe(file.text).simple();
  await sql.unsafe("reset role");
  await sql.unsafe("set session_replication_role = replica");
  await sql.unsafe(
    `truncate ${tables.map(({ name }) => name).filter((name) => name !== "ops.history").join(", ")}`,
  );
  // A dump's triggers are made after its rows.
  await sql.unsafe("alter table ops.history disable trigger all");
  await sql.unsafe("delete from ops.history");
  // The row of history comes last: loading learners' rows without triggers changes it.
  const inOrder = [...rows].toSorted(([a], [b]) => Number(a === "ops.history") - Number(b === "ops.history"));
  for (const [name, text] of inOrder) {
    const [columns] = await sql<{ list: string }[]>`
      select string_agg(quote_ident(attname), ', ') as list from pg_attribute
      where attrelid = ${name}::regclass and attnum > 0 and not attisdropped and attgenerated = ''`;
    await sql.unsafe(
      `insert into ${name} (${columns?.list}) overriding system value
       select ${columns?.list} from json_populate_recordset(null::${name}, $1::text::json)`,
      [text],
    );
  }
  await sql.unsafe("alter table ops.history enable always trigger history_new_seed");
}

Deno.test("I11: a dump that is put back into the same database changes the history, and so do data alone", async () => {
  await using life = await startLife("dump");
  await life.push();
  // Rows that are deleted and put back, one month of a dump, or one row of it.
  for (const table of ["learner.event", "learner.session", "learner.state", "content.release"]) {
    const earlier = await life.history();
    await life.query(async (sql) => {
      await sql.unsafe("set session_replication_role = replica");
      await sql.unsafe(`create temporary table kept as select * from ${table}`);
      await sql.unsafe(`delete from ${table}`);
      return await sql.unsafe(`insert into ${table} select * from kept`);
    }, "supabase_admin");
    assert.notEqual(await life.history(), earlier, `${table}, put back`);
  }
  const later = await life.history();
  await life.push();
  await life.query((sql) => sql`delete from learner.session`, "supabase_admin");
  assert.equal(await life.history(), later, "what happens day by day, and an edit by hand, keep the history");
  const cursor = await life.push();
  const before = await life.history();
  const seed = async () => (await life.query((sql) => sql`select seed from ops.history`))?.["seed"];
  const first = await seed();
  await life.query(async (sql) => {
    await dumpAndRestore(sql);
    return [];
  }, "supabase_admin");
  assert.equal(await seed(), first, "the row is the dump's");
  assert.notEqual(await life.history(), before);
  assert.equal(await life.reset(cursor), "history_changed");

  const restored = await life.history();
  for (
    const tables of [
      "ops.history",
      "learner.event",
      "learner.event_default",
      "learner.attempt_default",
      "learner.state",
      "learner.session",
      "learner.skill_progress",
      "learner.practice",
      "content.release, content.revision",
    ]
  ) {
    const earlier = await life.history();
    await life.query(async (sql) => {
      await sql.unsafe("set session_replication_role = replica");
      const copy = await sql`select * from ops.history`;
      await sql.unsafe(`truncate ${tables} cascade`);
      if (tables === "ops.history") await sql`insert into ops.history ${sql(copy)}`;
      return copy;
    }, "supabase_admin");
    assert.notEqual(await life.history(), earlier, tables);
  }
  assert.notEqual(await life.history(), restored);
});
