// What `npm start` runs with: supabase/config.toml, then the environment, then the command line. The commands that
// look for a running Carrel read the same settings.
import { join, resolve } from "node:path";
import { UsageError, wholeNumber } from "../command/command.ts";
import type { ProjectConfig, StackConfig } from "../local/config.ts";
import type { FunctionsMode } from "../local/functions/isolate/isolate.ts";
import { WORK_FOLDER } from "./project.ts";

const setting = (value: string, variable: string, text: string) =>
  ({ type: "string", value, variable, text: `${text} (${variable})` }) as const;

/** The options of `npm start`, each with the environment variable that sets it too. */
export const SETTINGS = {
  "api-port": setting("N", "CARREL_API_PORT", "port of the API; default: supabase/config.toml"),
  "db-port": setting("N", "CARREL_DB_PORT", "port of the database; default: supabase/config.toml"),
  "console-port": setting("N", "CARREL_CONSOLE_PORT", "port of the console; default: 54328, or a free one"),
  "functions": setting(
    "MODE",
    "CARREL_FUNCTIONS",
    "in-process (default): a thread for each Edge Function; child: a process",
  ),
  "isolates": setting("N", "CARREL_ISOLATES", "processes for each function in child mode; default: 1"),
  "data-folder": setting("PATH", "CARREL_DATA_FOLDER", "folder of database and keys; default: .carrel/local"),
  "env-file": setting(
    "PATH",
    "CARREL_ENV_FILE",
    "secrets of the Edge Functions; default: supabase/functions/.env",
  ),
} as const;
type Setting = keyof typeof SETTINGS;
/** What the command line says about them. */
export type Given = Readonly<Partial<Record<Setting, string>>>;

function functionsMode(value: string, what: string): FunctionsMode {
  if (value === "in-process" || value === "child") return value;
  throw new UsageError(`${what} takes in-process or child, not \`${value}\`.`);
}

/** npm runs commands in the project's folder; a path is meant from where the person stands. */
export function fromCaller(path: string): string {
  return resolve(Deno.env.get("INIT_CWD") ?? ".", path);
}

/** What `npm start` runs with. */
export interface StartConfig extends StackConfig {
  /** Where the console answers; by default a fixed port, or a free one where that is taken. */
  consolePort: number | undefined;
}

/** Puts a run's settings together. Throws `UsageError` for a value that can't be used. */
export function resolveConfig(
  project: ProjectConfig,
  given: Given,
  env: Readonly<Record<string, string | undefined>>,
): StartConfig {
  const read = <T>(name: Setting, parse: (value: string, what: string) => T, otherwise: T): T => {
    const { variable } = SETTINGS[name];
    const option = given[name];
    if (option !== undefined) return parse(option, `--${name}`);
    const value = env[variable];
    return value ? parse(value, variable) : otherwise;
  };
  const port = (value: string, what: string) => wholeNumber(value, what, 1, 65_535);
  const config: StartConfig = {
    ...project,
    apiPort: read("api-port", port, project.apiPort),
    databasePort: read("db-port", port, project.databasePort),
    consolePort: read<number | undefined>("console-port", port, undefined),
    functionsMode: read("functions", functionsMode, "in-process"),
    isolates: read("isolates", (value, what) => wholeNumber(value, what, 1, 64), 1),
    envFile: read<string | undefined>("env-file", fromCaller, undefined),
    dataFolder: read("data-folder", fromCaller, join(WORK_FOLDER, "local")),
  };
  if (config.apiPort === config.databasePort) {
    throw new UsageError(
      `API and database can't both use port ${config.apiPort}; choose another one with --api-port or --db-port.`,
    );
  }
  return config;
}
