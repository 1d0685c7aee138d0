// Puts a version into effect, in one transaction.
import type { ContentChange } from "../client/mod.ts";
import type { HashTree } from "../contract/hash_tree.ts";
import type { PublishedTree } from "../contract/published_tree.ts";
import type { Candidate } from "./content_candidate.ts";
import { currentTarget, discardDownload } from "./content_download.ts";
import type { HeldRow } from "./content_rows.ts";
import { isSameScope, readScope } from "./content_scope.ts";
import type { DeviceContext } from "./context.ts";
import { type Database, isConstraint } from "./database.ts";

/** A row that was fetched to replace a damaged one, with its hash. */
export type FetchedRow = ContentChange & { hash: string };

/** The changes that put a version into effect. */
export interface Verified {
  candidate: Candidate;
  /** The version's tree, without the skills of domains that the device does not hold. */
  tree: PublishedTree;
  /** Rows to remove, because they are damaged or not part of the version. */
  drop: HeldRow[];
  /** Rows to add. */
  fetched: FetchedRow[];
}

/** The tree of a whole release, as the device computed it. */
export function computedTree({ domains, skills }: HashTree, rows: HeldRow[]): PublishedTree {
  const tree: PublishedTree = new Map([...domains].map(([id, hash]) => [id, { hash, skills: new Map() }]));
  for (const { kind, id, parent } of rows) {
    if (kind === "skill") tree.get(parent ?? "")?.skills.set(id, skills.get(id) ?? "");
  }
  return tree;
}

function writeTree(db: Database, tree: PublishedTree, { wanted }: Candidate): void {
  db.run("delete from content_node");
  for (const [domainId, { hash, skills }] of tree) {
    db.run("insert into content_node (kind, id, hash) values ('domain', ?, ?)", domainId, hash);
    if (wanted !== null && !wanted.has(domainId)) continue;
    for (const [id, hash] of skills) {
      db.run(
        "insert into content_node (kind, id, domain_id, hash) values ('skill', ?, ?, ?)",
        id,
        domainId,
        hash,
      );
    }
  }
}

/** Empties the table, which reads no index, and writes all rows again except some, with their old numbers. */
function rewriteWithout(db: Database, rowids: number[]): void {
  const columns = "rowid, kind, id, version, body, sha256";
  db.run(
    `create temporary table kept as select ${columns.replace("rowid", "rowid as place")} from content_row
     where rowid not in (select value from json_each(?))`,
    JSON.stringify(rowids),
  );
  db.run("delete from content_row");
  db.run(`insert into content_row (${columns}) select place, kind, id, version, body, sha256 from kept`);
  db.run("drop table kept");
}

/** Removes damaged rows and their index entries. */
function dropDamaged(db: Database, rowids: number[]): void {
  try {
    // If a key was damaged, the index still has the old key, and SQLite would refuse to delete the row.
    db.run("reindex content_row");
    for (const rowid of rowids) db.run("delete from content_row where rowid = ?", rowid);
  } catch (error) {
    if (!isConstraint(error)) throw error;
    // The damaged key equals that of another row: no index can be built while both rows exist.
    rewriteWithout(db, rowids);
  }
}

function dropRows(db: Database, candidate: Candidate, drop: HeldRow[]): number {
  const { isDownload, isReplacement, gone, rubbish, suspects } = candidate;
  const rowsOf = (place: HeldRow["place"]) =>
    [...drop, ...rubbish].filter((row) => row.place === place).map(({ rowid }) => rowid);
  for (const rowid of rowsOf("staged")) db.run("delete from content_staged where rowid = ?", rowid);
  if (isReplacement) {
    db.run("delete from content_row");
    return 0;
  }
  const damaged = rowsOf("cache");
  // Where only some nodes are suspect, the indexes were found intact.
  if (!suspects && (damaged.length > 0 || !isDownload)) dropDamaged(db, damaged);
  else for (const rowid of damaged) db.run("delete from content_row where rowid = ?", rowid);
  let removed = 0;
  for (const rowid of gone) removed += db.run("delete from content_row where rowid = ?", rowid);
  return removed;
}

const INSERT = "insert or replace into content_row (kind, id, version, body, sha256)";

/** Copies the rows of the download, and those that replace damaged ones. */
function writeRows(db: Database, { candidate, drop, fetched }: Verified): number {
  const dropped = new Set(drop);
  const staged = candidate.rows.filter((row) => row.place === "staged" && !dropped.has(row));
  // One statement for all rows: a statement for each took twice as long. `cross join` keeps this order of the tables.
  let written = db.run(
    `${INSERT}
     select s.kind, s.id, json_extract(s.body, '$.version'), s.body, json_extract(r.value, '$[1]')
     from json_each(?) r cross join content_staged s on s.rowid = json_extract(r.value, '$[0]')`,
    JSON.stringify(staged.map(({ rowid, hash }) => [rowid, hash])),
  );
  for (const { row, line, hash } of fetched) {
    written += db.run(`${INSERT} values (?, ?, ?, ?, ?)`, row.kind, row.id, row.version, line, hash);
  }
  return written;
}

/** Whether the learner has chosen other domains since then, which discards the download. */
function isStale(context: DeviceContext, { isDownload, scope }: Candidate): boolean {
  return !isSameScope(scope, readScope(context.db)) ||
    isDownload !== (currentTarget(context) !== undefined);
}

/**
 * Applies verified changes and returns the number of rows written and removed. Returns undefined, and changes nothing, if the learner
 * has chosen other domains meanwhile.
 */
export function applyVerified(context: DeviceContext, verified: Verified): number | undefined {
  const { db } = context;
  const { candidate, tree } = verified;
  const { target, scope, isDownload } = candidate;
  return db.transaction(() => {
    if (isStale(context, candidate)) return undefined;
    const removed = dropRows(db, candidate, verified.drop);
    const written = writeRows(db, verified);
    writeTree(db, tree, candidate);
    if (isDownload) {
      if (scope.kind === "some") db.run("update content_domain set version = ?", target.until_version);
      else db.run("delete from content_domain");
    }
    db.run(
      `update sync_state set content_history = ?, content_version = ?, content_root = ?, content_schema = ?,
         content_scope = ?, content_suspect = 0`,
      target.history,
      target.until_version,
      target.root,
      target.row_schema,
      scope.kind === "growing" && isDownload ? "all" : scope.kind,
    );
    if (isDownload) discardDownload(context);
    return written + Math.max(removed - candidate.rewritten, 0);
  });
}
