// So many things at once, so many waiting, and a limit to the wait: what comes on top is refused at once, because
// an answer "come back later" costs nothing, and a queue without end costs everybody.
import { type Clock, systemClock } from "./clock.ts";
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
  /**
   * How long a slot rests where something is waiting for it, in times of what the work before took. By default it does
   * not; who sends one thing after the other never waits for it.
   */
  rest?: number;
}

/** Slots for work. */
export interface Slots {
  /** Does the work when there is a slot for it, first come first served; else throws a `Problem`. */
  run<T>(work: () => Promise<T>): Promise<T>;
}

/** Makes slots; `onIdle` is told when none is taken any more. */
export function createSlots(
  { atOnce, waiting, waitMs, refusal, rest = 0 }: SlotOptions,
  clock: Clock = systemClock,
  onIdle: () => void = () => {},
): Slots {
  const queue = new Set<() => void>();
  let active = 0;

  function turn(): Promise<void> {
    if (queue.size >= waiting) return Promise.reject(new Problem(refusal));
    return new Promise((resolve, reject) => {
      const callOff = clock.after(waitMs, () => {
        queue.delete(begin);
        reject(new Problem(refusal));
      });
      const begin = () => {
        callOff();
        resolve();
      };
      queue.add(begin);
    });
  }

  // A slot that becomes free is handed on without being given back: nobody slips in between.
  function pass(): void {
    const [next] = queue;
    if (next) {
      queue.delete(next);
      next();
      return;
    }
    active--;
    if (active === 0) onIdle();
  }

  return {
    async run(work) {
      if (active < atOnce) active++;
      else await turn();
      const began = clock.now();
      try {
        return await work();
      } finally {
        if (rest > 0 && queue.size > 0) clock.after(rest * (clock.now() - began), pass);
        else pass();
      }
    },
  };
}

/** Slots of its own for each key, which take no room while nothing is under way. */
export interface KeyedSlots {
  run<T>(key: string, work: () => Promise<T>): Promise<T>;
  /** Keys that take room. */
  readonly size: number;
}

/** Makes them. */
export function createKeyedSlots(options: SlotOptions, clock: Clock = systemClock): KeyedSlots {
  const slots = new Map<string, Slots>();
  return {
    get size() {
      return slots.size;
    },
    run(key, work) {
      const own = slots.get(key) ?? createSlots(options, clock, () => slots.delete(key));
      slots.set(key, own);
      return own.run(work);
    },
  };
}
