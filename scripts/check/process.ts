// Runs a program to its end and keeps what it printed.
import { root } from "./project.ts";

/** A program that has ended. */
export interface Finished {
  /** Exit code; 124 where the time limit ended it, as `timeout` does. */
  code: number;
  stdout: string;
  stderr: string;
}

/** How to run it. */
export interface RunOptions {
  /** Working folder; the project's root unless given. */
  cwd?: string;
  env?: Record<string, string>;
  /** Called with each whole line of stdout while it runs. */
  onLine?: (line: string) => void;
  /** Time limit; half an hour unless given: it ends what hangs, on the slowest machine, too. */
  seconds?: number;
}

/** Plain text without colours and without Rust's stack traces, which Deno appends where RUST_BACKTRACE is set. */
const PLAIN = { NO_COLOR: "1", RUST_BACKTRACE: "0", RUST_LIB_BACKTRACE: "0" };

async function collect(stream: ReadableStream<Uint8Array>, onLine?: (line: string) => void): Promise<string> {
  let text = "";
  let reported = 0;
  const decoder = new TextDecoder();
  for await (const chunk of stream) {
    text += decoder.decode(chunk, { stream: true });
    if (!onLine) continue;
    for (let end = text.indexOf("\n", reported); end >= 0; end = text.indexOf("\n", reported)) {
      onLine(text.slice(reported, end));
      reported = end + 1;
    }
  }
  return text;
}

/** Runs a program without a terminal; resolves also when it fails. */
export async function run(program: string, args: string[], options: RunOptions = {}): Promise<Finished> {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), (options.seconds ?? 1800) * 1000);
  try {
    const child = new Deno.Command(program, {
      args,
      cwd: options.cwd ?? root,
      env: { ...PLAIN, ...options.env },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
      signal: limit.signal,
    }).spawn();
    const [stdout, stderr, status] = await Promise.all([
      collect(child.stdout, options.onLine),
      collect(child.stderr),
      child.status,
    ]);
    return { code: limit.signal.aborted ? 124 : status.code, stdout, stderr };
  } finally {
    clearTimeout(timer);
  }
}

/** Runs the Deno that runs this script: the version that package.json pins. */
export function deno(args: string[], options?: RunOptions): Promise<Finished> {
  return run(Deno.execPath(), args, options);
}

/** Runs the Node that npm runs on: for tools that Deno does not run. */
export function node(args: string[], options?: RunOptions): Promise<Finished> {
  return run("node", args, options);
}

/** The last lines of an output, for a failure that has no better text. */
export function lastLines(text: string, count = 30): string {
  return text.trim().split("\n").slice(-count).join("\n");
}
