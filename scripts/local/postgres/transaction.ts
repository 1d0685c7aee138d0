// Transactions of the stand-ins, which outlive their connection: a server that crashes must not take the stack with it.
import postgres from "postgres";

/** Whether an error means that its connection is of no more use. */
export function isConnectionLost(error: unknown): boolean {
  if (error instanceof postgres.PostgresError) return ["FATAL", "PANIC"].includes(error.severity);
  return error instanceof Error && "code" in error && /^(CONN|ECONN|EPIPE)/.test(String(error.code));
}

/**
 * Runs a transaction, as the library's `begin` does. That one answers a failure with a rollback of its own, which ends the
 * process where the connection is gone (3.4.9): it writes to a socket that is none any more, in a callback of nobody's.
 */
export async function transaction<T>(
  sql: postgres.Sql,
  work: (tx: postgres.TransactionSql) => Promise<T>,
): Promise<T> {
  const box: { result?: { value: T } } = {};
  await sql.begin(async (tx) => {
    try {
      box.result = { value: await work(tx) };
    } catch (error) {
      // The loss itself makes `begin` reject; what it waits for besides never comes to the rollback.
      if (isConnectionLost(error)) await new Promise<never>(() => {});
      throw error;
    }
  });
  if (!box.result) throw new Error("A transaction ended without a result.");
  return box.result.value;
}
