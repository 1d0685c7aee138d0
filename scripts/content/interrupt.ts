// Ctrl-C while the database works: the running statement is cancelled, and the outcome is always said.
import { Interrupted } from "../command/command.ts";
import { connect } from "./database.ts";

/** How long the database may take to confirm a cancellation. */
const PATIENCE_MS = 10_000;

/** Watches for Ctrl-C while one transaction runs. */
export interface Interruption extends Disposable {
  /** The transaction runs on this backend of the server. */
  begin(pid: number): void;
  /** The error to show for a failure: after Ctrl-C a cancelled statement is no failure. */
  explain(error: unknown): unknown;
}

/**
 * The first signal cancels the statement. Without an answer, or after a second signal, the process ends, and says
 * that the transaction may have been committed; `check` is the command that shows whether it was.
 */
export function cancelOnSignal(url: string, check: string): Interruption {
  let backend: number | undefined;
  let isAsked = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function giveUp(): never {
    console.error(`Stopped without an answer. The change may have been committed: \`${check}\` shows it.`);
    Deno.exit(Interrupted.EXIT_CODE);
  }

  async function cancel(): Promise<void> {
    if (isAsked) giveUp();
    isAsked = true;
    if (backend === undefined) {
      console.error("Cancelled. Nothing was written.");
      Deno.exit(Interrupted.EXIT_CODE);
    }
    console.error("Cancelling. Press Ctrl-C again to stop without an answer.");
    timer = setTimeout(giveUp, PATIENCE_MS);
    const sql = connect(url, "cancel");
    try {
      await sql`select pg_cancel_backend(${backend})`;
    } catch {
      giveUp();
    } finally {
      await sql.end({ timeout: 1 });
    }
  }

  const signals = ["SIGINT", "SIGTERM"] as const;
  for (const signal of signals) Deno.addSignalListener(signal, cancel);
  return {
    begin: (pid) => backend = pid,
    explain(error) {
      const isCancelled = error instanceof Error && "code" in error && error.code === "57014";
      return isAsked && isCancelled
        ? new Interrupted("Cancelled. Nothing was written.", { cause: error })
        : error;
    },
    [Symbol.dispose]() {
      clearTimeout(timer);
      for (const signal of signals) Deno.removeSignalListener(signal, cancel);
    },
  };
}
