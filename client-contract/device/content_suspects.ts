// What of the cache is suspect: nothing, everything, or some nodes. The mark lives on the disk, so that a restarted device repairs no more than
// it must.
import { z } from "zod";
import type { Database } from "./database.ts";
import * as queries from "./queries.gen.ts";

const Node = z.object({ kind: z.enum(["domain", "skill"]), id: z.string() });
/** A node of the stored tree. */
export type SuspectNode = z.infer<typeof Node>;

/** Marks nodes as suspect, or, without any, the whole cache. */
export function suspect(db: Database, nodes: Iterable<string>): void {
  db.transaction(() => {
    db.run(queries.suspectContent);
    db.run(queries.clearSuspects);
    for (const id of nodes) db.run(queries.suspectNode, id);
  });
}

/** The suspect nodes; empty: everything or nothing is suspect. */
export const suspectNodes = (db: Database): SuspectNode[] => db.all(Node, queries.suspectNodes);
