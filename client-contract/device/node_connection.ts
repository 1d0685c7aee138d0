// An open connection of the SQLite library of Node or Deno as a storage of the device. Apart from node_sqlite.ts, whose declarations name no
// type of Node: an app without these types can import them.
import { createHash } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import { type DeviceStorage, StorageError } from "./storage.ts";

const Failure = z.object({ code: z.literal("ERR_SQLITE_ERROR"), errcode: z.int(), message: z.string() });

/** Does the work. What the library throws becomes a StorageError. */
export function translated<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    const failure = Failure.safeParse(error);
    if (!failure.success) throw error;
    throw new StorageError(failure.data.message, failure.data.errcode, { cause: error });
  }
}

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
