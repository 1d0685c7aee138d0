// Settings that every local PostgreSQL server runs with. They are passed on the command line, so that a change
// reaches data folders that were made before it.

/** Settings by name. */
export type Settings = Readonly<Record<string, string>>;

/** As hosted has them, as far as a project can tell. */
export const SETTINGS: Settings = {
  listen_addresses: "127.0.0.1",
  // Everything connects over loopback; a socket's path would have to stay below 108 bytes.
  unix_socket_directories: "",
  max_connections: "200",
  statement_timeout: "2min",
  wal_level: "logical",
  timezone: "UTC",
  log_timezone: "UTC",
  log_line_prefix: "%m [%p] %q%u@%d ",
  shared_preload_libraries: "pg_stat_statements",
  "pg_stat_statements.max": "5000",
  // The default, named because new clusters are made without (initdb.ts).
  wal_init_zero: "on",
};

/**
 * For data that may be lost in a crash: nothing waits for the disk. A local password protects nothing: one iteration instead
 * of 4,096 saves a client 2 ms of CPU for each connection.
 */
export const NOT_DURABLE: Settings = {
  scram_iterations: "1",
  wal_init_zero: "off",
  wal_recycle: "off",
  fsync: "off",
  synchronous_commit: "off",
  full_page_writes: "off",
};

/** As arguments of postgres. */
export function settingArguments(settings: Settings): string[] {
  return Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
}
