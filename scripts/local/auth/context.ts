// What the parts of the auth service share.
import type postgres from "postgres";
import type { ProjectKeys } from "../keys.ts";

/** A connection pool or a transaction on it. */
export type Database = postgres.ISql;

/** Settings that hosted keeps in the project's dashboard. */
export interface AuthOptions {
  /** Lifetime of an access token in seconds; hosted's default is 3600. */
  accessTokenSeconds?: number;
  /** How long a refresh token that was exchanged may be sent again, in seconds; hosted's default is 10. */
  refreshReuseSeconds?: number;
}

/** What the handlers are built from. */
export interface AuthContext {
  readonly sql: postgres.Sql;
  readonly keys: ProjectKeys;
  readonly options: Required<AuthOptions>;
}

/** `instance_id` of every row that the service makes and looks for: GoTrue's nil UUID. */
export const INSTANCE_ID = "00000000-0000-0000-0000-000000000000";
/** `aud` of users and tokens. */
export const AUDIENCE = "authenticated";
