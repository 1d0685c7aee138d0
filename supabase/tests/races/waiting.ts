// How a race test knows that the other party has come as far as it gets.
import type postgres from "postgres";
import { until } from "../../../scripts/local/until.ts";

/** Resolves when some statement of the database waits for a lock. */
export function somebodyWaits(sql: postgres.Sql): Promise<void> {
  return until(
    "somebody who waits for a lock",
    async () => (await sql`select from pg_locks where not granted`).count > 0,
  );
}
