// What the local stack runs with: supabase/config.toml, then the environment, then the command line.
import { parse as parseToml } from "@std/toml/parse";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { z } from "zod";
import type { FunctionsMode } from "./functions/isolate/isolate.ts";
import { PROJECT_FOLDER, WORK_FOLDER } from "./postgres/folders.ts";

/** An option or a setting that can't be used; the message is meant for the person at the terminal. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

/** How one Edge Function is configured in config.toml; hosted's default is to verify tokens. */
export interface FunctionConfig {
  enabled: boolean;
  verifyJwt: boolean;
}

/** What supabase/config.toml says about the parts that the local stack has. */
export interface ProjectConfig {
  projectId: string;
  apiPort: number;
  databasePort: number;
  functions: ReadonlyMap<string, FunctionConfig>;
}

/** Settings of one run of `npm start`. */
export interface StackConfig extends ProjectConfig {
  functionsMode: FunctionsMode;
  /** Isolates of each function in child mode. */
  isolates: number;
  /** Whether the summary is printed as JSON on standard output, and everything else on standard error. */
  json: boolean;
  /** Where database and keys lie. */
  dataFolder: string;
  /** The functions' secrets, where not supabase/functions/.env. */
  envFile?: string;
  help: boolean;
}

const port = z.number().int().min(1).max(65_535);
const TomlSchema = z.object({
  project_id: z.string().min(1),
  api: z.object({ port: port.default(54321) }).prefault({}),
  db: z.object({ port: port.default(54322), major_version: z.literal(17) }),
  functions: z.record(
    z.string(),
    z.object({ enabled: z.boolean().default(true), verify_jwt: z.boolean().default(true) }),
  ).default({}),
});

/** The command line's options, each with the environment variable that sets it too. */
const OPTIONS = {
  "api-port": {
    variable: "CARREL_API_PORT",
    value: "N",
    text: "port of the API ([api] port in supabase/config.toml)",
  },
  "db-port": { variable: "CARREL_DB_PORT", value: "N", text: "port of the database ([db] port)" },
  "functions": {
    variable: "CARREL_FUNCTIONS",
    value: "MODE",
    text: "in-process: a thread for each Edge Function (default); child: a process",
  },
  "isolates": {
    variable: "CARREL_ISOLATES",
    value: "N",
    text: "processes for each function in child mode (1)",
  },
  "data-folder": {
    variable: "CARREL_DATA_FOLDER",
    value: "PATH",
    text: "where data and keys lie (.carrel/local)",
  },
  "env-file": {
    variable: "CARREL_ENV_FILE",
    value: "PATH",
    text: "secrets of the Edge Functions (supabase/functions/.env)",
  },
} as const;
type OptionName = keyof typeof OPTIONS;

/** The text of `npm start -- --help`. */
export function usage(): string {
  const lines = Object.entries(OPTIONS).map(([name, { value, text, variable }]) =>
    `  --${`${name} ${value}`.padEnd(18)} ${text}; ${variable}`
  );
  return [
    "npm start -- [options]",
    ...lines,
    `  --${"json".padEnd(18)} print the summary as JSON, progress on standard error`,
    `  --${"help".padEnd(18)} this text`,
  ].join("\n");
}

/** Reads the text of a config.toml; `source` names it in messages. */
export function parseProjectConfig(text: string, source: string): ProjectConfig {
  let raw: unknown;
  try {
    raw = parseToml(text);
  } catch (error) {
    throw new ConfigError(`${source} is not valid TOML: ${error instanceof Error ? error.message : error}`);
  }
  const parsed = TomlSchema.safeParse(raw);
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `  ${issue.path.join(".")}: ${issue.message}`);
    throw new ConfigError(`${source} can't be used:\n${problems.join("\n")}`);
  }
  const { project_id, api, db, functions } = parsed.data;
  return {
    projectId: project_id,
    apiPort: api.port,
    databasePort: db.port,
    functions: new Map(
      Object.entries(functions).map(([slug, f]) => [slug, { enabled: f.enabled, verifyJwt: f.verify_jwt }]),
    ),
  };
}

/** Reads the project's supabase/config.toml. */
export async function readProjectConfig(projectFolder: string = PROJECT_FOLDER): Promise<ProjectConfig> {
  const file = join(projectFolder, "supabase", "config.toml");
  return parseProjectConfig(await Deno.readTextFile(file), "supabase/config.toml");
}

function integer(value: string, what: string, max: number): number {
  const number = Number(value);
  if (!/^\d+$/.test(value) || number < 1 || number > max) {
    throw new ConfigError(`${what} takes a number from 1 to ${max}, not \`${value}\`.`);
  }
  return number;
}

function functionsMode(value: string, what: string): FunctionsMode {
  if (value === "in-process" || value === "child") return value;
  throw new ConfigError(`${what} takes in-process or child, not \`${value}\`.`);
}

/** Puts a run's settings together. Throws `ConfigError` with the whole story for an option that can't be used. */
export function resolveConfig(
  project: ProjectConfig,
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): StackConfig {
  const values = parseOptions(args);
  const setting = <T>(name: OptionName, read: (value: string, what: string) => T, otherwise: T): T => {
    const { variable } = OPTIONS[name];
    const option = values[name];
    if (option !== undefined) return read(option, `--${name}`);
    const value = env[variable];
    return value ? read(value, variable) : otherwise;
  };
  const asPort = (value: string, what: string) => integer(value, what, 65_535);
  const config: StackConfig = {
    ...project,
    apiPort: setting("api-port", asPort, project.apiPort),
    databasePort: setting("db-port", asPort, project.databasePort),
    functionsMode: setting("functions", functionsMode, "in-process"),
    isolates: setting("isolates", (value, what) => integer(value, what, 64), 1),
    envFile: setting<string | undefined>("env-file", (value) => resolve(value), undefined),
    dataFolder: resolve(setting("data-folder", (value) => value, join(WORK_FOLDER, "local"))),
    json: values.json ?? false,
    help: values.help ?? false,
  };
  if (config.apiPort === config.databasePort) {
    throw new ConfigError(
      `API and database can't both use port ${config.apiPort}; choose another one with --api-port or --db-port.`,
    );
  }
  return config;
}

function parseOptions(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        "api-port": { type: "string" },
        "db-port": { type: "string" },
        "functions": { type: "string" },
        "isolates": { type: "string" },
        "data-folder": { type: "string" },
        "env-file": { type: "string" },
        "json": { type: "boolean" },
        "help": { type: "boolean" },
      },
    }).values;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new ConfigError(`${error.message}\n\n${usage()}`);
  }
}
