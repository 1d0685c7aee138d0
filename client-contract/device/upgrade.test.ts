// The upgrade of a device's database: from the schema of every version to the present one, whatever interrupts it, no event is lost.
import fc from "fast-check";
import assert from "node:assert/strict";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import { ILLEGAL } from "../../scripts/testkit/device/illegal_rows.ts";
import { settings } from "../../supabase/tests/properties/settings.ts";
import { openDatabase } from "./database.ts";
import { openNodeSqlite } from "./node_sqlite.ts";
import type { DeviceStorage } from "./storage.ts";
import { NEWEST_VERSION } from "./upgrades.ts";

const SNAPSHOTS = new URL("../drift/snapshots/", import.meta.url);
const snapshot = (version: number) => Deno.readTextFileSync(new URL(`${version}.drift`, SNAPSHOTS));

/** Rows that a version of the schema takes, one a table; the outbox has an event in each state. */
function fill(db: DatabaseSync): void {
  const insert = (table: string, row: Record<string, unknown>) => {
    const values = Object.values(row).map((value) =>
      typeof value === "number" || value === null ? value : String(value)
    );
    db.prepare(
      `insert into ${table} (${Object.keys(row).join(", ")}) values (${values.map(() => "?").join(", ")})`,
    )
      .run(...values);
  };
  for (const [table, { good }] of Object.entries(ILLEGAL)) if (table !== "outbox") insert(table, good);
  const event = z.looseObject({ event_id: z.string(), line: z.string() }).parse(ILLEGAL.outbox?.good);
  ["pending", "delivered", "quarantined", "held_back", "dead"].forEach((state, place) => {
    const event_id = `${event.event_id.slice(0, -1)}${place}`;
    const isHeld = state === "delivered" || state === "quarantined";
    insert("outbox", {
      ...event,
      event_id,
      line: event.line.replaceAll(event.event_id, event_id),
      state,
      delivered_at: isHeld ? "2026-11-30T08:00:00.000Z" : null,
      code: state === "quarantined" || state === "held_back" ? "wrong_learner" : null,
      retry_at: null,
    });
  });
}

/** A file of a version with rows in every table. */
function fileOf(version: number, file: string): void {
  using db = new DatabaseSync(file);
  db.exec(snapshot(version));
  db.exec(`pragma user_version = ${version}`);
  fill(db);
}

/** The events and letters of a file, whatever else its version has. */
function keptIn(file: string): string {
  using db = new DatabaseSync(file);
  const events = db.prepare("select event_id, type, line, state, code from outbox order by event_id").all();
  const letters = db.prepare("select letter_id, letter, reason from dead_letter order by letter_id").all();
  return JSON.stringify([events, letters]);
}

function inFolder<T>(work: (file: string) => T): T {
  const folder = Deno.makeTempDirSync({ prefix: "carrel-upgrade-" });
  try {
    return work(join(folder, "device.sqlite"));
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

Deno.test("K3: every version of the schema has its snapshot, and the newest is carrel.drift", () => {
  const names = Array.from(Deno.readDirSync(SNAPSHOTS), ({ name }) => name).sort();
  assert.deepEqual(names, Array.from({ length: NEWEST_VERSION }, (_, index) => `${index + 1}.drift`));
});

Deno.test("U3, K3: a database of every version is upgraded to the schema of a new one and keeps its events", () => {
  const schemaOf = (file: string) => {
    using db = new DatabaseSync(file);
    return db.prepare("select type, name, tbl_name from sqlite_schema order by 1, 2").all().map((row) => ({
      ...row,
    }));
  };
  for (let version = 1; version <= NEWEST_VERSION; version++) {
    inFolder((file) => {
      fileOf(version, file);
      const kept = keptIn(file);
      openDatabase(openNodeSqlite(file))[Symbol.dispose]();
      openDatabase(openNodeSqlite(file))[Symbol.dispose]();
      assert.equal(keptIn(file), kept, `the events of version ${version}`);
      const fresh = `${file}.new`;
      openDatabase(openNodeSqlite(fresh))[Symbol.dispose]();
      assert.deepEqual(schemaOf(file), schemaOf(fresh), `version ${version} becomes the newest schema`);
    });
  }
});

/** Upgrades such as later versions may need: a column, an index, another table, and a table made anew. */
const STEPS = [
  "alter table outbox add column origin text",
  "create index outbox_created_at_idx on outbox (created_at)",
  "create table note (id text primary key, body text not null) strict; insert into note values ('a', 'b')",
  `create table letters (letter_id text primary key, event_id text, letter text, reason text, created_at text, retry_at text,
     handed_in_at text, code text) strict;
   insert into letters select letter_id, event_id, letter, reason, created_at, retry_at, handed_in_at, code from dead_letter;
   drop table dead_letter;
   alter table letters rename to dead_letter`,
];

/** A storage that is killed before its n-th call: nothing more reaches the file, not even a roll-back. */
function killedAt(storage: DeviceStorage, calls: number): DeviceStorage {
  let left = calls;
  const live = () => {
    if (left-- <= 0) throw new Error("killed");
  };
  return {
    sha256: storage.sha256,
    exec(sql) {
      live();
      storage.exec(sql);
    },
    prepare(sql) {
      live();
      return storage.prepare(sql);
    },
    close: () => storage.close(),
  };
}

Deno.test("U3, K3: an upgrade that is killed anywhere, any number of times, loses no event and is completed by the next opening", () => {
  let killed = 0;
  const property = fc.property(
    fc.shuffledSubarray(STEPS, { minLength: 1 }),
    fc.array(fc.nat({ max: 14 }), { maxLength: 4 }),
    (steps, kills) => {
      // Each step is for the version after the newest.
      const upgrades = [...Array(NEWEST_VERSION - 1).fill("select 1"), ...steps];
      inFolder((file) => {
        fileOf(NEWEST_VERSION, file);
        const kept = keptIn(file);
        for (const calls of kills) {
          try {
            openDatabase(killedAt(openNodeSqlite(file), calls), upgrades)[Symbol.dispose]();
          } catch (error) {
            assert.match(String(error), /killed/);
            killed++;
          }
          assert.equal(keptIn(file), kept);
        }
        openDatabase(openNodeSqlite(file), upgrades)[Symbol.dispose]();
        openDatabase(openNodeSqlite(file), upgrades)[Symbol.dispose]();
        assert.equal(keptIn(file), kept);
        using db = new DatabaseSync(file);
        assert.equal(db.prepare("pragma user_version").get()?.user_version, upgrades.length + 1);
      });
    },
  );
  fc.assert(property, { ...settings(25), examples: [[STEPS, [0, 2, 4, 6]]] });
  assert.ok(killed >= 4, `${killed} upgrades were killed`);
});

Deno.test("U3, K3: an upgrade that would lose an event is undone", () => {
  for (
    const step of [
      "drop table outbox; create table outbox (event_id text) strict",
      "drop trigger outbox_keeps_unsent; delete from outbox where state = 'pending'",
    ]
  ) {
    inFolder((file) => {
      fileOf(NEWEST_VERSION, file);
      const kept = keptIn(file);
      const upgrades = [...Array(NEWEST_VERSION - 1).fill("select 1"), step];
      assert.throws(() => openDatabase(openNodeSqlite(file), upgrades), /loses events/);
      assert.equal(keptIn(file), kept);
      openDatabase(openNodeSqlite(file))[Symbol.dispose]();
    });
  }
});
