// Throw-away databases for tests: copies of a cached template on free ports, ready in a fraction of a second.
import { join } from "node:path";
import { type Cluster, DataFolderInUse, startCluster } from "./postgres/cluster.ts";
import { CACHE_FOLDER } from "./postgres/folders.ts";
import { BOOTSTRAPPED, migrated } from "./postgres/recipes.ts";

/** Folders of earlier copies that are kept to be written over (copy.ts says why), about 80 MB each: what `npm test` uses at once. */
const KEPT = 6;

/** What the copy holds. */
export interface ThrowAwayOptions {
  /** With the migrations and the seed of this Supabase folder; by default only what a new hosted project has. */
  supabaseFolder?: string;
  /** It grows to gigabytes: its folder is removed at the end, and not kept to be written over. */
  grows?: boolean;
}

/**
 * Starts a database of its own for a test, on a free port, without fsync. Disposing of it stops the server. Nothing
 * of an earlier user is left in it, even of one that was killed. Ready in 0.15-0.3 s (2 cores); the first call
 * after a change of bootstrap or migrations makes the template, which takes 1-2 s.
 */
export async function throwAwayCluster(o: ThrowAwayOptions = {}): Promise<Cluster & AsyncDisposable> {
  const recipe = o.supabaseFolder ? migrated(o.supabaseFolder) : BOOTSTRAPPED;
  for (let place = 1;; place++) {
    try {
      const dataFolder = join(CACHE_FOLDER, "copies", String(place));
      const cluster = await startCluster({ dataFolder, port: 0, durable: false, fresh: true, recipe });
      const dispose = o.grows || place > KEPT ? cluster.remove : () => cluster.stop("immediate");
      return { ...cluster, [Symbol.asyncDispose]: dispose };
    } catch (error) {
      if (!(error instanceof DataFolderInUse)) throw error;
    }
  }
}
