// A place for one isolate of one function: boots it on demand, and again after it died.
import { setTimeout as delay } from "node:timers/promises";
import { BootFailed, type Isolate } from "./isolate/isolate.ts";
import { type ProcessUsage, processUsage } from "./isolate/usage.ts";

/** Wait after the first failure in a row; doubled with each further one. */
const FIRST_BACKOFF_MS = 100;
const LONGEST_BACKOFF_MS = 5_000;

/** What one isolate does and uses. */
export interface IsolateStats {
  slug: string;
  /** Number of the isolate among those of its function. */
  index: number;
  state: "cold" | "booting" | "running";
  /** Requests that were handed over, and those not yet answered. */
  requests: number;
  inFlight: number;
  /** How often it was booted, and how long the last boot took. */
  boots: number;
  bootMs?: number;
  pid?: number;
  /** Only in child mode: threads of one process can't be told apart. */
  usage?: ProcessUsage;
}

/** Holds at most one running isolate. */
export interface Slot {
  readonly inFlight: number;
  /** Runs `work` with the isolate, which is booted where needed; rejects with `BootFailed`. */
  use<T>(work: (isolate: Isolate) => Promise<T>): Promise<T>;
  /** Ends the isolate without mercy; the next use boots a new one. */
  kill(): Promise<void>;
  /** Ends the isolate when its requests are answered; the next use boots a new one at once. */
  retire(): Promise<void>;
  stats(): Promise<IsolateStats>;
}

/** What a slot is made from. */
export interface SlotOptions {
  slug: string;
  index: number;
  launch: () => Promise<Isolate>;
  /** Whether an isolate is a process of its own. */
  measured: boolean;
  /** How long requests under way and `waitUntil` work may take when the isolate is retired. */
  graceMs: number;
  /** Milliseconds since some moment. */
  now?: () => number;
  log: (line: string) => void;
}

/** Makes an empty slot. */
export function createSlot(o: SlotOptions): Slot {
  const now = o.now ?? (() => performance.now());
  let current: Promise<Isolate> | undefined;
  let running: Isolate | undefined;
  let failures = 0;
  let retryAt = 0;
  let requests = 0;
  let inFlight = 0;
  let boots = 0;
  let bootMs: number | undefined;
  let onIdle = () => {};

  const failed = (reason: string, what: string) => {
    current = undefined;
    running = undefined;
    retryAt = now() + Math.min(FIRST_BACKOFF_MS * 2 ** failures++, LONGEST_BACKOFF_MS);
    o.log(`Function ${o.slug} ${what}: ${reason}`);
  };

  async function boot(): Promise<Isolate> {
    const started = performance.now();
    boots++;
    const isolate = await o.launch();
    bootMs = Math.round(performance.now() - started);
    return isolate;
  }

  function start(): Promise<Isolate> {
    if (now() < retryAt) return Promise.reject(new BootFailed("it failed a moment ago"));
    const booting = boot();
    current = booting;
    booting.then((isolate) => {
      if (current === booting) running = isolate;
      isolate.ended.then((reason) => {
        // One that was taken out of the slot ended because we wanted it to.
        if (current === booting) failed(reason, "ended");
      });
    }, (error) => {
      if (current === booting) {
        failed(error instanceof Error ? error.message : String(error), "failed to start");
      }
    });
    return booting;
  }

  function take(): Promise<Isolate> | undefined {
    const taken = current;
    current = undefined;
    running = undefined;
    failures = 0;
    retryAt = 0;
    return taken;
  }

  /** A request that has its isolate but has not reached it yet must not find it gone. */
  async function idle(graceMs: number): Promise<void> {
    if (inFlight === 0 || graceMs === 0) return;
    const patience = new AbortController();
    const answered = new Promise<void>((resolve) => onIdle = resolve);
    await Promise.race([answered, delay(graceMs, undefined, { signal: patience.signal }).catch(() => {})]);
    patience.abort();
  }

  async function end(graceMs: number): Promise<void> {
    const taken = take();
    try {
      await idle(graceMs);
      await (await taken)?.stop(graceMs);
    } catch (error) {
      if (!(error instanceof BootFailed)) throw error;
    }
  }

  return {
    get inFlight() {
      return inFlight;
    },
    async use(work) {
      inFlight++;
      try {
        const isolate = await (current ?? start());
        requests++;
        const result = await work(isolate);
        failures = 0;
        return result;
      } finally {
        inFlight--;
        if (inFlight === 0) onIdle();
      }
    },
    kill: () => end(0),
    retire: () => end(o.graceMs),
    async stats() {
      const state = running ? "running" : current ? "booting" : "cold";
      const usage = running && o.measured ? await processUsage(running.pid) : undefined;
      const { slug, index } = o;
      return { slug, index, state, requests, inFlight, boots, bootMs, pid: running?.pid, usage };
    },
  };
}
