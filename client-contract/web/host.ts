/// <reference lib="dom" />
// The device in the leader's worker: carries out the calls of all tabs, syncs, and tells all tabs how it stands.
import {
  type Device,
  openDevice,
  runSchedule,
  type SyncLoop,
  type SyncReport,
  systemClock,
} from "../device/mod.ts";
import type { ContentHint } from "../contract/hint.ts";
import { type CallLog, logCalls } from "./call_log.ts";
import type { Call, Calls, Loss, Marker, Method, Refusal, WebStatus, WorkerOptions } from "./protocol.ts";
import { READS, WRITES } from "./protocol.ts";
import { isStorageFull, refusalOf } from "./refusal.ts";
import type { OpfsStorage } from "./sqlite_wasm.ts";
import { readOnlyQuery } from "./query.ts";

/** Milliseconds in which changes become one message to the tabs. */
const STATUS_MS = 20;
const PUSH_AFTER_MS = 2000;
/** The codes of `app.failed` for operators; the first one is of the default `storage_codes`. */
const [FULL, LOST] = ["quota.exceeded", "storage.evicted"];

/** The arguments of a call, whose types the tab has checked. */
type Arguments<M extends keyof Calls> = Parameters<Calls[M]>;

/** What a host is made of. */
export interface HostOptions {
  opened: OpfsStorage;
  options: WorkerOptions;
  getToken: Parameters<typeof openDevice>[0]["getToken"];
  /** The marker beside the database; null: there was none. */
  before: Marker | null;
  isPersistent: boolean;
  /** Is called after each change. */
  onStatus: (status: WebStatus, marker: Marker) => void;
}

/**
 * Fetches past the browser's cache. The device has its own, whose hashes it checks. A reply that was cut off on its way would stay in the browser's:
 * the server confirms its ETag, and the browser gives the same half again.
 */
export const fetchAnew: typeof fetch = (input, init) => fetch(input, { ...init, cache: "no-store" });

/** The device, and what only a browser needs. */
export class Host {
  readonly loop: SyncLoop;
  readonly #device: Device;
  readonly #log: CallLog;
  readonly #query: ReturnType<typeof readOnlyQuery>;
  readonly #end = new AbortController();
  readonly #recoveries = new Map<string, () => void>();
  #isPersistent: boolean;
  #loss: Loss | null;
  #failure: Refusal | null = null;
  #isFull = false;
  #syncs = 0;
  #isPushDue = false;
  #statusTimer: ReturnType<typeof setTimeout> | undefined;
  #pushTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(readonly o: HostOptions) {
    const { opened: { storage, isNew }, options, before, getToken } = o;
    this.#isPersistent = o.isPersistent;
    this.#log = logCalls(storage);
    this.#query = readOnlyQuery(storage);
    this.#device = openDevice({ ...options, storage: this.#log.storage, getToken, fetch: fetchAnew });
    this.#loss = before?.loss ?? null;
    if (isNew && before) this.#noticeLoss(before);
    this.loop = runSchedule(this.#device.schedule(), (o) => this.#sync(o), systemClock, this.#end.signal);
    this.#changed();
  }

