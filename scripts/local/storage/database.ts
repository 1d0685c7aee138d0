// The service's tables, as the caller, whom row level security holds, or as the service itself.
import postgres from "postgres";
import { transaction } from "../postgres/transaction.ts";
import { type Caller } from "./caller.ts";
import { refusals, StorageError } from "./errors.ts";

/** Connections; a request holds one for a few milliseconds, never while bytes flow. */
const CONNECTIONS = 8;
/** A policy that takes longer counts as failed; as for the REST service. */
const STATEMENT_TIMEOUT_MS = 8_000;

/** A transaction. */
export type Tx = postgres.TransactionSql;

/** The database of the service. */
export interface Database {
  /** Runs a transaction as the caller. */
  asCaller<T>(caller: Caller, work: (tx: Tx) => Promise<T>): Promise<T>;
  /** Runs a transaction as the caller and takes it back: only whether it is allowed counts. */
  probe(caller: Caller, work: (tx: Tx) => Promise<unknown>): Promise<void>;
  /** Runs a transaction that no policy restricts. */
  asService<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

class TakenBack extends Error {}

/** Hosted's words for what the database refuses. */
function refused(error: unknown): unknown {
  if (error instanceof StorageError || !(error instanceof postgres.PostgresError)) return error;
  switch (error.code) {
    case "42501":
      return refusals.accessDenied();
    case "23505":
      return refusals.duplicate(error.table_name === "buckets" ? "BucketAlreadyExists" : "KeyAlreadyExists");
    case "23503":
      return refusals.relatedMissing();
    case "57014":
      return refusals.databaseTimeout();
    default:
      return refusals.database(error.message);
  }
}

/** Opens the database as supabase_storage_admin, the owner of the tables. */
export function openDatabase(url: string): Database {
  const sql = postgres(url, {
    max: CONNECTIONS,
    connection: { application_name: "storage", statement_timeout: STATEMENT_TIMEOUT_MS },
    onnotice: () => {},
  });
  async function asService<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    try {
      return await transaction(sql, async (tx) => {
        // A row goes together with its file here.
        await tx`select set_config('storage.allow_delete_query', 'true', true)`;
        return await work(tx);
      });
    } catch (error) {
      throw refused(error);
    }
  }
  const asCaller: Database["asCaller"] = (caller, work) =>
    asService(async (tx) => {
      await tx`
        select set_config('role', ${caller.role}, true), set_config('request.jwt.claims', ${caller.claims}, true),
               set_config('request.jwt.claim.role', ${caller.role}, true),
               set_config('request.jwt.claim.sub', ${caller.sub ?? ""}, true)`;
      return await work(tx);
    });
  return {
    asCaller,
    async probe(caller, work) {
      try {
        await asCaller(caller, async (tx) => {
          await work(tx);
          throw new TakenBack();
        });
      } catch (error) {
        if (!(error instanceof TakenBack)) throw error;
      }
    },
    asService,
    close: () => sql.end({ timeout: 1 }),
  };
}
