// Ends a download.
import type { Database } from "./database.ts";
import * as queries from "./queries.gen.ts";

/** Discards the download. Within a transaction. */
export function discardDownload(db: Database): void {
  for (const clear of [queries.clearStaged, queries.clearParts, queries.clearDownload]) db.run(clear);
}
