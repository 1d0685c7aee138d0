// One supervisor per data folder, and what others may know about the one that runs.
import { join } from "node:path";
import { z } from "zod";
import { requireOwnFolder } from "./data_folder.ts";
import { UserError } from "./user_error.ts";
import { tryLock } from "./postgres/lock.ts";

const RunningSchema = z.object({
  pid: z.number(),
  /** Missing while the stack starts. */
  stack: z.object({
    apiUrl: z.string(),
    databaseUrl: z.string(),
    publishableKey: z.string(),
    secretKey: z.string(),
    databaseLog: z.string(),
    functions: z.array(z.string()),
    /** Pages that the project serves beside the stack, by name. */
    pages: z.record(z.string(), z.string()),
  }).optional(),
});

/** A supervisor that runs, and once it is ready, how to reach its stack. */
export type Running = z.infer<typeof RunningSchema>;

/** Another supervisor runs on the data folder. */
export class AlreadyRunning extends UserError {
  override readonly name = "AlreadyRunning";
  constructor(readonly running: Running | undefined) {
    const process = running ? `process ${running.pid}` : "another process";
    super(
      `The local Supabase is already running (${process}${
        running?.stack ? `, ${running.stack.apiUrl}` : ""
      }).`,
    );
  }
}

/** The claim on a data folder. The system frees it with its holder, however that one ends. */
export interface Instance extends AsyncDisposable {
  /** Tells others how to reach the stack. */
  announce(stack: NonNullable<Running["stack"]>): Promise<void>;
}

function runningFile(dataFolder: string): string {
  return join(dataFolder, "running.json");
}

async function writeRunning(dataFolder: string, running: Running): Promise<void> {
  const file = runningFile(dataFolder);
  // Whole or not at all: somebody may be reading it. It holds the secret key.
  await Deno.writeTextFile(`${file}.new`, JSON.stringify(running, null, 2), { mode: 0o600 });
  await Deno.rename(`${file}.new`, file);
}

async function readFile(dataFolder: string): Promise<Running | undefined> {
  try {
    return RunningSchema.parse(JSON.parse(await Deno.readTextFile(runningFile(dataFolder))));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Takes the data folder for this process. Throws `AlreadyRunning`, and `UserError` for a folder with somebody's files. */
export async function claimInstance(dataFolder: string): Promise<Instance> {
  await requireOwnFolder(dataFolder);
  await Deno.mkdir(dataFolder, { recursive: true });
  const lock = await tryLock(join(dataFolder, "supervisor.lock"));
  if (!lock) throw new AlreadyRunning(await readFile(dataFolder));
  await writeRunning(dataFolder, { pid: Deno.pid });
  return {
    announce: (stack) => writeRunning(dataFolder, { pid: Deno.pid, stack }),
    async [Symbol.asyncDispose]() {
      await Deno.remove(runningFile(dataFolder));
      await lock.remove();
    },
  };
}

/** The supervisor that runs on a data folder, if any; what a killed one left does not count. */
export async function findRunning(dataFolder: string): Promise<Running | undefined> {
  const running = await readFile(dataFolder);
  if (!running) return undefined;
  const lock = await tryLock(join(dataFolder, "supervisor.lock"));
  await lock?.free();
  return lock ? undefined : running;
}
