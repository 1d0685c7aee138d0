// The interface to a SQLite library. node_sqlite.ts implements it for the SQLite of Node and Deno. An adapter for better-sqlite3, expo-sqlite or
// a WebAssembly build takes as few lines.

import type { HashBytes } from "../contract/sha256.ts";

/** A value that SQLite stores. Integers come back as numbers. */
export type SqlValue = string | number | bigint | null | Uint8Array;

/** A named query of queries.drift; `Parameters` are its parameters in their order. */
export interface Query<Parameters extends readonly SqlValue[] = readonly SqlValue[]> {
  readonly sql: string;
  /** For the type checker alone. */
  readonly parameters?: Parameters;
}

/** A prepared statement, which may run any number of times. It throws StorageError. */
export interface StorageStatement {
  /** Runs it; `changes` is the number of rows that it inserted, updated or deleted. */
  run(...parameters: SqlValue[]): { changes: number | bigint };
  /** All its rows, each an object whose keys are the column names. */
  all(...parameters: SqlValue[]): unknown[];
  /** The first of its rows, or undefined. */
  get(...parameters: SqlValue[]): unknown;
}

/**
 * One connection to a SQLite database (3.37 or later, with JSON) that only the device uses. Calls are synchronous, so that nothing else of the app
 * runs within a transaction of the device.
 */
export interface DeviceStorage {
  /** The platform's SHA-256, if it has a synchronous one. Otherwise JavaScript hashes, which takes ten times as long. */
  readonly sha256?: HashBytes | undefined;
  /** Runs one or more statements without parameters. Throws StorageError. */
  exec(sql: string): void;
  /** Compiles a statement; its parameters are positional (`?`). Throws StorageError. */
  prepare(sql: string): StorageStatement;
  /** Closes the connection. */
  close(): void;
}

/** A failed statement. By the result code the device distinguishes damage on the disk from mistakes. */
export class StorageError extends Error {
  override readonly name = "StorageError";
  constructor(
    message: string,
    /** SQLite's result code, extended or not (https://sqlite.org/rescode.html). */
    readonly resultCode: number,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
