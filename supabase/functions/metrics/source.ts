// The database of the metrics. One query reads the sums, the last measurement and sync_health.
import { connect } from "../_shared/connection.ts";
import { problemOf } from "../_shared/database_error.ts";
import type { Snapshot } from "./exposition.ts";

/** Reads a snapshot. Throws a `Problem`. */
export type ReadSnapshot = () => Promise<Snapshot>;

/** Connects on first use. */
export function openSource(url: string): ReadSnapshot {
  const sql = connect(url, "carrel_metrics", 1);
  return async () => {
    try {
      const [row] = await sql<{ snapshot: Snapshot }>`select private.metrics() as snapshot`;
      if (!row) throw new Error("private.metrics() returned no row.");
      return row.snapshot;
    } catch (error) {
      throw problemOf(error);
    }
  };
}
