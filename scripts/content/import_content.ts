// Imports a curriculum file into the drafts: all of it or nothing. The library behind `npm run content:import`.
import type postgres from "postgres";
import type { EditWarning } from "../../client-contract/contract/release.ts";
import { type Counts, mergeStaged } from "./merge.ts";
import { findEditWarnings, type Kind, stageDrafts, stageLines } from "./staging.ts";

export { bytesToLines, ImportRefused } from "./curriculum.ts";
export type { Counts } from "./merge.ts";

/** How to import. */
export interface ImportOptions {
  /** Active drafts that the file does not have become withdrawn, in the whole curriculum. */
  withdrawMissing?: boolean;
  /** Do everything, count, and take it back. */
  dryRun?: boolean;
  /** How long to wait for somebody else who writes drafts; 10 s by default. */
  lockTimeoutMs?: number;
  /** The transaction runs on this backend of the server. */
  onBegin?: (pid: number) => void;
  /** One line for each step that may take time. */
  onProgress?: (line: string) => void;
}

/** What an import did, or with `dryRun` would have done. */
export interface ImportResult extends Record<Kind, Counts> {
  dryRun: boolean;
  /** What was let through, but may be a mistake. */
  warnings: string[];
  /** The same of the questions that the file adds or changes. */
  edits: EditWarning[];
}

const LOCK_TIMEOUT_MS = 10_000;

/** Carries a dry run's counts out of the transaction, which rolls back. */
class DryRunDone extends Error {
  constructor(readonly counts: Record<Kind, Counts>) {
    super("dry run");
  }
}

/**
 * Imports the lines of a curriculum file (docs/content-format.md), in one transaction. Drafts are matched by key; what
 * is in the file is active afterwards, and nothing is published. Throws `ImportRefused` with all bad lines, and
 * PostgreSQL's errors; nothing is written then. `sql` connects as postgres.
 */
export async function importContent(
  sql: postgres.Sql,
  lines: Iterable<string | Uint8Array>,
  {
    withdrawMissing = false,
    dryRun = false,
    lockTimeoutMs = LOCK_TIMEOUT_MS,
    onBegin = () => {},
    onProgress = () => {},
  }: ImportOptions = {},
): Promise<ImportResult> {
  let warnings: string[] = [];
  let edits: EditWarning[] = [];
  const run = async (tx: postgres.TransactionSql): Promise<Record<Kind, Counts>> => {
    // 64 MB hold the sorts of 50,000 questions. Nested loops are for tables whose size is known, which these never are:
    // an ANALYZE of each took longer than all joins.
    const [backend] = await tx<{ pid: number }[]>`
      select pg_backend_pid() as pid, set_config('lock_timeout', ${`${lockTimeoutMs}ms`}, true), set_config('work_mem', '64MB', true),
        set_config('enable_nestloop', 'off', true)`;
    onBegin(backend?.pid ?? 0);
    // Where there is no curriculum, this is the first thing to be said.
    await tx`select from content.question limit 0`;
    const curriculum = await stageLines(tx, lines, onProgress);
    warnings = curriculum.warnings;
    onProgress("waiting for others who write drafts");
    // Writers wait for us, readers do not: without it, a draft edited meanwhile could be lost, and two imports at
    // once could deadlock. Publishing reads only.
    await tx`lock table content.domain, content.skill, content.question in share row exclusive mode`;
    await stageDrafts(tx, curriculum);
    edits = await findEditWarnings(tx);
    onProgress("writing the drafts");
    const counts = await mergeStaged(tx, curriculum, withdrawMissing);
    if (dryRun) throw new DryRunDone(counts);
    return counts;
  };
  const counts = await sql.begin(run).catch((error: unknown) => {
    if (error instanceof DryRunDone) return error.counts;
    throw error;
  });
  return { ...counts, dryRun, warnings, edits };
}
