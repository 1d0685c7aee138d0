// The storage adapter for the SQLite library of Node (22.13 or later) and Deno.
import { DatabaseSync } from "node:sqlite";
import { nodeSqlite, translated } from "./node_connection.ts";
import type { DeviceStorage } from "./storage.ts";

/** Opens a SQLite file and creates a missing one; `:memory:` is a database without a file. Throws StorageError if it can't be opened. */
export const openNodeSqlite = (file: string): DeviceStorage =>
  nodeSqlite(translated(() => new DatabaseSync(file)));
