// What lies in a data folder. The caller of `removeData` has claimed it (instance.ts).
import { join } from "node:path";
import { removeCluster } from "./postgres/cluster.ts";
import { remove } from "./postgres/folders.ts";

/** The database. */
export function databaseFolder(dataFolder: string): string {
  return join(dataFolder, "database");
}

/** The bytes of stored objects. */
export function storageFolder(dataFolder: string): string {
  return join(dataFolder, "storage");
}

/** The API keys and the signing key. */
export function keysFile(dataFolder: string): string {
  return join(dataFolder, "keys.json");
}

/** Removes the database and the stored objects. The keys stay, so that apps which have them go on working. */
export async function removeData(dataFolder: string): Promise<void> {
  await removeCluster(databaseFolder(dataFolder));
  await remove(storageFolder(dataFolder));
}
