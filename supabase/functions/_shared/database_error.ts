// What a failed query means for the caller. A database that cannot be reached is `overloaded`, so that devices keep their events
// and ask again. The function's log says why, and docs/restore.md what to do.
import { ConnectionError, DatabaseError } from "./connection.ts";
import { type ErrorCode, SQLSTATES } from "./errors.gen.ts";
import { Problem } from "./problem.ts";

/** SQLSTATEs of a database that cannot be reached or takes no more connections. */
const UNREACHABLE = /^(57P0|08|28|3D000|53)/;

/** Messages of hosted's pooler. Their SQLSTATE is not specific. */
const POOLER =
  /^\(?E(MAXCONN|CHECKOUTTIMEOUT|DBHANDLEREXITED|CIRCUITBREAKER|AUTHQUERY|NOUSER)|^max client|^tenant or user not found/i;

/** PostgreSQL and the pooler refuse the role or its password. */
const LOGIN_REFUSED = /^28|^\(?E(AUTHQUERY|NOUSER)|^tenant or user not found/i;

/** A cause is logged once in this time, in milliseconds. */
const LOG_EVERY_MS = 60_000;
const logged = new Map<string, number>();

const codeOf = (error: DatabaseError | ConnectionError) => error.code ?? "";

/** Whether the database could not be reached, rather than refused a statement. */
export function isUnreachable(error: unknown): error is DatabaseError | ConnectionError {
  if (error instanceof ConnectionError) return true;
  if (!(error instanceof DatabaseError)) return false;
  // PostgreSQL ends a connection with these two, also while it starts, stops or has no room.
  if (/^(FATAL|PANIC)$/.test(error.severity ?? "")) return true;
  return UNREACHABLE.test(codeOf(error)) || POOLER.test(error.message);
}

/** Whether the role or its password was refused. */
export function isLoginRefused(error: unknown): boolean {
  return (error instanceof DatabaseError || error instanceof ConnectionError) &&
    (LOGIN_REFUSED.test(codeOf(error)) || LOGIN_REFUSED.test(error.message));
}

/** The alarm of an isolate. alarms() shows it too, as worker_silent, because the workers share the connection string. */
function logUnreachable(error: DatabaseError | ConnectionError): void {
  const cause = codeOf(error) || error.name;
  const now = Date.now();
  if (now - (logged.get(cause) ?? -Infinity) < LOG_EVERY_MS) return;
  logged.set(cause, now);
  console.error(
    isLoginRefused(error)
      ? `database: PostgreSQL refuses the login of carrel_edge (${cause}). docs/restore.md, "The functions cannot connect", says what to do.`
      : `database: it cannot be reached (${cause}): ${error.message}`,
  );
}

/** The problem of a failed query. An error that is not in the registry is internal, and logged. */
export function problemOf(error: unknown): Problem {
  const state = error instanceof DatabaseError ? codeOf(error) : "";
  const known: ErrorCode | undefined = SQLSTATES[state];
  if (!known && isUnreachable(error)) {
    logUnreachable(error);
    return new Problem("overloaded");
  }
  if (!(error instanceof DatabaseError) || !known || known === "internal") {
    console.error("database:", error);
    return new Problem("internal");
  }
  // Only errors raised by Carrel have texts for callers.
  if (!state.startsWith("CR")) return new Problem(known);
  return new Problem(known, error.message, error.detail || undefined, Number(error.hint) || undefined);
}
