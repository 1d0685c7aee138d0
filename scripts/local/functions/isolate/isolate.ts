// An isolate: one running copy of one Edge Function with a module graph, globals and an environment of its own,
// as on hosted. It is a thread of the stack's process (worker.ts) or a process of its own (child.ts); both run
// the same program (program.ts) and take requests over a Unix socket.
//
// Importing functions into the stack's own thread was measured and rejected. A handler that does nothing answers
// 70-80k req/s there, 14k behind the socket and 18k behind postMessage (2 cores, the client on one of them), so
// the hop costs about 60 us; the content function's head, token check included, answers 7.2k req/s. For that price
// every stack in a test process has its own environment, an edited import is seen (the thread's modules can't
// be unloaded), and an endless loop or a late rejection takes down one isolate instead of auth, REST and Realtime.
// The socket rather than postMessage, because streams, back-pressure and disconnects then need no code of ours.
import type { RequestHead } from "./envelope.ts";

/** Where isolates run: in threads of the stack's process, or each in a process of its own. */
export type FunctionsMode = "in-process" | "child";

/** What an isolate needs to know before it loads its function. */
export interface IsolateConfig {
  slug: string;
  /** file: URL of the function's index.ts. */
  entry: string;
  /** The function's whole environment. */
  env: Record<string, string>;
  /** Path of the Unix socket to listen on. */
  socket: string;
}

/** A running isolate. */
export interface Isolate {
  /** Id of the process it runs in. */
  readonly pid: number;
  /** Resolves with the reason when it is gone, whether by `stop` or by itself. */
  readonly ended: Promise<string>;
  /** Hands over one request; rejects when the isolate dies before the response's head. */
  fetch(request: Request, head: RequestHead, signal: AbortSignal): Promise<Response>;
  /** Lets requests under way and `waitUntil` work finish for `graceMs`, then ends it. */
  stop(graceMs: number): Promise<void>;
}

/** The function could not be loaded; the message says why, for the log. */
export class BootFailed extends Error {
  override readonly name = "BootFailed";
}

/** What the program tells its launcher. */
export type Report = { kind: "ready" } | { kind: "failed"; reason: string } | { kind: "stopped" };
/** What a launcher tells the program. */
export type Order = { kind: "start"; config: IsolateConfig } | { kind: "stop"; graceMs: number };

/** How long loading a function may take, in milliseconds; hosted gives up after 10 s. */
export const BOOT_LIMIT_MS = 10_000;
