// Isolates that are processes: their memory and CPU time can be measured, and their caches start cold.
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { createSocketClient } from "./client.ts";
import {
  BOOT_LIMIT_MS,
  BootFailed,
  type Isolate,
  type IsolateConfig,
  type Order,
  type Report,
} from "./isolate.ts";
import { TextLineStream } from "@std/streams/text-line-stream";
import { MARK } from "./mark.ts";

const PROGRAM = fileURLToPath(new URL("./child_main.ts", import.meta.url));

async function eachLine(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  use: (line: string) => void,
): Promise<void> {
  const lines = stream.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream());
  for await (const line of lines) use(line);
}

/** Starts a process and resolves when its function answers requests; rejects with `BootFailed`. */
export async function launchChild(config: IsolateConfig, log: (line: string) => void): Promise<Isolate> {
  const child = new Deno.Command(Deno.execPath(), {
    // The slug is for whoever looks at a list of processes.
    args: [
      "run",
      "--allow-all",
      "--quiet",
      PROGRAM,
      config.slug,
    ],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const orders = child.stdin.getWriter();
  const order = async (order: Order) => {
    // A process that is gone takes no orders; `status` tells.
    await orders.write(new TextEncoder().encode(`${JSON.stringify(order)}\n`)).catch(() => {});
  };
  const booted = Promise.withResolvers<void>();
  const stopped = Promise.withResolvers<void>();
  const client = createSocketClient(config.socket);

  let reason: string | undefined;
  const kill = (because: string) => {
    reason ??= because;
    try {
      child.kill("SIGKILL");
    } catch (error) {
      // Already gone.
      if (!(error instanceof TypeError)) throw error;
    }
  };
  const heed = (report: Report) => {
    if (report.kind === "ready") booted.resolve();
    else if (report.kind === "failed") kill(report.reason);
    else stopped.resolve();
  };
  const output = Promise.all([
    eachLine(
      child.stdout,
      (line) => line.startsWith(MARK) ? heed(JSON.parse(line.slice(MARK.length))) : log(line),
    ),
    eachLine(child.stderr, log),
  ]);
  const ended = (async () => {
    const [status] = await Promise.all([child.status, output]);
    const because = reason ?? `its process ended with ${status.signal ?? `status ${status.code}`}`;
    client.close();
    await orders.close().catch(() => {});
    booted.reject(new BootFailed(because));
    stopped.resolve();
    return because;
  })();

  const limit = setTimeout(() => kill(`it was not loaded within ${BOOT_LIMIT_MS / 1000} s`), BOOT_LIMIT_MS);
  await order({ kind: "start", config });
  try {
    await booted.promise;
  } finally {
    clearTimeout(limit);
  }
  return {
    pid: child.pid,
    ended,
    fetch: client.fetch,
    async stop(graceMs) {
      await order({ kind: "stop", graceMs });
      const patience = new AbortController();
      await Promise.race([
        stopped.promise,
        delay(graceMs, undefined, { signal: patience.signal }).catch(() => {}),
      ]);
      patience.abort();
      kill("it was stopped");
      await ended;
    },
  };
}
