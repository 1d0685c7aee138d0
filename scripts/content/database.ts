// Which database a command works on, and what its failures mean.
import postgres from "postgres";
import { codeOfSqlstate } from "../../client-contract/contract/errors.ts";
import { Refusal, UsageError, UserError } from "../command/command.ts";
import { type ProjectConfig, readProjectConfig } from "../local/config.ts";
import { findRunning } from "../local/instance.ts";
import { databaseUrl } from "../local/postgres/url.ts";
import { resolveConfig } from "../start/options.ts";
import { CARREL } from "../start/project.ts";
import { withTls } from "../../supabase/functions/_shared/connection.ts";

const CONNECT_TIMEOUT_SECONDS = 10;

/** An address that PostgreSQL's clients take; of any other, `postgres` would make a host name. */
function checked(url: string): string {
  const isAddress = URL.canParse(url) && /^postgres(ql)?:$/.test(new URL(url).protocol) &&
    new URL(url).hostname;
  if (isAddress) return url;
  throw new UsageError(
    "--db-url and SUPABASE_DB_URL take an address such as postgresql://user:password@host:5432/postgres.",
  );
}

/**
 * The connection string: the option, else `SUPABASE_DB_URL`, else the local stack that runs on the data folder, else
 * the port of supabase/config.toml, where `supabase start` would serve too. Throws `UsageError`.
 */
export async function resolveDatabaseUrl(
  option: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
  project?: ProjectConfig,
): Promise<string> {
  const given = option ?? env["SUPABASE_DB_URL"];
  if (given) return checked(given);
  const config = resolveConfig(project ?? await readProjectConfig(CARREL), {}, env);
  const running = await findRunning(config.dataFolder);
  return running?.stack?.databaseUrl ?? databaseUrl(config.databasePort, "postgres");
}

/** Connects for one command, with TLS except on this machine; works through a transaction pooler too. Throws `TypeError` for what is no address. */
export function connect(url: string, application = "content:import"): postgres.Sql {
  return postgres(withTls(url), {
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
function addressOf(url: string): string {
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
export type Work =
  | "import"
  | "preview"
  | "publish"
  | "schedule"
  | "cancellation"
  | "roll-back"
  | "list"
  | "health"
  | "look"
  | "audit";

/** A refusal by one of Carrel's functions, as the registry names it; undefined for any other error. */
export function refusalOf(
  error: unknown,
  advice: (code: string, info?: string) => string = () => "",
): Refusal | undefined {
  if (!(error instanceof postgres.PostgresError) || !error.code.startsWith("CR")) return undefined;
  const code = codeOfSqlstate(error.code);
  if (code === undefined) return undefined;
  const info = error.detail || undefined;
  return new Refusal(`${error.message} (${code}${info ? `: ${info}` : ""})${advice(code, info)}`, {
    error: error.message,
    code,
    info,
  });
}

/** A failure of the database in plain words; an error of any other kind as it is. */
export function explainDatabaseError(error: unknown, url: string, work: Work): unknown {
  if (!(error instanceof Error) || !("code" in error) || typeof error.code !== "string") return error;
  if (UNREACHABLE.has(error.code)) {
    return new UserError(
      `No database answers at ${addressOf(url)} (${error.code}). \`npm start\` starts the local one.`,
      { cause: error },
    );
  }
  if (!(error instanceof postgres.PostgresError)) return error;
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
  return new UserError(`${text} (SQLSTATE ${error.code})`, { cause: error });
}
