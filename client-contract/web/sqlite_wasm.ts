// The storage adapter for SQLite's own WebAssembly build (@sqlite.org/sqlite-wasm), on the browser's private file system (OPFS). It runs in a
// dedicated worker: only there are OPFS files synchronous. The VFS is `opfs-sahpool`. It needs no COOP and COEP headers, unlike `opfs`, and one
// worker at a time may open it, which suits a leader.
import { type DeviceStorage, type SqlValue, StorageError } from "../device/mod.ts";

/** A prepared statement of the library, as far as the adapter needs it. */
interface Statement {
  readonly columnCount: number;
  bind(values: readonly SqlValue[]): unknown;
  step(): boolean;
  get(row: Record<string, SqlValue>): unknown;
  reset(alsoClearBinds?: boolean): unknown;
  finalize(): unknown;
}

/** A connection of the library. */
interface Connection {
  exec(sql: string): unknown;
  prepare(sql: string): Statement;
  changes(): number;
  close(): void;
}

/** The files of one database, its journal and nothing else. */
interface Pool {
  OpfsSAHPoolDb: new (file: string) => Connection;
  getFileNames(): string[];
  /** Gives the files back, so that another worker may open them. */
  pauseVfs(): unknown;
}

/** The library, as far as the adapter needs it. */
interface Library {
  installOpfsSAHPoolVfs(o: {
    name: string;
    directory: string;
    initialCapacity: number;
    preserveOnInitFailure: boolean;
    forceReinitIfPreviouslyFailed: boolean;
  }): Promise<Pool>;
}

/** The default export of @sqlite.org/sqlite-wasm, which loads the library. */
export type LoadSqlite = () => Promise<Library>;

/** The database, its write-ahead log, and room for what SQLite may open besides. */
const FILES = 4;
const FILE = "/device.sqlite";
/** Milliseconds until the browser has taken the files from a worker that was killed, at most. */
const PATIENCE_MS = 10_000;
const RETRY_MS = 50;
/** SQLite's primary result codes. */
const [SQLITE_ERROR, SQLITE_IOERR, SQLITE_FULL] = [1, 10, 13];

/** What the library reports of the file system. SQLite itself hears no more than that a write has failed. */
interface Reported {
  failure: unknown;
}

const hasResultCode = (error: unknown): error is Error & { resultCode: number } =>
  error instanceof Error && "resultCode" in error && typeof error.resultCode === "number";

const isNamed = (error: unknown, ...names: string[]): boolean =>
  error instanceof Error && names.includes(error.name);

/** Whether a worker that was killed still has the files. */
const isTaken = (error: unknown) => isNamed(error, "NoModificationAllowedError", "InvalidStateError");

/**
 * Whether the origin's quota was used up. Some browsers throw a QuotaExceededError. Chromium writes a part, and the library then reports an error
 * of its own, which is none of the browser's.
 */
const isOutOfQuota = (failure: unknown) =>
  isNamed(failure, "QuotaExceededError") || (failure instanceof Error && !(failure instanceof DOMException));

/** The storage of an open connection. */
function storageOf(connection: Connection, reported: Reported, closed: () => void): DeviceStorage {
  const statements = new Set<Statement>();
  /** Does the work. What the library throws becomes a StorageError. */
  function translated<T>(work: () => T): T {
    reported.failure = undefined;
    try {
      return work();
    } catch (error) {
      if (!hasResultCode(error)) throw error;
      const isFull = (error.resultCode & 0xff) === SQLITE_IOERR && isOutOfQuota(reported.failure);
      throw new StorageError(error.message, isFull ? SQLITE_FULL : error.resultCode || SQLITE_ERROR, {
        cause: reported.failure ?? error,
      });
    }
  }

  function prepare(sql: string) {
    const statement = translated(() => connection.prepare(sql));
    statements.add(statement);
    /** Runs the statement from its start, and leaves no lock behind. */
    function rows(parameters: readonly SqlValue[], most: number): Record<string, SqlValue>[] {
      return translated(() => {
        try {
          if (parameters.length > 0) statement.bind(parameters);
          const found: Record<string, SqlValue>[] = [];
          while (found.length < most && statement.step()) {
            const row: Record<string, SqlValue> = {};
            if (statement.columnCount > 0) statement.get(row);
            found.push(row);
          }
          return found;
        } finally {
          statement.reset(true);
        }
      });
    }
    return {
      run(...parameters: SqlValue[]) {
        rows(parameters, Infinity);
        return { changes: connection.changes() };
      },
      all: (...parameters: SqlValue[]) => rows(parameters, Infinity),
      get: (...parameters: SqlValue[]) => rows(parameters, 1)[0],
    };
  }

  return {
    exec: (sql) => void translated(() => connection.exec(sql)),
    prepare,
    close() {
      for (const statement of statements) statement.finalize();
      connection.close();
      closed();
    },
  };
}

async function openPool(load: LoadSqlite, folder: string, reported: Reported): Promise<Pool> {
  // The library reads its loggers from here while it loads. This worker is the device's alone, so nobody else sees the change.
  const quiet = () => {};
  const error = (...parts: unknown[]) => reported.failure = parts.at(-1);
  Object.assign(globalThis, { sqlite3ApiConfig: { error, warn: quiet, log: quiet, debug: quiet } });
  const library = await load();
  const since = performance.now();
  for (;;) {
    try {
      return await library.installOpfsSAHPoolVfs({
        name: "carrel",
        directory: folder,
        initialCapacity: FILES,
        // By default the library deletes all files when it can't open one of them.
        preserveOnInitFailure: true,
        forceReinitIfPreviouslyFailed: true,
      });
    } catch (error) {
      if (!isTaken(error) || performance.now() - since > PATIENCE_MS) throw error;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}

/** A database on OPFS. */
export interface OpfsStorage {
  storage: DeviceStorage;
  /** Whether there was no database before: on the first start, or after the browser has deleted it. */
  isNew: boolean;
}

/**
 * Opens the database in a folder of OPFS, in a dedicated worker. It waits while a worker that was killed still has the files. Throws where the
 * browser has no OPFS.
 */
export async function openOpfsSqlite(load: LoadSqlite, folder: string): Promise<OpfsStorage> {
  const reported: Reported = { failure: undefined };
  const pool = await openPool(load, folder, reported);
  const isNew = !pool.getFileNames().includes(FILE);
  const storage = storageOf(new pool.OpfsSAHPoolDb(FILE), reported, () => pool.pauseVfs());
  // Nobody else opens the file. SQLite then keeps the index of its write-ahead log in memory, where other systems share it.
  storage.exec("pragma locking_mode = exclusive");
  // A temporary file would take a place of the pool.
  storage.exec("pragma temp_store = memory");
  return { storage, isNew };
}
