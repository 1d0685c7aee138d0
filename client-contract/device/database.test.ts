// The schema file itself: it opens, upgrades, and refuses every state that it calls impossible.
import assert from "node:assert/strict";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import { openDatabase } from "./database.ts";
import { openNodeSqlite } from "./node_sqlite.ts";
import { DeviceError } from "./device_error.ts";
import { ILLEGAL } from "../../scripts/testkit/device/illegal_rows.ts";

const Pragmas = z.object({ user_version: z.number(), journal_mode: z.string(), synchronous: z.number() });
const Name = z.object({ name: z.string() });

function inFolder(test: (file: string) => void): () => void {
  return () => {
    const folder = Deno.makeTempDirSync({ prefix: "carrel-device-" });
    try {
      test(join(folder, "device.sqlite"));
    } finally {
      Deno.removeSync(folder, { recursive: true });
    }
  };
}

Deno.test(
  "K3: a new database has the newest schema version, WAL mode and full fsync",
  inFolder((file) => {
    using db = openDatabase(openNodeSqlite(file));
    assert.deepEqual(
      db.get(
        Pragmas,
        `select v.user_version, j.journal_mode, s.synchronous
         from pragma_user_version v, pragma_journal_mode j, pragma_synchronous s`,
      ),
      { user_version: 1, journal_mode: "wal", synchronous: 2 },
    );
  }),
);

Deno.test(
  "K3: an older database is upgraded step by step, a failed step is undone, and a newer one is refused",
  inFolder((file) => {
    openDatabase(openNodeSqlite(file))[Symbol.dispose]();
    const steps = ["create table second (id text) strict", "create table third (id text) strict"];
    assert.throws(() => openDatabase(openNodeSqlite(file), [steps[0] ?? "", "create table fourth ("]));
    {
      using db = openDatabase(openNodeSqlite(file));
      assert.deepEqual(db.all(Name, "select name from sqlite_schema where name in ('second', 'fourth')"), []);
    }
    {
      using db = openDatabase(openNodeSqlite(file), steps);
      assert.equal(
        db.all(Name, "select name from sqlite_schema where name in ('second', 'third')").length,
        2,
      );
    }
    openDatabase(openNodeSqlite(file), steps)[Symbol.dispose]();
    assert.throws(
      () => openDatabase(openNodeSqlite(file)),
      (error) => error instanceof DeviceError && error.code === "newer_database",
    );
  }),
);

Deno.test(
  "K3: a transaction that throws is rolled back",
  inFolder((file) => {
    using db = openDatabase(openNodeSqlite(file));
    assert.throws(() =>
      db.transaction(() => {
        db.run("insert into sync_state (learner_id, device_id) values ('l', 'd')");
        throw new RangeError("stop");
      }), RangeError);
    assert.equal(db.get(Name, "select learner_id as name from sync_state"), undefined);
  }),
);

const SCHEMA = Deno.readTextFileSync(new URL("../drift/carrel.drift", import.meta.url));

function emptyDatabase(): DatabaseSync {
  const db = new DatabaseSync(":memory:");
  db.exec(SCHEMA);
  return db;
}

function insert(db: DatabaseSync, table: string, row: Record<string, unknown>): void {
  const columns = Object.keys(row);
  const values = Object.values(row).map((value) =>
    typeof value === "number" ? value : value === null ? null : String(value)
  );
  db.prepare(`insert into ${table} (${columns.join(", ")}) values (${columns.map(() => "?").join(", ")})`)
    .run(...values);
}

Deno.test("K3: every named constraint refuses an invalid state", () => {
  for (const [table, { good, bad }] of Object.entries(ILLEGAL)) {
    for (const [constraint, change] of Object.entries(bad)) {
      using db = emptyDatabase();
      const isKey = constraint.endsWith("_pkey");
      if (isKey) insert(db, table, good);
      assert.throws(
        () => insert(db, table, { ...good, ...change }),
        (error) => error instanceof Error && error.message.includes(isKey ? "UNIQUE constraint" : constraint),
        constraint,
      );
    }
  }
  const named = [...SCHEMA.matchAll(/constraint (\w+)/g)].map(([, name]) => name).sort();
  assert.deepEqual(named, Object.values(ILLEGAL).flatMap(({ bad }) => Object.keys(bad)).sort());
});

Deno.test("K3: a new file has every table, index and trigger of carrel.drift", () => {
  const objects = "select type, name, tbl_name from sqlite_schema order by 1, 2";
  using drift = emptyDatabase();
  using file = openDatabase(openNodeSqlite(":memory:"));
  assert.deepEqual(
    file.all(z.object({ type: z.string(), name: z.string(), tbl_name: z.string() }), objects),
    drift.prepare(objects).all().map((row) => ({ ...row })),
  );
});

Deno.test("K1, K3: the schema uses only what Drift can read: strict tables and create statements", () => {
  using db = emptyDatabase();
  const loose =
    "select name from pragma_table_list where schema = 'main' and strict = 0 and name not like 'sqlite%'";
  assert.deepEqual(db.prepare(loose).all(), []);
  const statements = SCHEMA.replaceAll(/^\s*--.*$/gm, "").split(/;\s*\n(?=\S|\s*$)/).filter((text) =>
    text.trim() !== ""
  );
  const others = statements.filter((text) =>
    !/^\s*(create (table|(unique )?index|trigger)|end)\b/.test(text)
  );
  assert.deepEqual(others, []);
});

Deno.test("U1, K3: the line of an event cannot change, and an unsent event cannot be deleted", () => {
  using db = emptyDatabase();
  insert(db, "outbox", ILLEGAL.outbox?.good ?? {});
  assert.throws(() => db.exec("update outbox set line = line"), /outbox_line_is_frozen/);
  insert(db, "telemetry", ILLEGAL.telemetry?.good ?? {});
  assert.throws(() => db.exec("update telemetry set line = line"), /telemetry_line_is_frozen/);
  assert.throws(() => db.exec("delete from outbox"), /outbox_keeps_unsent/);
  db.exec("update outbox set state = 'held_back', code = 'wrong_learner'");
  assert.throws(() => db.exec("delete from outbox"), /outbox_keeps_unsent/);
});
