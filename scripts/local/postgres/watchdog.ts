// Stops postgres when the process that started it is gone without having done so (kill -9, a crash).
//
// The watchdog waits for a line on its standard input. The system closes that pipe with us, however we end.
import { serverUser } from "./folders.ts";

/** A watchdog that is on duty. */
export interface Watchdog {
  /** Ends it; to be called once the guarded process is gone, since its id may then go to another one. */
  dismiss(): Promise<void>;
}

const SCRIPT = `trap '' INT HUP TERM; read -r dismissed || kill -INT "$1"`;

/** Guards a process of PostgreSQL's user: a fast shutdown follows our own death. */
export function guard(pid: number): Watchdog {
  const child = new Deno.Command("/bin/sh", {
    args: ["-c", SCRIPT, "sh", String(pid)],
    detached: true,
    cwd: "/",
    stdin: "piped",
    stdout: "null",
    stderr: "null",
    ...serverUser(),
  }).spawn();
  let dismissal: Promise<void> | undefined;
  const dismiss = async () => {
    const writer = child.stdin.getWriter();
    try {
      await writer.write(new TextEncoder().encode("dismissed\n"));
      await writer.close();
    } catch (error) {
      // Somebody killed it.
      if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
    }
    await child.status;
  };
  return { dismiss: () => dismissal ??= dismiss() };
}
