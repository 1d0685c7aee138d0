// Connection strings of the local database.

/** Password of every login role; the server listens on loopback only. */
export const LOCAL_PASSWORD = "postgres";

/** Connection string for one role. */
export function databaseUrl(port: number, role: string): string {
  return `postgresql://${role}:${LOCAL_PASSWORD}@127.0.0.1:${port}/postgres`;
}
