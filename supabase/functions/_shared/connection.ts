// How the functions connect: with the role carrel_edge, through the transaction pooler. A statement takes one round trip and leaves
// nothing behind on its connection (docs/decisions/0008-one-round-trip-a-statement.md).
// Hosted's Deno does not find the types by itself.
// @ts-types="@types/pg"
import pg, { DatabaseError, type QueryResultRow } from "pg";

export { DatabaseError };

/** 127.0.0.0/8 and the names of this machine. An IPv6 address has brackets in a URL. */
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/i;

/**
 * The address with TLS, except on this machine. Drivers would connect in clear, and so send queries and answers over the
 * network. `sslmode=verify-full` stays. Any other mode, `disable` included, becomes `require`. Throws `TypeError` for what is
 * no address.
 */
export function withTls(url: string): string {
  const address = new URL(url);
  const { hostname, searchParams } = address;
  if (LOOPBACK.test(hostname)) return url;
  if (searchParams.get("sslmode") !== "verify-full") searchParams.set("sslmode", "require");
  return address.href;
}

/** Without this parameter, node-postgres takes `sslmode=require` for `verify-full`. */
function asLibpq(url: string): string {
  const address = new URL(url);
  address.searchParams.set("uselibpqcompat", "true");
  return address.href;
}

/** The database was not reached, or did not answer before the connection was lost. `code` is the system's, such as ECONNREFUSED. */
export class ConnectionError extends Error {
  override name = "ConnectionError";
  readonly code: string;

  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.code = cause instanceof Error && "code" in cause && typeof cause.code === "string" ? cause.code : "";
  }
}

/** A parameter. It is sent as text; the statement casts it to its type. */
export type Value = string | number | boolean | null;

/**
 * Sends a statement, each `${value}` of which is a parameter, and resolves with its rows. Throws `DatabaseError` for an error
 * of PostgreSQL or the pooler, and `ConnectionError` if there is no answer.
 */
export interface Sql extends AsyncDisposable {
  <Row extends QueryResultRow>(parts: TemplateStringsArray, ...values: Value[]): Promise<Row[]>;
}

/** Connects on first use. `max` is the number of connections; further statements wait for one. */
export function connect(url: string, application: string, max: number): Sql {
  const pool = new pg.Pool({
    connectionString: asLibpq(withTls(url)),
    application_name: application,
    max,
    idleTimeoutMillis: 20_000,
    connectionTimeoutMillis: 5000,
    keepAlive: true,
  });
  // A connection that is lost while nobody uses it is replaced when it is needed.
  pool.on("error", () => {});
  // One that is in use also tells its statement, which fails.
  pool.on("connect", (client) => void client.on("error", () => {}));

  // Unlike pool.query(), it keeps the connection after an error that SQL raises.
  async function query<Row extends QueryResultRow>(text: string, values: Value[]): Promise<Row[]> {
    const client = await pool.connect();
    try {
      const { rows } = await client.query<Row>(text, values);
      client.release();
      return rows;
    } catch (error) {
      const isKept = error instanceof DatabaseError && error.severity === "ERROR";
      client.release(!isKept);
      throw error;
    }
  }

  async function run<Row extends QueryResultRow>(
    parts: TemplateStringsArray,
    ...values: Value[]
  ): Promise<Row[]> {
    try {
      return await query<Row>(parts.reduce((before, part, place) => `${before}$${place}${part}`), values);
    } catch (error) {
      throw error instanceof DatabaseError ? error : new ConnectionError(error);
    }
  }
  return Object.assign(run, { [Symbol.asyncDispose]: () => pool.end() });
}
