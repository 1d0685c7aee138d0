// Runs the statement of a request: one transaction, as the caller's role, with the request's settings.
import type { Pool } from "./pool.ts";
import type { ApiRequest } from "./request.ts";
import { readResult, type Result } from "./result.ts";
import type { Routine, SchemaCache } from "./schema_cache.ts";
import { sessionStatement } from "./session.ts";
import type { Statement } from "./sql.ts";
import { ANONYMOUS_ROLE, type Caller } from "./token.ts";

/** What answering a request needs. */
export interface Context {
  request: ApiRequest;
  caller: Caller;
  cache: SchemaCache;
  pool: Pool;
  /** Most rows in one answer. */
  maxRows: number;
}

/** What kind of transaction a statement wants. */
export interface Execution {
  readOnly: boolean;
  /** The function called, whose settings go before the role's. */
  routine?: Routine;
  /** Throws to have everything rolled back. */
  check(result: Result): void;
}

/** Runs a statement made of `resultColumns` and commits it. */
export function execute(context: Context, statement: Statement, execution: Execution): Promise<Result> {
  const { request, caller, cache, pool } = context;
  const { readOnly, routine, check } = execution;
  const role = cache.role(caller.role);
  const mode = {
    readOnly,
    isolation: routine?.isolation ?? role.isolation,
    anonymous: caller.role === ANONYMOUS_ROLE,
  };
  const session = sessionStatement(request, caller, role, routine?.settings ?? []);
  return pool.transaction(mode, async (send) => {
    // Sent together: the server takes them in order, and skips the second if the first fails.
    const [, rows] = await Promise.all([send(session), send(statement)]);
    const result = readResult(rows);
    check(result);
    return result;
  });
}
