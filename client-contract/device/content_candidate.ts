// The rows that the cache is going to hold: the cached rows with the changes of the download. Without a download they are the cached rows
// alone, which may need a repair.
import { z } from "zod";
import { CONTENT_SCHEMA } from "../contract/limits.ts";
import { currentParts, currentTarget, type Target } from "./content_download.ts";
import { type HeldRow, type RowScan, scanCache, scanNode, scanStaged } from "./content_rows.ts";
import { readScope, type Scope } from "./content_scope.ts";
import { suspectNodes } from "./content_suspects.ts";
import { type DeviceContext, readState } from "./context.ts";
import { stagedTombstones } from "./queries.gen.ts";

const Key = z.object({ key: z.string() });

/** The rows that a version will consist of. */
export interface Candidate {
  target: Target;
  /** The choice of domains that the rows are for. */
  scope: Scope;
  /** Whether there is a download to apply. */
  isDownload: boolean;
  /** The domains that the device holds afterwards; null: all. */
  wanted: ReadonlySet<string> | null;
  /** The download replaces the whole cache. */
  isReplacement: boolean;
  rows: HeldRow[];
  /** Numbers of cached rows that the download removes or replaces. */
  gone: number[];
  /** How many of these the download replaces with another form. */
  rewritten: number;
  rubbish: RowScan["rubbish"];
  /** The nodes that the rows are of, where only some are suspect; null: all. */
  suspects: ReadonlySet<string> | null;
}

/** The held version, as a target. */
function heldTarget({ db }: DeviceContext): Target | undefined {
  const { content_history, content_schema, content_root, content_version } = readState(db);
  if (content_history === null || content_root === null || content_schema !== CONTENT_SCHEMA) {
    return undefined;
  }
  return {
    history: content_history,
    row_schema: content_schema,
    until_version: content_version,
    root: content_root,
  };
}

const NOTHING: RowScan = { rows: [], rubbish: [] };

const keyOf = ({ kind, id }: HeldRow) => `${kind}/${id}`;

/** The domains whose cached rows the download replaces as a whole; null: all. */
function replacedDomains(context: DeviceContext, { kind, cursors }: Scope): ReadonlySet<string> | null {
  const parts = currentParts(context);
  const snapshots = parts.filter(({ since_version }) => since_version === 0);
  const ids = new Set(snapshots.flatMap(({ domains }) => domains ?? []));
  if (snapshots.some(({ domains }) => domains === null)) return null;
  // A snapshot of everything may have been split into bundles, and no bundle names a domain that the release no longer has.
  const isAll = kind === "all"
    ? snapshots.length === parts.length
    : [...cursors.keys()].every((id) => ids.has(id));
  return ids.size > 0 && isAll ? null : ids;
}

/** The domains that the device holds: with a download the chosen ones, otherwise those that were fetched before. */
function wantedDomains({ kind, cursors }: Scope, isDownload: boolean): ReadonlySet<string> | null {
  if (kind === "all" || (kind === "growing" && isDownload)) return null;
  return new Set([...cursors].filter(([, version]) => isDownload || version > 0).map(([id]) => id));
}

/** The rows of the suspect nodes alone; undefined if others may be damaged, or have to change, too. */
export function readSuspects(context: DeviceContext): Candidate | undefined {
  const { db } = context;
  const nodes = suspectNodes(db);
  const target = heldTarget(context);
  if (nodes.length === 0 || !target || currentTarget(context)) return undefined;
  const scope = readScope(db);
  return {
    target,
    scope,
    isDownload: false,
    wanted: wantedDomains(scope, false),
    isReplacement: false,
    rows: nodes.flatMap(({ kind, id }) => scanNode(db, kind, id).rows),
    gone: [],
    rewritten: 0,
    rubbish: [],
    suspects: new Set(nodes.map(({ id }) => id)),
  };
}

/** Reads the rows that the download results in, or, without one, those of the cache; undefined if the device holds nothing. */
export function readCandidate(context: DeviceContext): Candidate | undefined {
  const { db } = context;
  const download = currentTarget(context);
  const target = download ?? heldTarget(context);
  if (!target) return undefined;
  const scope = readScope(db);
  const replaced = replacedDomains(context, scope);
  const tombstones = db.all(Key, stagedTombstones);
  // Rows that the download replaces as a whole need not be readable.
  const cached = replaced === null ? NOTHING : scanCache(db);
  const staged = scanStaged(db);

  const incoming = new Set(staged.rows.map(keyOf));
  const leaving = new Set(tombstones.map(({ key }) => key));
  const isKept = (row: HeldRow) =>
    replaced !== null && !replaced.has(row.domainId ?? "") && !incoming.has(keyOf(row)) &&
    !leaving.has(keyOf(row));
  const gone = cached.rows.filter((row) => !isKept(row));
  return {
    target,
    scope,
    isDownload: download !== undefined,
    wanted: wantedDomains(scope, download !== undefined),
    isReplacement: replaced === null,
    rows: [...cached.rows.filter(isKept), ...staged.rows],
    gone: gone.map(({ rowid }) => rowid),
    rewritten: gone.filter((row) => incoming.has(keyOf(row))).length,
    rubbish: [...cached.rubbish, ...staged.rubbish],
    suspects: null,
  };
}
