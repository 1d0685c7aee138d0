// Repair on demand: makes the held version equal to what was published, whether or not there is a newer one.
import { type Repair, settle } from "./content_settle.ts";
import { updateContent, type UpdateOptions } from "./content_update.ts";
import { currentTarget } from "./content_download.ts";
import { suspectNodes } from "./content_suspects.ts";
import { verifyContent } from "./content_tree.ts";
import { type DeviceContext, readState } from "./context.ts";

/** The result of a repair. */
export interface RepairReport {
  /** The version that the device holds now. */
  version: number;
  /** The cache had no damage. */
  wasSound: boolean;
  /** The nodes that were fetched. */
  repairs: Repair[];
  /** The damage was too large, and everything was fetched anew. */
  replaced: boolean;
}

/**
 * Verifies the cache, unless that was done and has found damaged nodes, and fetches them. If a download has begun, or the damage is too large, the cache is updated to the newest version
 * instead. Throws like `syncDevice`.
 */
export async function repairContent(context: DeviceContext, o: UpdateOptions): Promise<RepairReport> {
  const { db } = context;
  const report: RepairReport = {
    version: readState(db).content_version,
    wasSound: suspectNodes(db).length === 0 && verifyContent(db).ok,
    repairs: [],
    replaced: false,
  };
  if (report.wasSound) return report;
  if (!currentTarget(context)) {
    const settled = await settle(context, o);
    if (settled.is === "settled") return { ...report, repairs: settled.repair ? [settled.repair] : [] };
  }
  const answer = await o.retry.run(() => o.client.head(null, { signal: o.signal }), o.signal);
  if (!answer.changed) return report;
  const { repairs } = await updateContent(context, answer.head, o);
  return { version: readState(db).content_version, wasSound: false, repairs, replaced: repairs.length === 0 };
}
