// The local PostgreSQL: a data folder with its server, from nothing to accepting connections.
import { dirname, resolve } from "node:path";
import { UserError } from "../user_error.ts";
import { prepareBinaries } from "./binaries.ts";
import { exists, reachable, remove, tidySubstitute } from "./folders.ts";
import { syncToDisk } from "./initdb.ts";
import { stopLeftover } from "./leftover.ts";
import { type Lock, tryLock } from "./lock.ts";
import { logFile, startServer } from "./server.ts";
import { BOOTSTRAPPED } from "./recipes.ts";
import { copyTemplate, type Recipe } from "./template.ts";
import { databaseUrl } from "./url.ts";

export { PortTaken } from "./port.ts";
export { ServerFailed } from "./server.ts";

/** A running local PostgreSQL. */
export interface Cluster {
  readonly port: number;
  /** PostgreSQL's log of the present run. */
  readonly logFile: string;
  /** Connection string for one login role. */
  url(role: string): string;
  /** Resolves when the server process is gone, whether by `stop` or by a crash. */
  readonly ended: Promise<void>;
  /**
   * Ends all sessions and resolves when the process is gone. `fast`, the default, writes a checkpoint first;
   * `immediate` is for data that nobody will need again.
   */
  stop(mode?: "fast" | "immediate"): Promise<void>;
  /** Stops the server and removes all its data. */
  remove(): Promise<void>;
}

/** What to start. */
export interface ClusterOptions {
  /** Where the data lies; made when it does not exist. */
  dataFolder: string;
  /** 0 takes any free one. */
  port: number;
  /** Whether committed transactions survive a crash of the server or the machine. */
  durable: boolean;
  /** One line for each step that takes time. */
  onProgress?: (line: string) => void;
  /** What a new data folder holds; by default a project before its first migration. */
  recipe?: Recipe;
  /** Forget what the data folder holds, and make it anew. */
  fresh?: boolean;
}

/** Another process runs a cluster on this data folder, or is about to. */
export class DataFolderInUse extends UserError {
  override readonly name = "DataFolderInUse";
  constructor(readonly dataFolder: string) {
    super(`The data folder ${dataFolder} is in use: another local Supabase runs on it.`);
  }
}

/** Only one process may start, make or remove a data folder; the system frees the lock with its holder. */
async function claim(dataFolder: string): Promise<Lock> {
  const lock = await tryLock(`${dataFolder}.lock`);
  if (!lock) throw new DataFolderInUse(dataFolder);
  return lock;
}

function draftOf(dataFolder: string): string {
  return `${dataFolder}.draft`;
}

/** Made beside its place and renamed when complete, so that a killed run leaves no half a database. */
async function make(o: ClusterOptions, dataFolder: string): Promise<void> {
  const draft = draftOf(dataFolder);
  if (await exists(dataFolder)) {
    await stopLeftover(dataFolder);
    await remove(draft);
    await Deno.rename(dataFolder, draft);
  }
  await copyTemplate({ recipe: o.recipe ?? BOOTSTRAPPED, target: draft, onProgress: o.onProgress });
  if (o.durable) await syncToDisk(await prepareBinaries(), draft);
  await Deno.rename(draft, dataFolder);
}

/** Removes everything, and the lock last. */
async function removeData(dataFolder: string, lock: Lock): Promise<void> {
  await remove(dataFolder);
  await remove(draftOf(dataFolder));
  await lock.remove();
  await tidySubstitute(dataFolder);
}

/** Starts PostgreSQL on a data folder, which is made first where it does not exist. */
export async function startCluster(o: ClusterOptions): Promise<Cluster> {
  const dataFolder = await reachable(o.dataFolder);
  const lock = await claim(dataFolder);
  if (dataFolder !== resolve(o.dataFolder)) {
    o.onProgress?.(`PostgreSQL's user can't enter ${dirname(o.dataFolder)}; the data lies in ${dataFolder}`);
  }
  try {
    const binaries = await prepareBinaries();
    if (o.fresh || !await exists(dataFolder)) await make(o, dataFolder);
    o.onProgress?.("Starting PostgreSQL");
    const server = await startServer({ binaries, dataFolder, port: o.port, durable: o.durable });

    const stop = async (mode: "fast" | "immediate") => {
      await server.stop(mode);
      await lock.free();
    };
    const discard = async () => {
      await server.stop("immediate");
      await removeData(dataFolder, lock);
    };
    let ending: Promise<void> | undefined;
    return {
      port: server.port,
      logFile: logFile(dataFolder),
      url: (role) => databaseUrl(server.port, role),
      ended: server.ended,
      stop: (mode = "fast") => ending ??= stop(mode),
      remove: () => ending ??= discard(),
    };
  } catch (error) {
    await lock.free();
    throw error;
  }
}

/**
 * Removes a data folder with all its data, and stops a server that a killed run left on it. Throws
 * `DataFolderInUse` while a cluster runs on it.
 */
export async function removeCluster(dataFolder: string): Promise<void> {
  const folder = await reachable(dataFolder);
  const lock = await claim(folder);
  await stopLeftover(folder);
  await removeData(folder, lock);
}
