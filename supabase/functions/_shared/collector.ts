// Collects small items from many requests and sends them together a moment later, so that no item costs a query of its own.
import { type Clock, systemClock } from "./clock.ts";
import { Problem } from "./problem.ts";

/** The platform's global for work after an answer. It is missing in tests of a handler alone. */
declare const EdgeRuntime: { waitUntil(work: Promise<unknown>): void } | undefined;

/** What is collected, and how it is sent. */
export interface CollectorOptions<T> {
  /** For the log. */
  what: string;
  /** From the first item to the call that sends it with the others. */
  waitMs: number;
  /** An item that comes after a rest of `waitMs` is sent at once. Then the wait begins with the call before. */
  isPrompt?: boolean;
  /** The most items that wait. Further items are dropped. */
  most: number;
  send(items: T[]): Promise<unknown>;
}

/** Adds an item, or replaces the waiting item of the same key. Returns at once. */
export type Collect<T> = (key: string, item: T) => void;

/** Creates a collector. Items are lost if the isolate stops before they are sent. */
export function createCollector<T>(
  { what, waitMs, isPrompt = false, most, send }: CollectorOptions<T>,
  clock: Clock = systemClock,
): Collect<T> {
  const waiting = new Map<string, T>();
  let isFlushing = false;
  let sentAt = -Infinity;

  async function flush(): Promise<void> {
    const wait = isPrompt ? sentAt + waitMs - clock.now() : waitMs;
    if (wait > 0) await new Promise<void>((resolve) => clock.after(wait, resolve));
    isFlushing = false;
    sentAt = clock.now();
    const items = [...waiting.values()];
    waiting.clear();
    try {
      await send(items);
    } catch (error) {
      console.error(`${what}:`, error instanceof Problem ? error.code : error);
    }
  }

  return (key, item) => {
    if (waiting.size >= most && !waiting.has(key)) return;
    waiting.set(key, item);
    if (isFlushing) return;
    isFlushing = true;
    const work = flush();
    if (typeof EdgeRuntime !== "undefined") EdgeRuntime.waitUntil(work);
  };
}
