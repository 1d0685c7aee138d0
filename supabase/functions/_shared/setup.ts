// How a function is set up: which secrets it has, and how it connects. It tells no value of a secret, and no host.
import { connect, withTls } from "./connection.ts";
import { isLoginRefused } from "./database_error.ts";

/** Secrets of the project that a function reads. Only CARREL_DB_URL is needed by every project. */
const SECRETS = [
  "CARREL_DB_URL",
  "CARREL_JWT_SECRET",
  "CARREL_AUTH_URL",
  "CARREL_LEARNER_COMMENT",
  "CARREL_WEBHOOK_ALLOW_LOOPBACK",
] as const;

/** What an operator's check learns of a function. */
export interface Setup {
  /** By name: whether the function has a value. */
  secrets: Record<string, boolean>;
  database: {
    /** Which server the connection string names, as its form shows. `invalid`: it is no address. */
    server: "transaction pooler" | "session pooler" | "database" | "invalid" | "none";
    role: string | null;
    tls: "verify-full" | "require" | "none" | null;
    login: "ok" | "refused" | "unreachable" | null;
    /** SQLSTATE or the system's code of a failed login. */
    code: string | null;
  };
}

const NO_DATABASE = { role: null, tls: null, login: null, code: null };

/** Hosted's pooler listens on 6543 in transaction mode, on 5432 in session mode. A database of its own has 6543 for a pooler too. */
function serverOf({ hostname, port }: URL): Setup["database"]["server"] {
  if (port === "6543") return "transaction pooler";
  return /\.pooler\./.test(hostname) ? "session pooler" : "database";
}

function tlsOf(address: URL): Setup["database"]["tls"] {
  const mode = address.searchParams.get("sslmode");
  return mode === "verify-full" || mode === "require" ? mode : "none";
}

/** Tries to log in once, on a connection of its own. */
async function tryLogin(url: string): Promise<Pick<Setup["database"], "login" | "code">> {
  const sql = connect(url, "carrel_setup", 1);
  try {
    await sql`select 1`;
    return { login: "ok", code: null };
  } catch (error) {
    const code = error instanceof Error && "code" in error && typeof error.code === "string"
      ? error.code
      : null;
    return { login: isLoginRefused(error) ? "refused" : "unreachable", code };
  } finally {
    await sql[Symbol.asyncDispose]();
  }
}

/** The set-up of this function. */
export async function describeSetup(env: (name: string) => string | undefined): Promise<Setup> {
  const secrets = Object.fromEntries(SECRETS.map((name) => [name, Boolean(env(name))]));
  const url = env("CARREL_DB_URL");
  if (!url) return { secrets, database: { server: "none", ...NO_DATABASE } };
  if (!URL.canParse(url)) return { secrets, database: { server: "invalid", ...NO_DATABASE } };
  const address = new URL(withTls(url));
  return {
    secrets,
    database: {
      server: serverOf(address),
      // The pooler wants the project's reference after the role.
      role: decodeURIComponent(address.username).split(".")[0] ?? null,
      tls: tlsOf(address),
      ...await tryLogin(url),
    },
  };
}
