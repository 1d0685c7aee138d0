// Reads rows of the cache and of a download as they are on the disk, damaged or not. Types and constraints are not relied on, because a flipped
// bit may break them.
import { z } from "zod";
import type { TreePlace } from "../contract/hash_tree.ts";
import { sha256 } from "../contract/sha256.ts";
import { corruption, type Database } from "./database.ts";
import * as queries from "./queries.gen.ts";

/** A row of the cache or of a download. */
export interface HeldRow extends TreePlace {
  /** Its table, and its number there. */
  place: "cache" | "staged";
  rowid: number;
  /** For a domain, its own id. */
  domainId: string | null;
  hash: string;
  /** Hash and columns agree with the body. */
  isSound: boolean;
}

/** The rows that were read. */
export interface RowScan {
  rows: HeldRow[];
  /** Numbers of rows in the cache and in the download whose kind can't be read. */
  rubbish: { place: HeldRow["place"]; rowid: number }[];
}

/** Rows that are read at a time. Their texts are in memory only until they are hashed. */
const CHUNK_ROWS = 1000;

const Kind = z.enum(["domain", "skill", "question"]);
const Raw = z.object({
  rowid: z.number(),
  kind: z.unknown(),
  id: z.unknown(),
  domain_id: z.unknown(),
  skill_id: z.unknown(),
  sha256: z.unknown(),
  /** Whether the columns agree with the body. SQLite compares them: parsing each body in JavaScript took half of a scan. */
  fits: z.number(),
  // As bytes: decoding would turn everything that is not UTF-8 into the same character.
  line: z.instanceof(Uint8Array).nullable(),
});
type Raw = z.infer<typeof Raw>;

function parentOf(kind: HeldRow["kind"], { domain_id, skill_id }: Raw): string | null {
  const parent = kind === "skill" ? domain_id : kind === "question" ? skill_id : null;
  return typeof parent === "string" ? parent : null;
}

/** Reads one row; undefined if it is unreadable. The columns of a cached row decide its place in the tree. */
function readRow({ hash: hashBytes }: Database, place: HeldRow["place"], raw: Raw): HeldRow | undefined {
  const kind = Kind.safeParse(raw.kind).data;
  if (!kind || typeof raw.id !== "string" || raw.line === null) return undefined;
  const hash = sha256(raw.line, hashBytes);
  return {
    place,
    rowid: raw.rowid,
    kind,
    id: raw.id,
    parent: parentOf(kind, raw),
    domainId: kind === "domain" ? raw.id : parentOf("skill", raw),
    hash,
    isSound: raw.fits === 1 && (place === "staged" || raw.sha256 === hash),
  };
}

function read(db: Database, place: HeldRow["place"], raws: Raw[], into: RowScan): void {
  for (const raw of raws) {
    const row = readRow(db, place, raw);
    if (row) into.rows.push(row);
    else into.rubbish.push({ place, rowid: raw.rowid });
  }
}

/** Reads a table in the order of its numbers. Nothing awaits, so the rows are one consistent state. */
function scanTable(db: Database, place: HeldRow["place"]): RowScan {
  const rowsAfter = place === "cache" ? queries.cachedRows : queries.stagedRows;
  const scan: RowScan = { rows: [], rubbish: [] };
  for (let last = Number.MIN_SAFE_INTEGER;;) {
    const raws = db.all(Raw, rowsAfter, last, CHUNK_ROWS);
    for (const { rowid } of raws) {
      // SQLite does not notice, and the next chunk would begin at the wrong row.
      if (rowid <= last) throw corruption("the rows of a table are not in order");
      last = rowid;
    }
    read(db, place, raws, scan);
    if (raws.length < CHUNK_ROWS) return scan;
  }
}

/** The cached rows. Throws if SQLite can't read them. */
export const scanCache = (db: Database): RowScan => scanTable(db, "cache");

/** The downloaded rows, without tombstones. */
export const scanStaged = (db: Database): RowScan => scanTable(db, "staged");

/** The cached rows of a node: a skill and its questions, or a domain's own row. */
export function scanNode(db: Database, kind: "domain" | "skill", id: string): RowScan {
  const scan: RowScan = { rows: [], rubbish: [] };
  read(db, "cache", db.all(Raw, queries.rowsOfNode, kind, id), scan);
  return scan;
}
