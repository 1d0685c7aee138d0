// The reference device within the runner's process, on databases in memory.
import { DatabaseSync } from "node:sqlite";
import type { DeviceOptions, DeviceStorage } from "../../device/mod.ts";
import { nodeSqlite } from "../../device/node_sqlite.ts";
import { type Host, inProcess } from "../adapter/host.ts";
import { deviceAdapter } from "./device.ts";

/** A database that outlives the device, as a file does. */
function keptStorage(kept: Map<string, unknown>): DeviceStorage {
  const held = kept.get("device");
  const db = held instanceof DatabaseSync ? held : new DatabaseSync(":memory:");
  kept.set("device", db);
  return { ...nodeSqlite(db), close: () => {} };
}

/** Devices in this process. `options` are the app's. */
export const deviceHost = (options: Partial<DeviceOptions> = {}): Host =>
  inProcess(({ fetch, kept }) => deviceAdapter({ fetch, openStorage: () => keptStorage(kept), options }));
