// The device's database: upgraded to this version's schema, and read as validated rows.
import { z } from "zod";
import type { HashBytes } from "../contract/sha256.ts";
import { DeviceError } from "./device_error.ts";
import { countKept } from "./queries.gen.ts";
import { SCHEMA } from "./schema.gen.ts";
import {
  type DeviceStorage,
  type Query,
  type SqlValue,
  StorageError,
  type StorageStatement,
} from "./storage.ts";
import { UPGRADES } from "./upgrades.ts";

/** Milliseconds to wait for another connection's lock, such as an app's background isolate. */
const BUSY_MS = 5000;

/** An open database. Rows are checked against a schema as they are read. */
export interface Database extends Disposable {
  /** The storage's SHA-256; undefined: JavaScript's. */
  readonly hash: HashBytes | undefined;
  /** Runs a statement that writes, and returns the number of rows that it changed. */
  run<P extends readonly SqlValue[]>(query: Query<P>, ...parameters: P): number;
  run(sql: string, ...parameters: SqlValue[]): number;
  /** All rows of a query. */
  all<T extends z.ZodType, P extends readonly SqlValue[]>(
    row: T,
    query: Query<P>,
    ...parameters: P
  ): z.output<T>[];
  all<T extends z.ZodType>(row: T, sql: string, ...parameters: SqlValue[]): z.output<T>[];
  /** The first row of a query. */
  get<T extends z.ZodType, P extends readonly SqlValue[]>(
    row: T,
    query: Query<P>,
    ...parameters: P
  ): z.output<T> | undefined;
  get<T extends z.ZodType>(row: T, sql: string, ...parameters: SqlValue[]): z.output<T> | undefined;
  /** Runs the work in one transaction: afterwards all of it is on disk, or nothing. The work can't be nested or await. */
  transaction<T>(work: () => T): T;
}

/** SQLite's primary result codes, which are the lower eight bits. */
const [SQLITE_ERROR, SQLITE_CORRUPT, SQLITE_TOOBIG, SQLITE_CONSTRAINT, SQLITE_MISMATCH] = [1, 11, 18, 19, 20];

function isFailure(error: unknown, codes: number[]): error is StorageError {
  return error instanceof StorageError && codes.includes(error.resultCode & 0xff);
}

/** Whether a constraint has refused a statement. The transaction is still open. */
export const isConstraint = (error: unknown): boolean => isFailure(error, [SQLITE_CONSTRAINT]);

/**
 * Whether a statement was refused for the values that it was to write, such as JSON that nests too deep. The transaction is still open, and
 * the statement has written nothing.
 */
export const isRefusedValue = (error: unknown): error is StorageError =>
  isFailure(error, [SQLITE_ERROR, SQLITE_TOOBIG, SQLITE_CONSTRAINT, SQLITE_MISMATCH]);

/** The error of a table that can be read, and whose rows still are not what SQLite wrote. */
export const corruption = (message: string): StorageError => new StorageError(message, SQLITE_CORRUPT);

/** Whether an error means that the disk does not return what was written. */
export const isCorruption = (error: unknown): boolean =>
  isFailure(error, [SQLITE_CORRUPT, SQLITE_CONSTRAINT]);

const Kept = z.object({ count: z.number() });
const UserVersion = z.object({ user_version: z.number() });

function inTransaction<T>(db: DeviceStorage, work: () => T): T {
  // Immediate, because a transaction that begins by reading may fail when it comes to write.
  db.exec("begin immediate");
  try {
    const result = work();
    db.exec("commit");
    return result;
  } catch (error) {
    try {
      db.exec("rollback");
    } catch {
      // SQLite itself has rolled back, as it may on a full disk. The first error says why.
    }
    throw error;
  }
}

/** Runs the steps. Throws if one of them has lost an event, which its own triggers do not see when a table is dropped. */
function upgrade(db: DeviceStorage, steps: readonly string[]): void {
  const kept = () => Kept.parse(db.prepare(countKept.sql).get()).count;
  const before = kept();
  for (const step of steps) db.exec(step);
  if (kept() < before) throw new Error("this upgrade loses events of the outbox");
}

function migrate(db: DeviceStorage, upgrades: readonly string[]): void {
  const newest = upgrades.length + 1;
  inTransaction(db, () => {
    const { user_version: version } = UserVersion.parse(db.prepare("pragma user_version").get());
    if (version > newest) {
      throw new DeviceError(
        "newer_database",
        `The file is of version ${version}; this is version ${newest}.`,
      );
    }
    if (version === newest) return;
    if (version === 0) db.exec(SCHEMA);
    else upgrade(db, upgrades.slice(version - 1));
    db.exec(`pragma user_version = ${newest}`);
  });
}

/**
 * Takes over a connection and upgrades its database by its user_version; an empty database gets the schema. `upgrades` is for tests. If it throws,
 * it has closed the connection: DeviceError `newer_database` if a newer version wrote the database, StorageError if it can't be read.
 */
export function openDatabase(db: DeviceStorage, upgrades: readonly string[] = UPGRADES): Database {
  try {
    db.exec(`pragma busy_timeout = ${BUSY_MS}`);
    // WAL: a reader never waits for a writer. FULL, because in WAL mode NORMAL loses the newest commits in a power failure, and an answer
    // of the learner must not be lost. It costs one fsync an answer.
    db.exec("pragma journal_mode = wal");
    db.exec("pragma synchronous = full");
    migrate(db, upgrades);
  } catch (error) {
    db.close();
    throw error;
  }

  const statements = new Map<string, StorageStatement>();
  function prepared(query: string | Query): StorageStatement {
    const sql = typeof query === "string" ? query : query.sql;
    const statement = statements.get(sql) ?? db.prepare(sql);
    statements.set(sql, statement);
    return statement;
  }

  return {
    hash: db.sha256,
    run: (query: string | Query, ...parameters: SqlValue[]) =>
      Number(prepared(query).run(...parameters).changes),
    all: <T extends z.ZodType>(row: T, query: string | Query, ...parameters: SqlValue[]) =>
      prepared(query).all(...parameters).map((value) => row.parse(value)),
    get<T extends z.ZodType>(row: T, query: string | Query, ...parameters: SqlValue[]) {
      const value = prepared(query).get(...parameters);
      return value === undefined ? undefined : row.parse(value);
    },
    transaction: (work) => inTransaction(db, work),
    [Symbol.dispose]: () => db.close(),
  };
}