  #noticeLoss({ pending, loss }: Marker): void {
    this.#loss = { events: pending + (loss?.events ?? 0), noticedAt: Date.now() };
    const failure = { code: LOST, place: "database", fatal: false };
    // Mended by the first sync, which fetches content and the learner's rows again.
    this.#recoveries.set(LOST, this.#device.recordFailure(failure));
  }

  /** Tells the tabs, once for changes that follow each other. */
  #changed(): void {
    this.#statusTimer ??= setTimeout(() => {
      this.#statusTimer = undefined;
      const status = this.#status();
      this.o.onStatus(status, { pending: status.outbox.pending, loss: this.#loss });
    }, STATUS_MS);
  }

  #status(): WebStatus {
    return {
      ...this.#device.status(),
      sync: this.#syncs > 0 ? "syncing" : this.#failure ? "failed" : "idle",
      failure: this.#failure,
      isStorageFull: this.#isFull,
      isPersistent: this.#isPersistent,
      loss: this.#loss,
    };
  }

  /** Reports a recovery, if the failure was reported. */
  #recovered(code: string): void {
    const recover = this.#recoveries.get(code);
    this.#recoveries.delete(code);
    try {
      recover?.();
    } catch {
      // The report has to wait for room on the disk; the work that it reports on is done.
      if (recover) this.#recoveries.set(code, recover);
    }
  }

  /** Notes whether the disk has taken a write. */
  #wrote(error?: unknown): void {
    if (error !== undefined && !isStorageFull(error)) return;
    this.#isFull = error !== undefined;
    if (!this.#isFull) return this.#recovered(FULL);
    if (this.#recoveries.has(FULL)) return;
    try {
      this.#recoveries.set(FULL, this.#device.recordFailure({ code: FULL, place: "database", fatal: false }));
    } catch {
      // No room for the report either. The status says it.
    }
  }

  async #sync(o: { hint?: ContentHint | undefined; signal?: AbortSignal } = {}): Promise<SyncReport> {
    this.#syncs++;
    this.#changed();
    try {
      const report = await this.#device.sync(o);
      this.#failure = null;
      this.#wrote();
      this.#recovered(LOST);
      return report;
    } catch (error) {
      this.#failure = refusalOf(error);
      this.#wrote(error);
      throw error;
    } finally {
      this.#syncs--;
      if (this.#isPushDue && this.#syncs === 0) this.pushSoon(0);
      this.#changed();
    }
  }

  /** Syncs soon, where there is a network and the server does not ask for a pause. */
  pushSoon(milliseconds = this.o.options.pushAfterMs ?? PUSH_AFTER_MS): void {
    this.#pushTimer ??= setTimeout(() => {
      this.#pushTimer = undefined;
      // A running sync may have read its batches already, and the device would join the two.
      this.#isPushDue = this.#syncs > 0;
      if (this.#isPushDue) return;
      const { paused } = this.#device.status();
      const isPaused = paused !== null && Date.parse(paused.until) > Date.now();
      // A failure is in the status, and the schedule tries again.
      if (navigator.onLine && !isPaused) this.#sync().catch(() => {});
    }, milliseconds);
  }

  persistent(): void {
    this.#isPersistent = true;
    this.#changed();
  }

  /** Runs a writing call, or finds that it was carried out before. */
  #write(id: string, work: () => unknown): unknown {
    try {
      const reply = this.#log.perform(id, work);
      this.#wrote();
      this.pushSoon();
      return reply;
    } catch (error) {
      this.#wrote(error);
      throw error;
    } finally {
      this.#changed();
    }
  }

  /** Carries out a call. Rejects with the device's own error. */
  async call({ id, method, args }: Call): Promise<unknown> {
    const device = this.#device;
    const known = methodOf(device, method);
    if (known?.is === "read") return known.run(args);
    if (known?.is === "write") return this.#write(id, () => known.run(args));
    switch (method) {
      case "status":
        return this.#status();
      case "sync":
        return await this.#sync();
      case "repair":
        return await device.repair();
      case "verify":
        return await device.verify();
      case "sendDiagnostics":
        return await device.sendDiagnostics(...args as Arguments<"sendDiagnostics">);
      case "query":
        return this.#query(...args as Arguments<"query">);
      case "recordFailure": {
        const [failure] = args as Arguments<"recordFailure">;
        return this.#write(id, () => void this.#recoveries.set(failure.code, device.recordFailure(failure)));
      }
      case "recordRecovery":
        return this.#recovered(...args as Arguments<"recordRecovery">);
      case "dismissLoss":
        this.#loss = null;
        return this.#changed();
      default:
        throw new TypeError(`there is no ${method}`);
    }
  }

  /** Ends the work, closes the database, and gives its files back. */
  async close(): Promise<void> {
    clearTimeout(this.#statusTimer);
    clearTimeout(this.#pushTimer);
    this.#end.abort();
    await this.loop.done;
    this.#device[Symbol.dispose]();
  }
}

/** A method that the device has itself. */
function methodOf(
  device: Device,
  method: Method,
): { is: "read" | "write"; run(args: unknown[]): unknown } | undefined {
  const read = READS.find((name) => name === method);
  const write = WRITES.find((name) => name === method);
  const name = read ?? write;
  if (!name) return undefined;
  const run = (args: unknown[]) => (device[name] as (...args: unknown[]) => unknown)(...args);
  return { is: read ? "read" : "write", run };
}
