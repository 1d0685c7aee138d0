// Damage to a device's file, as a worn flash cell, a bug or somebody with an editor would do it.
import { z } from "zod";
import { openDatabase } from "../../../client-contract/device/database.ts";
import { openNodeSqlite } from "../../../client-contract/device/node_sqlite.ts";

const Row = z.object({
  kind: z.string(),
  id: z.string(),
  body: z.string(),
  sha256: z.string(),
  columns: z.string(),
});
const ROWS = `
  select kind, id, body, sha256, coalesce(domain_id, '') || coalesce(skill_id, '') as columns
  from content_row order by kind, id`;

/** A flipped bit. `pick` chooses the row, `at` the byte: of its columns, or of what says how long they are. */
export interface BitDamage {
  do: "flip" | "header";
  pick: number;
  at: number;
  bit: number;
}

/** What SQL can do to a row. */
export interface RowDamage {
  do: "delete" | "duplicate" | "stray" | "hash" | "swap" | "node";
  pick: number;
}

/** Bytes before the first column that say how long each is. */
const RECORD_HEADER = 12;

function indexOf(bytes: Uint8Array, part: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(part[0] ?? 0, from); at >= 0; at = bytes.indexOf(part[0] ?? 0, at + 1)) {
    if (part.every((byte, index) => bytes[at + index] === byte)) return at;
  }
  return -1;
}

/** Flips one bit of a row on the disk: in its body, key, hash or derived columns, or before them in the header. */
function flip(file: string, damage: BitDamage): void {
  const { pick, at, bit } = damage;
  let found;
  {
    using db = openDatabase(openNodeSqlite(file));
    const rows = db.all(Row, ROWS);
    found = rows[pick % rows.length];
    db.all(z.unknown(), "pragma wal_checkpoint(truncate)");
  }
  if (!found) return;
  const { kind, id, body, sha256, columns } = found;
  // Columns lie behind one another: kind, id, version (a byte, or none where it is 1), body, hash, derived columns.
  const record = new TextEncoder().encode(body + sha256 + columns);
  const bytes = Deno.readFileSync(file);
  const before = kind.length + id.length;
  const offset = damage.do === "header"
    ? -before - 1 - at % RECORD_HEADER
    : at % (record.length + before) - before;
  // Pages that were freed may hold an older copy.
  for (let start = indexOf(bytes, record, 0); start >= 0; start = indexOf(bytes, record, start + 1)) {
    bytes[start + offset] = (bytes[start + offset] ?? 0) ^ (1 << bit);
  }
  Deno.writeFileSync(file, bytes);
}

/** A row with another's content, where they are of one kind: by itself as good as before. */
function exchanged(body: string, other: string): string {
  const [mine, its] = [JSON.parse(body), JSON.parse(other)];
  return JSON.stringify(
    mine.kind === its.kind ? { ...its, id: mine.id, version: mine.version } : { ...mine, title: "" },
  );
}

/** Everything but flips: what SQL can do behind the device's back. */
function change(file: string, damage: RowDamage): void {
  using db = openDatabase(openNodeSqlite(file));
  const rows = db.all(Row, ROWS);
  const [row, other] = [rows[damage.pick % rows.length], rows[(damage.pick + 1) % rows.length]];
  if (!row || !other) return;
  const insert = (id: string, body: string) =>
    db.run(
      "insert or ignore into content_row (kind, id, version, body, sha256) values (?, ?, ?, ?, ?)",
      row.kind,
      id,
      JSON.parse(body).version,
      body,
      row.sha256,
    );
  const stray = (body: string) => {
    const id = `ffffffff-0000-4000-8000-${String(damage.pick).padStart(12, "0")}`;
    insert(id, body.replace(row.id, id));
  };
  const set = (id: string, body: string) =>
    db.run("update content_row set body = ? where kind = ? and id = ?", body, row.kind, id);
  switch (damage.do) {
    case "delete":
      db.run("delete from content_row where kind = ? and id = ?", row.kind, row.id);
      break;
    case "duplicate":
      stray(row.body);
      break;
    case "stray":
      stray(
        row.body.replace(/"(skill|domain)_id":"[^"]*"/g, '"$1_id":"eeeeeeee-0000-4000-8000-000000000000"'),
      );
      break;
    case "hash":
      db.run("update content_row set sha256 = ? where kind = ? and id = ?", other.sha256, row.kind, row.id);
      break;
    case "swap":
      // Each is then, by itself, a row as good as before.
      set(row.id, exchanged(row.body, other.body));
      break;
    case "node":
      db.run(
        "update content_node set hash = ? where rowid = (select rowid from content_node order by id limit 1 offset ?)",
        row.sha256,
        damage.pick % 3,
      );
  }
}

/** Flips a bit of the index by skill, in its entries of this skill. */
export function flipIndex(file: string, skillId: string): void {
  const id = new TextEncoder().encode(skillId);
  const bytes = Deno.readFileSync(file);
  for (let at = indexOf(bytes, id, 0); at >= 0; at = indexOf(bytes, id, at + 1)) {
    // An entry begins with the id; anywhere else text comes before it.
    if ((bytes[at - 1] ?? 0) < 0x10) bytes[at] = (bytes[at] ?? 0) ^ 1;
  }
  Deno.writeFileSync(file, bytes);
}

/** Does the damage; no device may have the file open. */
export function inflict(file: string, damage: BitDamage | RowDamage): void {
  if ("bit" in damage) flip(file, damage);
  else change(file, damage);
}
