// Small things that many requests leave behind, sent on together a moment later: none costs a query of its own.
import { type Clock, systemClock } from "./clock.ts";
import { Problem } from "./problem.ts";

/** The platform's way to let work outlive its request; there is none in tests of a handler alone. */
declare const EdgeRuntime: { waitUntil(work: Promise<unknown>): void } | undefined;

/** What is collected, and how it is sent. */
export interface CollectorOptions<T> {
  /** For the log. */
  what: string;
  waitMs: number;
  /** Items that may wait at once; more are dropped. */
  most: number;
  send(items: T[]): Promise<unknown>;
}

/** Takes an item in, in the place of an earlier one of the same key; returns at once. */
export type Collect<T> = (key: string, item: T) => void;

/** Best effort: items of an isolate that is stopped meanwhile are lost. */
export function createCollector<T>(
  { what, waitMs, most, send }: CollectorOptions<T>,
  clock: Clock = systemClock,
): Collect<T> {
  const waiting = new Map<string, T>();
  let isFlushing = false;

  async function flush(): Promise<void> {
    await new Promise<void>((resolve) => clock.after(waitMs, resolve));
    isFlushing = false;
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
