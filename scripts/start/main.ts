// `npm start`: the local Supabase with Carrel on it, in one supervisor process, until Ctrl-C.
import { join, relative } from "node:path";
import { type Command, type Line, main, type Options, UserError } from "../command/command.ts";
import { createProgress, type Progress } from "../command/progress.ts";
import { buildConsole } from "../console/build.ts";
import { serveConsole, type ServedConsole } from "../console/serve.ts";
import { readProjectConfig } from "../local/config.ts";
import { removeData } from "../local/data_folder.ts";
import { watchFolders } from "../local/functions/watch.ts";
import { AlreadyRunning, claimInstance } from "../local/instance.ts";
import { PortTaken } from "../local/postgres/port.ts";
import { MigrationsDiverged, type Reporting, type Stack, startStack } from "../local/stack.ts";
import { resolveConfig, SETTINGS, type StartConfig } from "./options.ts";
import { CARREL, PROJECT_FOLDER, SUPABASE_FOLDER } from "./project.ts";
import { configureSignals } from "./signals.ts";
import { renderSummary, summarise } from "./summary.ts";

export const COMMAND = {
  name: "npm start",
  about: "Starts the local Supabase with Carrel on it, and runs until Ctrl-C.",
  options: {
    ...SETTINGS,
    json: { type: "boolean", text: "print addresses and keys as JSON, and progress on standard error" },
  },
} as const satisfies Command<Options>;

/** Exit code after a second Ctrl-C, as a shell would report the first. */
const INTERRUPTED = 130;

/** Aborts at the first signal that asks to stop; the second one ends the process at once. */
function stopSignal(progress: Progress): AbortSignal {
  const stop = new AbortController();
  let signals = 0;
  const onSignal = () => {
    // PostgreSQL has a watchdog and isolates notice the closed pipe, so that even this leaves nothing running.
    if (++signals > 1) Deno.exit(INTERRUPTED);
    progress.say("\nStopping. Press Ctrl-C again to force it.");
    stop.abort();
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) Deno.addSignalListener(signal, onSignal);
  return stop.signal;
}

/** Offers a reset where somebody can answer, and says whether it was done. */
async function resetAfter(error: MigrationsDiverged, dataFolder: string, asks: boolean): Promise<void> {
  const cure = "`npm run reset` deletes the local database; the next start applies all migrations again.";
  if (!asks) throw new UserError(`${error.message}\n${cure}`, { cause: error });
  console.error(error.message);
  if (!confirm("Delete the local database, and start again with the present migrations?")) {
    throw new UserError(cure, { cause: error });
  }
  await removeData(dataFolder);
}

/** Starts the stack; where its database no longer fits the migrations, after a reset. */
async function start(config: StartConfig, reporting: Reporting, asks: boolean): Promise<Stack> {
  for (;;) {
    try {
      return await startStack(CARREL, config, reporting);
    } catch (error) {
      if (!(error instanceof MigrationsDiverged)) throw error;
      await resetAfter(error, config.dataFolder, asks);
    }
  }
}

/** Boots the functions, and boots them again whenever their code changes. */
function serveFunctions(stack: Stack, progress: Progress): Disposable {
  const warm = () => stack.functions.warm().catch((error) => progress.say(String(error)));
  warm();
  const folders = [join(SUPABASE_FOLDER, "functions"), join(PROJECT_FOLDER, "client-contract")];
  return watchFolders(folders, async (paths) => {
    await stack.functions.reload();
    progress.say(`Reloaded the functions: ${paths.map((path) => relative(PROJECT_FOLDER, path)).join(", ")}`);
    await warm();
  });
}

/** The console's port unless one is chosen. The ports below are those of the Supabase CLI. */
const CONSOLE_PORT = 54328;

/** Serves the console; on a free port where nobody has chosen one, and the usual one is taken. */
function openConsole({ consolePort }: StartConfig, stack: Stack): ServedConsole {
  const serve = (port: number) =>
    serveConsole(buildConsole, { url: stack.apiUrl, key: stack.publishableKey }, port);
  if (consolePort !== undefined) return serve(consolePort);
  try {
    return serve(CONSOLE_PORT);
  } catch (error) {
    if (!(error instanceof PortTaken)) throw error;
    return serve(0);
  }
}

/** Runs until a signal, or until PostgreSQL ends by itself; gives the exit code. */
async function supervise(config: StartConfig, json: boolean): Promise<number> {
  const progress = createProgress(json ? "stderr" : "stdout");
  const stop = stopSignal(progress);
  await using instance = await claimInstance(config.dataFolder);
  const asks = Deno.stdin.isTerminal() && !json;
  await using stack = await start(config, { onProgress: progress.step, log: progress.say }, asks);
  await configureSignals(stack.dbUrl(), stack.apiUrl);
  // A signal in the middle of the start waits for its end, so that everything stops in order.
  if (stop.aborted) return 0;

  await using page = openConsole(config, stack);
  const summary = await summarise(stack, { Console: page.url });
  await instance.announce(summary);
  if (json) console.log(JSON.stringify({ pid: Deno.pid, ...summary }));
  else progress.say(renderSummary(summary, progress.seconds()));
  using _functions = serveFunctions(stack, progress);

  const stopped = new Promise<void>((resolve) => stop.addEventListener("abort", () => resolve()));
  await Promise.race([stopped, stack.cluster.ended]);
  if (stop.aborted) return 0;
  throw new UserError(`PostgreSQL ended by itself. Its log: ${stack.cluster.logFile}`);
}

/** A failure with the option that avoids it, where there is one. */
function advise(error: unknown, config: StartConfig): unknown {
  if (error instanceof PortTaken) {
    if (error.port === config.consolePort) {
      return new UserError(
        `${error.message} It is meant for the console: choose another one with --console-port.`,
      );
    }
    const [what, option, key] = error.port === config.apiPort
      ? ["API", "--api-port", "[api]"]
      : ["database", "--db-port", "[db]"];
    return new UserError(
      `${error.message} It is meant for the ${what}: choose another one with \`npm start -- ${option} N\`, ` +
        `or with port under ${key} in supabase/config.toml.`,
    );
  }
  if (error instanceof AlreadyRunning) {
    return new UserError(
      `${error.message} Stop it first, or give this one a --data-folder and ports of its own.`,
    );
  }
  return error;
}

export async function run({ values: { json = false, ...given } }: Line<typeof COMMAND.options>) {
  const config = resolveConfig(await readProjectConfig(CARREL), given, Deno.env.toObject());
  try {
    return await supervise(config, json);
  } catch (error) {
    throw advise(error, config);
  }
}

if (import.meta.main) await main(COMMAND, run);
