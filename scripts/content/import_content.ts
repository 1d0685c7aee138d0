// Imports a curriculum file into the drafts: all of it or nothing. The library behind `npm run content:import`.
import type postgres from "postgres";
import { readCurriculum } from "./curriculum.ts";
import { type Counts, mergeStaged } from "./merge.ts";
import { type Kind, stage } from "./staging.ts";

export { bytesToLines, ImportRefused, type LineProblem } from "./curriculum.ts";
export type { Counts } from "./merge.ts";

/** How to import. */
export interface ImportOptions {
  /** Active drafts that the file does not have become withdrawn, in the whole curriculum. */
  withdrawMissing?: boolean;
  /** Do everything, count, and take it back. */
  dryRun?: boolean;
  /** How long to wait for somebody else who writes drafts; 10 s by default. */
  lockTimeoutMs?: number;
  /** One line for each step that may take time. */
  onProgress?: (line: string) => void;
}

/** What an import did, or with `dryRun` would have done. */
export interface ImportResult extends Record<Kind, Counts> {
  dryRun: boolean;
  /** What was let through, but may be a mistake. */
  warnings: string[];
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
  { withdrawMissing = false, dryRun = false, lockTimeoutMs = LOCK_TIMEOUT_MS, onProgress = () => {} }:
    ImportOptions = {},
): Promise<ImportResult> {
  const curriculum = readCurriculum(lines);
  onProgress(`rows read: ${curriculum.questions.length}`);

  const run = async (tx: postgres.TransactionSql): Promise<Record<Kind, Counts>> => {
    await tx`select set_config('lock_timeout', ${`${lockTimeoutMs}ms`}, true)`;
    onProgress("waiting for others who write drafts");
    // Writers wait for us, readers do not: without it, a draft edited meanwhile could be lost, and two imports at
    // once could deadlock. Publishing reads only.
    await tx`lock table content.domain, content.skill, content.question in share row exclusive mode`;
    await stage(tx, curriculum, onProgress);
    onProgress("writing the drafts");
    const counts = await mergeStaged(tx, withdrawMissing);
    if (dryRun) throw new DryRunDone(counts);
    return counts;
  };
  const counts = await sql.begin(run).catch((error: unknown) => {
    if (error instanceof DryRunDone) return error.counts;
    throw error;
  });
  return { ...counts, dryRun, warnings: curriculum.warnings };
}
