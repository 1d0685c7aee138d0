// Which project is looked at, and with which keys: what the command line, the environment or the person says, else the local stack.
import { UsageError } from "../command/command.ts";
import { resolveDatabaseUrl } from "../content/database.ts";
import { readProjectConfig } from "../local/config.ts";
import { findRunning } from "../local/instance.ts";
import { resolveConfig } from "../start/options.ts";
import { CARREL } from "../start/project.ts";
import { assertLoopback, TargetRefused } from "../users/target.ts";

/** What is known of the project. Only the address of one service has to be there. */
export interface Target {
  /** On this machine: no pooler, no TLS, no plan. */
  isLocal: boolean;
  database?: string | undefined;
  /** The project's URL without a trailing slash. */
  url?: string | undefined;
  publishableKey?: string | undefined;
  secretKey?: string | undefined;
  /** Of a person, for the platform's Management API. */
  accessToken?: string | undefined;
  /** Where that API is, if not at its usual address. */
  management?: string;
}

/** What may be missing. */
export type Need = "database" | "url" | "publishableKey" | "secretKey";

/** Where to find what is missing. */
export const SOURCES: Readonly<Record<Need, string>> = {
  database: "--db-url or SUPABASE_DB_URL",
  url: "--url or SUPABASE_URL",
  publishableKey: "SUPABASE_PUBLISHABLE_KEY",
  secretKey: "SUPABASE_SECRET_KEY",
};

function isLoopback(url: string): boolean {
  try {
    assertLoopback(url);
    return true;
  } catch (error) {
    if (error instanceof TargetRefused) return false;
    throw error;
  }
}

/** The address of a project, without a slash at the end. */
function projectUrl(url: string): string {
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return new URL(url).origin;
  throw new UsageError("--url and SUPABASE_URL take an address such as https://REF.supabase.co.");
}

/** Asks for a key; undefined: the person has none. */
export type Ask = (name: string) => Promise<string | undefined>;

type Env = Readonly<Record<string, string | undefined>>;

/** The running local stack; undefined: none runs. */
async function localTarget(env: Env): Promise<Target | undefined> {
  const config = resolveConfig(await readProjectConfig(CARREL), {}, env);
  const stack = (await findRunning(config.dataFolder))?.stack;
  if (!stack) return undefined;
  const { apiUrl: url, databaseUrl: database, publishableKey, secretKey } = stack;
  return { isLocal: true, database, url, publishableKey, secretKey };
}

/** Puts the target together. Keys come from the environment or, at a terminal, from `ask`. Throws `UsageError`. */
export async function resolveDoctorTarget(
  given: { database: string | undefined; url: string | undefined },
  env: Env,
  ask: Ask,
): Promise<Target> {
  const databaseUrl = given.database ?? env["SUPABASE_DB_URL"];
  const database = databaseUrl ? await resolveDatabaseUrl(databaseUrl, {}) : undefined;
  const url = given.url ?? env["SUPABASE_URL"];
  const local = await localTarget(env);
  // The same database: the rest of its stack is known too.
  if (!url && local && (!database || new URL(database).host === new URL(local.database ?? "").host)) {
    return local;
  }
  if (!database && !url) return { isLocal: true, database: await resolveDatabaseUrl(undefined, env) };
  const key = async (name: string) => env[name] || (url ? await ask(name) : undefined);
  const target: Target = {
    isLocal: false,
    database,
    url: url ? projectUrl(url) : undefined,
    publishableKey: await key("SUPABASE_PUBLISHABLE_KEY"),
    secretKey: await key("SUPABASE_SECRET_KEY"),
    accessToken: env["SUPABASE_ACCESS_TOKEN"] || undefined,
  };
  const address = target.url ?? `http://${new URL(target.database ?? "").host}`;
  return { ...target, isLocal: isLoopback(address) };
}
