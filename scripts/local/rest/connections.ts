// Connections as authenticator, over the client library and around what it does not survive.
import { Buffer } from "node:buffer";
import postgres, { type ReservedSql, type Sql } from "postgres";
import { isConnectionLost } from "../postgres/transaction.ts";
import { connectionRefused } from "./database_error.ts";

/** The library would rewrite text that the server takes for one of these types; requests pass it as it is. */
function untouched(oid: number): postgres.PostgresType {
  return { to: oid, from: [], serialize: (value: unknown) => value, parse: (value: unknown) => value };
}

const TYPES = {
  bool: untouched(16),
  json: untouched(114),
  jsonb: untouched(3802),
  date: untouched(1082),
  timestamp: untouched(1114),
  timestamptz: untouched(1184),
  bytea: {
    ...untouched(17),
    serialize: (value: unknown) =>
      value instanceof Uint8Array ? `\\x${Buffer.from(value).toString("hex")}` : value,
  },
};

function connect(url: string, size: number): Sql {
  return postgres(url, {
    max: size,
    connect_timeout: 5,
    max_lifetime: null,
    // Not for the types: without this, the client never hands out a connection that is new (3.4.9).
    fetch_types: true,
    types: TYPES,
    onnotice: () => {},
    connection: { application_name: "rest" },
  });
}

/** How long connections that nobody uses any more may take to close before they are cut, in seconds. */
const CLOSING_SECONDS = 1;

/** Connections that are used until they are retired, and closed when the last that uses them is done. */
export class Connections {
  readonly #sql: Sql;
  #users = 0;
  #retired = false;
  #closing: Promise<void> | undefined;
  #closed = false;

  /** At least one connection was lost or could not be made. */
  broken = false;

  constructor(url: string, size: number) {
    this.#sql = connect(url, size);
  }

  /** All connections are closed. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Lends a connection to `use`. */
  async lend<Result>(use: (connection: ReservedSql) => Promise<Result>): Promise<Result> {
    this.#users++;
    try {
      return await this.#use(await this.#reserve(), use);
    } finally {
      this.#users--;
      if (this.#retired && this.#users === 0) this.close(CLOSING_SECONDS);
    }
  }

  async #reserve(): Promise<ReservedSql> {
    try {
      return await this.#sql.reserve();
    } catch (error) {
      this.broken = true;
      throw connectionRefused(error);
    }
  }

  async #use<Result>(
    connection: ReservedSql,
    use: (connection: ReservedSql) => Promise<Result>,
  ): Promise<Result> {
    try {
      const result = await use(connection);
      connection.release();
      return result;
    } catch (error) {
      // The client would take a lost connection back and write to it, which ends the process.
      if (isConnectionLost(error)) this.broken = true;
      else connection.release();
      throw error;
    }
  }

  /** Nobody will borrow again. */
  retire(): void {
    this.#retired = true;
    if (this.#users === 0) this.close(CLOSING_SECONDS);
  }

  /** Closes all connections, in so many seconds if need be by force. */
  close(seconds: number): Promise<void> {
    return this.#closing ??= this.#sql.end({ timeout: seconds }).finally(() => this.#closed = true);
  }
}
