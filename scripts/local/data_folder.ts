// What lies in a data folder. The caller of `removeData` has claimed it (instance.ts).
import { join } from "node:path";
import { UserError } from "./user_error.ts";
import { removeCluster } from "./postgres/cluster.ts";
import { remove } from "./postgres/folders.ts";

/** What a process that was killed while it started may leave. */
const CLAIM_FILES = new Set(["running.json", "running.json.new", "supervisor.lock"]);

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

/**
 * Refuses a folder with files that the local Supabase did not make: its own has keys, which a reset keeps, or is still empty.
 * Throws `UserError`.
 */
export async function requireOwnFolder(dataFolder: string): Promise<void> {
  const names: string[] = [];
  try {
    for await (const { name } of Deno.readDir(dataFolder)) names.push(name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    throw error;
  }
  const isOwn = names.includes("keys.json") || names.every((name) => CLAIM_FILES.has(name));
  if (!isOwn) {
    throw new UserError(
      `${dataFolder} has files that are not of the local Supabase: choose an empty folder, or one that does not exist.`,
    );
  }
}

/** Removes the database and the stored objects. The keys stay, so that apps which have them go on working. */
export async function removeData(dataFolder: string): Promise<void> {
  await removeCluster(databaseFolder(dataFolder));
  await remove(storageFolder(dataFolder));
}
