// `npm run reset`: removes the local database with everything in it. The API keys stay, so that apps which were
// given them go on working.
import { relative } from "node:path";
import { ConfigError, readProjectConfig, resolveConfig, type StackConfig } from "./config.ts";
import { AlreadyRunning, claimInstance } from "./instance.ts";
import { removeCluster } from "./postgres/cluster.ts";
import { remove } from "./postgres/folders.ts";
import { databaseFolder, storageFolder } from "./stack.ts";

/** Removes the database and the stored objects of a data folder that the caller has claimed. */
export async function removeDatabase(config: Pick<StackConfig, "dataFolder">): Promise<void> {
  await removeCluster(databaseFolder(config.dataFolder));
  await remove(storageFolder(config.dataFolder));
}

async function reset(args: readonly string[]): Promise<number> {
  try {
    const config = resolveConfig(await readProjectConfig(), args, Deno.env.toObject());
    await using _instance = await claimInstance(config.dataFolder);
    await removeDatabase(config);
    console.log(
      `Removed the local database in ${relative(Deno.cwd(), config.dataFolder) || "."}. The API keys stay.`,
    );
    return 0;
  } catch (error) {
    if (error instanceof AlreadyRunning) console.error(`${error.message} Stop it first, then reset.`);
    else if (error instanceof ConfigError) console.error(error.message);
    else throw error;
    return 1;
  }
}

if (import.meta.main) Deno.exit(await reset(Deno.args));
