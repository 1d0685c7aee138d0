// A test server whose database can be copied, and put back from the copy as a host does it.
import { join } from "node:path";
import { type Cluster, startCluster } from "../../local/postgres/cluster.ts";
import { copyDataFolder } from "../../local/postgres/copy.ts";
import { reachable, remove } from "../../local/postgres/folders.ts";
import { SUPABASE_FOLDER, WORK_FOLDER } from "../../start/project.ts";
import { migrated } from "../../local/postgres/recipes.ts";
import { acceptTokensWithoutSession } from "../sign_in.ts";
import { serveCluster, type TestServer } from "./server.ts";

/** A server that has a backup. */
export interface RestorableServer extends TestServer {
  /** Copies the data folder, with the server stopped meanwhile. */
  backUp(): Promise<void>;
  /**
   * Puts the copy back: the server is killed, its data are replaced, and PostgreSQL recovers them as a restore from an archive
   * does, which ends on a new timeline.
   */
  restore(): Promise<void>;
}

/** Starts one, with the migrations and the seed. Of one process on a folder of its own. */
export async function startRestorableServer(): Promise<RestorableServer> {
  const folder = join(WORK_FOLDER, "restore", String(Deno.pid));
  const data = await reachable(join(folder, "data"));
  const copy = await reachable(join(folder, "copy"));
  const start = (fresh: boolean) =>
    startCluster({ dataFolder: data, port: 0, durable: false, fresh, recipe: migrated(SUPABASE_FOLDER) });

  let cluster: Cluster = await start(true);
  let server = serveCluster(cluster);
  await acceptTokensWithoutSession(server.sql);
  async function restart(mode: "fast" | "immediate", betweenTimes: () => Promise<void>): Promise<void> {
    await server[Symbol.asyncDispose]();
    await cluster.stop(mode);
    await betweenTimes();
    cluster = await start(false);
    server = serveCluster(cluster);
  }
  return {
    get sql() {
      return server.sql;
    },
    handle: (request) => server.handle(request),
    backUp: () => restart("fast", () => copyDataFolder(data, copy)),
    restore: () =>
      restart("immediate", async () => {
        await copyDataFolder(copy, data);
        await Deno.writeTextFile(join(data, "recovery.signal"), "");
        // Nothing was archived after the copy: what came later is lost. And nobody reads before all is recovered.
        const settings = "restore_command = 'false'\nhot_standby = off\n";
        await Deno.writeTextFile(join(data, "postgresql.auto.conf"), settings, { append: true });
      }),
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await cluster.remove();
      await remove(copy);
      await remove(folder);
    },
  };
}
