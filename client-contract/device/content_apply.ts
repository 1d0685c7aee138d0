// Puts a version into effect, in one transaction.
import type { ContentChange } from "../client/mod.ts";
import type { HashTree } from "../contract/hash_tree.ts";
import type { PublishedTree } from "../contract/published_tree.ts";
import type { Candidate } from "./content_candidate.ts";
import { discardDownload } from "./content_discard.ts";
import { currentTarget } from "./content_download.ts";
import type { HeldRow } from "./content_rows.ts";
import { isSameScope, readScope } from "./content_scope.ts";
import type { DeviceContext } from "./context.ts";
import { rewriteWithout } from "./content_rewrite.ts";
import { type Database, isConstraint } from "./database.ts";
import * as queries from "./queries.gen.ts";

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
  db.run(queries.clearNodes);
  for (const [domainId, { hash, skills }] of tree) {
    db.run(queries.addNode, "domain", domainId, null, hash);
    if (wanted !== null && !wanted.has(domainId)) continue;
    for (const [id, hash] of skills) db.run(queries.addNode, "skill", id, domainId, hash);
  }
}

/** Removes damaged rows and their index entries. */
function dropDamaged(db: Database, rowids: number[]): void {
  try {
    // If a key was damaged, the index still has the old key, and SQLite would refuse to delete the row.
    db.run("reindex content_row");
    for (const rowid of rowids) db.run(queries.deleteCachedRow, rowid);
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
  for (const rowid of rowsOf("staged")) db.run(queries.deleteStagedRow, rowid);
  if (isReplacement) {
    db.run(queries.clearCache);
    return 0;
  }
  const damaged = rowsOf("cache");
  // Where only some nodes are suspect, the indexes were found intact.
  if (!suspects && (damaged.length > 0 || !isDownload)) dropDamaged(db, damaged);
  else for (const rowid of damaged) db.run(queries.deleteCachedRow, rowid);
  let removed = 0;
  for (const rowid of gone) removed += db.run(queries.deleteCachedRow, rowid);
  return removed;
}

/** Copies the rows of the download, and those that replace damaged ones. */
function writeRows(db: Database, { candidate, drop, fetched }: Verified): number {
  const dropped = new Set(drop);
  const staged = candidate.rows.filter((row) => row.place === "staged" && !dropped.has(row));
  // One statement for all rows: a statement for each took twice as long. `cross join` keeps this order of the tables.
  let written = db.run(
    queries.writeStagedRows,
    JSON.stringify(staged.map(({ rowid, hash }) => [rowid, hash])),
  );
  for (const { row, line, hash } of fetched) {
    written += db.run(queries.writeCachedRow, row.kind, row.id, row.version, line, hash);
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
 * has chosen other domains meanwhile. Within a transaction.
 */
export function applyVerified(context: DeviceContext, verified: Verified): number | undefined {
  const { db } = context;
  const { candidate, tree } = verified;
  const { target, scope, isDownload } = candidate;
  if (isStale(context, candidate)) return undefined;
  const removed = dropRows(db, candidate, verified.drop);
  const written = writeRows(db, verified);
  writeTree(db, tree, candidate);
  if (isDownload) {
    if (scope.kind === "some") db.run(queries.holdDomains, target.until_version);
    else db.run(queries.clearDomains);
  }
  db.run(
    queries.rememberContent,
    target.history,
    target.until_version,
    target.root,
    target.row_schema,
    scope.kind === "growing" && isDownload ? "all" : scope.kind,
  );
  if (isDownload) discardDownload(db);
  return written + Math.max(removed - candidate.rewritten, 0);
}
