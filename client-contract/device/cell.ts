// Keeps the learner's cell in the device's database, so that a killed device goes on where the learner lives.
import {
  type CellStore,
  type Client,
  type ClientOptions,
  createClient,
  type WatchedCell,
} from "../client/mod.ts";
import { clockTime } from "./clock.ts";
import { type DeviceContext, readState } from "./context.ts";
import * as queries from "./queries.gen.ts";

/**
 * After this time without a sync the device asks the home cell again. So a phone that was restored from an old backup finds its learner also where the
 * cell of that time is gone. Devices that were offline for days pay one request for it.
 */
const FORGET_MS = 7 * 86_400_000;

/** The store of a device. */
const cellOf = ({ db, cellWatchers }: DeviceContext): CellStore => ({
  get: () => readState(db).cell_url,
  set(url) {
    db.run(queries.rememberCell, url);
    for (const changed of cellWatchers) changed();
  },
});

/** Forgets a cell of long ago. Before a sync. */
export function forgetOldCell(context: DeviceContext): void {
  const { cell_url: url, synced_at: syncedAt } = readState(context.db);
  if (url === null) return;
  // Without a sync there is no time to count from: the cell may be gone since before the first one.
  const isOld = syncedAt === null || clockTime(context.clock) - Date.parse(syncedAt) >= FORGET_MS;
  if (isOld) cellOf(context).set(null);
}

/** The URL of the learner's cell. */
export const urlOf = (context: DeviceContext, home: string): string => cellOf(context).get() ?? home;

/** The learner's cell, for whoever has connections to it. */
export const watchedCell = (context: DeviceContext, home: string): WatchedCell => ({
  url: () => urlOf(context, home),
  onChange(changed) {
    context.cellWatchers.add(changed);
    return () => context.cellWatchers.delete(changed);
  },
});

/** A client of the learner's cell. */
export function clientOf(
  context: DeviceContext,
  { url, trustedCells, publishableKey, fetch }: Omit<ClientOptions, "getToken" | "cell">,
  getToken: ClientOptions["getToken"],
): Client {
  return createClient({ url, cell: cellOf(context), trustedCells, getToken, publishableKey, fetch });
}
