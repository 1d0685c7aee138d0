// Isolates that are threads of the stack's process.
import { setTimeout as delay } from "node:timers/promises";
import { createSocketClient } from "./client.ts";
import {
  BOOT_LIMIT_MS,
  BootFailed,
  type Isolate,
  type IsolateConfig,
  type Order,
  type Report,
} from "./isolate.ts";

/** Starts a thread and resolves when its function answers requests; rejects with `BootFailed`. */
export async function launchWorker(config: IsolateConfig): Promise<Isolate> {
  const worker = new Worker(new URL("./worker_main.ts", import.meta.url), {
    type: "module",
    name: config.slug,
  });
  const order = (order: Order) => worker.postMessage(order);
  const booted = Promise.withResolvers<void>();
  const stopped = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<string>();
  const client = createSocketClient(config.socket);
  const end = (reason: string) => {
    worker.terminate();
    client.close();
    booted.reject(new BootFailed(reason));
    stopped.resolve();
    ended.resolve(reason);
  };

  worker.onmessage = ({ data }: MessageEvent<Report>) => {
    if (data.kind === "ready") booted.resolve();
    else if (data.kind === "failed") end(data.reason);
    else stopped.resolve();
  };
  worker.onerror = (event) => {
    // Else it would end the stack too.
    event.preventDefault();
    end(event.message);
  };

  const limit = setTimeout(() => end(`it was not loaded within ${BOOT_LIMIT_MS / 1000} s`), BOOT_LIMIT_MS);
  order({ kind: "start", config });
  try {
    await booted.promise;
  } finally {
    clearTimeout(limit);
  }
  return {
    pid: Deno.pid,
    ended: ended.promise,
    fetch: client.fetch,
    async stop(graceMs) {
      order({ kind: "stop", graceMs });
      const patience = new AbortController();
      // A thread in an endless loop takes no orders.
      await Promise.race([
        stopped.promise,
        delay(graceMs, undefined, { signal: patience.signal }).catch(() => {}),
      ]);
      patience.abort();
      end("it was stopped");
    },
  };
}
