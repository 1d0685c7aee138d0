// So many things at once, so many waiting, and a limit to the wait: what comes on top is refused at once, because
// an answer "come back later" costs nothing, and a queue without end costs everybody.
import type { ErrorCode } from "./errors.gen.ts";
import { Problem } from "./problem.ts";

/** How many, and what is said to the rest. */
export interface SlotOptions {
  atOnce: number;
  waiting: number;
  /** Milliseconds that something may wait before it begins. */
  waitMs: number;
  /** The error of what is refused. */
  refusal: ErrorCode;
}

/** Slots for work. */
export interface Slots {
  /** Does the work when there is a slot for it, first come first served; else throws a `Problem`. */
  run<T>(work: () => Promise<T>): Promise<T>;
  /** What has a slot or waits for one. */
  readonly size: number;
}

/** Makes slots. */
export function createSlots({ atOnce, waiting, waitMs, refusal }: SlotOptions): Slots {
  const queue = new Set<() => void>();
  let active = 0;

  function turn(): Promise<void> {
    if (queue.size >= waiting) return Promise.reject(new Problem(refusal));
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        queue.delete(begin);
        reject(new Problem(refusal));
      }, waitMs);
      const begin = () => {
        clearTimeout(timer);
        resolve();
      };
      queue.add(begin);
    });
  }

  return {
    get size() {
      return active + queue.size;
    },
    async run(work) {
      // A slot that becomes free is handed on without being given back: nobody slips in between.
      if (active < atOnce) active++;
      else await turn();
      try {
        return await work();
      } finally {
        const [next] = queue;
        if (next) {
          queue.delete(next);
          next();
        } else {
          active--;
        }
      }
    },
  };
}

/** Slots of its own for each key, which take no room while nothing is under way. */
export interface KeyedSlots {
  run<T>(key: string, work: () => Promise<T>): Promise<T>;
  /** Keys with something under way. */
  readonly size: number;
}

/** Makes them. */
export function createKeyedSlots(options: SlotOptions): KeyedSlots {
  const slots = new Map<string, Slots>();
  return {
    get size() {
      return slots.size;
    },
    async run(key, work) {
      const own = slots.get(key) ?? createSlots(options);
      slots.set(key, own);
      try {
        return await own.run(work);
      } finally {
        if (own.size === 0) slots.delete(key);
      }
    },
  };
}
