// Connection strings of the local database.
import type { LoginRole } from "../service.ts";

/** Password of every login role; the server listens on loopback only. */
export const LOCAL_PASSWORD = "postgres";

/** Connection string for one role. */
export function databaseUrl(port: number, role: LoginRole): string {
  return `postgresql://${role}:${LOCAL_PASSWORD}@127.0.0.1:${port}/postgres`;
}
