/// <reference lib="dom" />
// Leads, when it is this tab's turn: the browser gives a lock to one tab at a time, and to the next one when a tab closes or dies.
import type { FromWorker, Marker, ToWorker, WorkerOptions } from "./protocol.ts";
import type { WebDeviceOptions } from "./options.ts";

/** Milliseconds for a worker to close its database, before it is ended anyway. Nothing is lost then either. */
const CLOSE_MS = 2000;
/** Milliseconds before the lock is asked for again after a worker has died: another tab gets it first. */
const AGAIN_MS = 1000;

/** The marker beside the database. Browsers may refuse storage altogether; then there is none. */
const markers = {
  read(name: string): Marker | null {
    try {
      const { pending, loss } = JSON.parse(localStorage.getItem(name) ?? "null");
      return { pending: Number(pending), loss: loss ?? null };
    } catch {
      return null;
    }
  },
  write(name: string, marker: Marker): void {
    try {
      localStorage.setItem(name, JSON.stringify(marker));
    } catch {
      // Full, or refused: a loss would go unnoticed, and nothing else.
    }
  },
};

/** The options that a worker needs: functions can't be sent. */
function forWorker(
  { worker: _, getToken: __, listen: ___, persist: ____, ...options }: WebDeviceOptions,
): WorkerOptions {
  return options;
}

/** Asks the browser to keep the data; true: it has promised to. */
async function askToPersist(isWanted: boolean): Promise<boolean> {
  try {
    return await navigator.storage.persisted() || isWanted && await navigator.storage.persist();
  } catch {
    return false;
  }
}

/** Runs a worker until it dies or the signal is aborted. */
async function runWorker(name: string, o: WebDeviceOptions, signal: AbortSignal): Promise<void> {
  const worker = o.worker();
  const send = (message: ToWorker) => worker.postMessage(message);
  const ended = new AbortController();
  const over = new Promise<void>((resolve) => ended.signal.addEventListener("abort", () => resolve()));
  const stopped = new Promise<void>((resolve) => {
    worker.onmessage = async ({ data }: MessageEvent<FromWorker>) => {
      if (data.is === "stopped") resolve();
      else if (data.is === "marker") markers.write(name, data.marker);
      else if (data.is === "token") {
        try {
          send({ is: "token", id: data.id, token: await o.getToken(data.request) });
        } catch (error) {
          send({ is: "no token", id: data.id, message: String(error) });
        }
      }
    };
  });
  worker.onerror = () => ended.abort();
  signal.addEventListener("abort", () => ended.abort(), { once: true });
  if (signal.aborted) ended.abort();
  send({ is: "start", options: forWorker(o), before: markers.read(name), isPersistent: false });
  void askToPersist(o.persist ?? true).then((isPersistent) => isPersistent && send({ is: "persistent" }));
  // The page's event: not every browser fires it in workers.
  addEventListener("online", () => send({ is: "online" }), { signal: ended.signal });
  const listening = o.listen?.({
    signal: ended.signal,
    loop: {
      onHint: (hint) => send({ is: "content hint", hint }),
      onLearnerHint: (hint) => send({ is: "learner hint", hint }),
      onListening: (isListening) => send({ is: "listening", isListening }),
    },
  });
  await over;
  if (signal.aborted) {
    send({ is: "stop" });
    await Promise.race([stopped, new Promise((resolve) => setTimeout(resolve, CLOSE_MS))]);
  }
  worker.terminate();
  await listening?.catch(() => {});
}

/** A tab that leads when it is its turn. */
export interface Leading {
  readonly isLeader: boolean;
  /** Stops leading, or waiting for it. */
  close(): Promise<void>;
}

/** Waits for the lock, and leads as long as it has it. */
export function lead(name: string, o: WebDeviceOptions): Leading {
  const end = new AbortController();
  let isLeader = false;
  async function run(): Promise<void> {
    while (!end.signal.aborted) {
      try {
        await navigator.locks.request(name, { signal: end.signal }, async () => {
          isLeader = true;
          await runWorker(name, o, end.signal);
        });
      } catch (error) {
        if (!end.signal.aborted) throw error;
      } finally {
        isLeader = false;
      }
      if (!end.signal.aborted) await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
  }
  const done = run();
  return {
    get isLeader() {
      return isLeader;
    },
    async close() {
      end.abort();
      await done;
    },
  };
}
