// `npm run reset`: deletes the local database. The API keys stay, so that apps which have them go on working.
import { type Command, type Line, main, type Options, UserError } from "../command/command.ts";
import { readProjectConfig } from "../local/config.ts";
import { removeData } from "../local/data_folder.ts";
import { AlreadyRunning, claimInstance } from "../local/instance.ts";
import { resolveConfig, SETTINGS } from "./options.ts";
import { CARREL, shown } from "./project.ts";

export const COMMAND = {
  name: "npm run reset",
  about: "Deletes the local database and the stored files. The API keys stay.",
  options: {
    yes: { type: "boolean", text: "do not ask" },
    "data-folder": SETTINGS["data-folder"],
  },
} as const satisfies Command<Options>;

export async function run({ values: { yes = false, ...given } }: Line<typeof COMMAND.options>) {
  const { dataFolder } = resolveConfig(await readProjectConfig(CARREL), given, Deno.env.toObject());
  const place = shown(dataFolder);
  if (!yes && !Deno.stdin.isTerminal()) {
    throw new UserError(
      `This deletes the local database in ${place}. Confirm it: npm run reset -- --yes. Nothing was deleted.`,
    );
  }
  if (!yes && !confirm(`Delete the local database in ${place}, with everything in it?`)) {
    throw new UserError("Nothing was deleted.");
  }
  try {
    await using _instance = await claimInstance(dataFolder);
    await removeData(dataFolder);
  } catch (error) {
    if (!(error instanceof AlreadyRunning)) throw error;
    throw new UserError(`${error.message} Stop it first, then reset.`, { cause: error });
  }
  console.log(`Deleted the local database in ${place}. The API keys stay.`);
}

if (import.meta.main) await main(COMMAND, run);
