// The storage adapter for the SQLite library of Node (22.13 or later) and Deno.
import { createHash } from "node:crypto";
import { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import { type DeviceStorage, StorageError } from "./storage.ts";

const Failure = z.object({ code: z.literal("ERR_SQLITE_ERROR"), errcode: z.int(), message: z.string() });

function translated<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    const failure = Failure.safeParse(error);
    if (!failure.success) throw error;
    throw new StorageError(failure.data.message, failure.data.errcode, { cause: error });
  }
}

/** Opens a SQLite file and creates a missing one; `:memory:` is a database without a file. Throws StorageError if it can't be opened. */
export const openNodeSqlite = (file: string): DeviceStorage =>
  nodeSqlite(translated(() => new DatabaseSync(file)));

/** The storage of a connection that is open already. */
export function nodeSqlite(db: DatabaseSync): DeviceStorage {
  return {
    sha256: (bytes) => createHash("sha256").update(bytes).digest("hex"),
    exec: (sql) => translated(() => db.exec(sql)),
    prepare(sql) {
      const statement = translated(() => db.prepare(sql));
      return {
        run: (...parameters) => translated(() => statement.run(...parameters)),
        all: (...parameters) => translated(() => statement.all(...parameters)),
        get: (...parameters) => translated(() => statement.get(...parameters)),
      };
    },
    close: () => db.close(),
  };
}
