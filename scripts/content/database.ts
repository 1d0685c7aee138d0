// Which database an import goes to, and what to tell when it can't.
import postgres from "postgres";
import { type ProjectConfig, readProjectConfig, resolveConfig } from "../local/config.ts";
import { findRunning } from "../local/instance.ts";
import { databaseUrl } from "../local/postgres/url.ts";

const CONNECT_TIMEOUT_SECONDS = 10;

/**
 * The connection string: the option, else `SUPABASE_DB_URL`, else the local stack that runs on the data folder, else
 * the port of supabase/config.toml, where `supabase start` would serve too.
 */
export async function resolveDatabaseUrl(
  option: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
  project?: ProjectConfig,
): Promise<string> {
  const given = option ?? env["SUPABASE_DB_URL"];
  if (given) return given;
  const config = resolveConfig(project ?? await readProjectConfig(), [], env);
  const running = await findRunning(config.dataFolder);
  return running?.stack?.databaseUrl ?? databaseUrl(config.databasePort, "postgres");
}

/** Connects for one command; works through a transaction pooler too. Throws `TypeError` for what is no address. */
export function connect(url: string, application = "content:import"): postgres.Sql {
  return postgres(url, {
    max: 1,
    prepare: false,
    fetch_types: false,
    connect_timeout: CONNECT_TIMEOUT_SECONDS,
    onnotice: () => {},
    // The audit trail shows it as the source of each change.
    connection: { application_name: application },
  });
}

/** `host:port` of a connection string: what may be shown, as the rest holds a password. */
export function addressOf(url: string): string {
  const { hostname, port } = new URL(url);
  return `${hostname}:${port || "5432"}`;
}

const UNREACHABLE = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EHOSTUNREACH",
  "ECONNRESET",
  "CONNECT_TIMEOUT",
  "CONNECTION_CLOSED",
]);

/** What was asked of the database, as its failures name it. */
export type Work = "import" | "preview" | "publish" | "schedule" | "cancellation" | "roll-back" | "list";

/** The text for a failure of the database; undefined for an error of any other kind. */
export function explainDatabaseError(error: unknown, url: string, work: Work): string | undefined {
  if (!(error instanceof Error) || !("code" in error) || typeof error.code !== "string") return undefined;
  if (UNREACHABLE.has(error.code)) {
    return `No database answers at ${
      addressOf(url)
    } (${error.code}). Is the stack running? \`npm start\` starts it.`;
  }
  if (!(error instanceof postgres.PostgresError)) return undefined;
  const known: Record<string, string> = {
    "28P01": `The database at ${addressOf(url)} refuses the password of --db-url or SUPABASE_DB_URL.`,
    "3F000": "The database has no curriculum yet: apply supabase/migrations first, as `npm start` does.",
    "42P01": "The database has no curriculum yet: apply supabase/migrations first, as `npm start` does.",
    "42501": `This role may not do the ${work} (${error.message}); connect as postgres.`,
    "55P03": `Somebody else is ${
      work === "import" ? "writing drafts" : "publishing or writing drafts"
    }; nothing was written. Try again when they are done.`,
    // By a timeout or by somebody: the server's own words say which.
    "57014": `The database ended the ${work} (${error.message}); nothing was written.`,
  };
  const text = known[error.code] ?? `The database refused the ${work}; nothing was written: ${error.message}`;
  return `${text} (SQLSTATE ${error.code})`;
}
