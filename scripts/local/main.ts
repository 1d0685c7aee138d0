// `npm start`: the local Supabase in one supervisor process, until Ctrl-C.
import { join, relative } from "node:path";
import { ConfigError, readProjectConfig, resolveConfig, type StackConfig, usage } from "./config.ts";
import { watchFolders } from "./functions/watch.ts";
import { AlreadyRunning, claimInstance } from "./instance.ts";
import { DataFolderInUse, PortTaken, ServerFailed } from "./postgres/cluster.ts";
import { PROJECT_FOLDER } from "./postgres/folders.ts";
import { MigrationRefused, SUPABASE_FOLDER } from "./postgres/migrations.ts";
import { SqlFileFailed } from "./postgres/sql_error.ts";
import { createProgress, type Progress } from "./progress.ts";
import { removeDatabase } from "./reset.ts";
import { MigrationsDiverged, type Reporting, type Stack, startStack } from "./stack.ts";
import { renderSummary, summarise } from "./summary.ts";

/** Exit code after a second Ctrl-C, as a shell would report the first. */
const INTERRUPTED = 130;

/** Aborts at the first signal that asks to stop; the second one ends the process at once. */
function stopSignal(progress: Progress): AbortSignal {
  const stop = new AbortController();
  let signals = 0;
  const onSignal = () => {
    // PostgreSQL has a watchdog and isolates notice the closed pipe, so that even this leaves nothing running.
    if (++signals > 1) Deno.exit(INTERRUPTED);
    progress.say("\nStopping; once more to force it.");
    stop.abort();
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) Deno.addSignalListener(signal, onSignal);
  return stop.signal;
}

/** Offers a reset where somebody can answer, and says whether it was done. */
async function resetAfter(
  error: MigrationsDiverged,
  config: StackConfig,
  progress: Progress,
): Promise<boolean> {
  progress.say(error.message);
  const asked = Deno.stdin.isTerminal() && !config.json;
  if (!asked || !confirm("Remove the local database and start over with the present migrations?")) {
    progress.say("`npm run reset` removes the local database, so that the next start applies them all anew.");
    return false;
  }
  await removeDatabase(config);
  return true;
}

async function start(config: StackConfig, progress: Progress): Promise<Stack | undefined> {
  const reporting: Reporting = { onProgress: progress.step, log: progress.say };
  for (;;) {
    try {
      return await startStack(config, reporting);
    } catch (error) {
      if (!(error instanceof MigrationsDiverged)) throw error;
      if (!await resetAfter(error, config, progress)) return undefined;
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

/** Runs until a signal, or until PostgreSQL ends by itself; gives the exit code. */
async function supervise(config: StackConfig, progress: Progress): Promise<number> {
  const stop = stopSignal(progress);
  await using instance = await claimInstance(config.dataFolder);
  await using stack = await start(config, progress);
  if (!stack) return 1;
  // A signal in the middle of the start waits for its end, so that everything stops in order.
  if (stop.aborted) return 0;

  const summary = await summarise(stack);
  const { apiUrl, databaseUrl, publishableKey, secretKey } = summary;
  await instance.announce({ apiUrl, databaseUrl, publishableKey, secretKey });
  if (config.json) console.log(JSON.stringify(summary));
  else progress.say(renderSummary(summary, progress.seconds()));
  using _functions = serveFunctions(stack, progress);

  const stopped = new Promise<void>((resolve) => stop.addEventListener("abort", () => resolve()));
  await Promise.race([stopped, stack.cluster.ended]);
  if (stop.aborted) return 0;
  progress.say(`PostgreSQL ended by itself; its log is in ${config.dataFolder}.`);
  return 1;
}

/** The text for a failure that has a known cause; undefined for any other. */
function explain(error: unknown, config: StackConfig | undefined): string | undefined {
  if (error instanceof PortTaken) {
    const [what, option, key] = error.port === config?.apiPort
      ? ["API", "--api-port", "[api]"]
      : ["database", "--db-port", "[db]"];
    return `${error.message} It is meant for the ${what}: choose another one with \`npm start -- ${option} N\`, ` +
      `or with port under ${key} in supabase/config.toml.`;
  }
  if (error instanceof AlreadyRunning) {
    return `${error.message} Stop it first, or give this one a --data-folder and ports of its own.`;
  }
  const known = [ConfigError, DataFolderInUse, ServerFailed, MigrationRefused, SqlFileFailed];
  return known.some((kind) => error instanceof kind) && error instanceof Error ? error.message : undefined;
}

async function main(args: readonly string[]): Promise<number> {
  let config: StackConfig | undefined;
  try {
    config = resolveConfig(await readProjectConfig(), args, Deno.env.toObject());
    if (config.help) {
      console.log(usage());
      return 0;
    }
    return await supervise(config, createProgress(config.json ? "stderr" : "stdout"));
  } catch (error) {
    const text = explain(error, config);
    if (text === undefined) throw error;
    console.error(text);
    return 1;
  }
}

if (import.meta.main) Deno.exit(await main(Deno.args));
