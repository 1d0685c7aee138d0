// Limits how many tasks run at once, how many wait, and how long they wait. Further tasks are refused at once, because a refusal
// costs little and an unlimited queue delays everybody.
import { type Clock, systemClock } from "./clock.ts";
import type { ErrorCode } from "./errors.gen.ts";
import { Problem } from "./problem.ts";

/** The limits, and the error for refused tasks. */
export interface SlotOptions {
  atOnce: number;
  waiting: number;
  /** The longest wait of a task, in milliseconds. */
  waitMs: number;
  /** The error of a refused task. */
  refusal: ErrorCode;
  /**
   * How long a slot rests while tasks wait for it, as a multiple of the duration of its last task. The default is 0. A caller
   * who runs one task after the other never waits.
   */
  rest?: number;
}

/** Slots for work. */
export interface Slots {
  /** Runs the work in a free slot, in order of arrival. Throws a `Problem` if it is refused. */
  run<T>(work: () => Promise<T>): Promise<T>;
}

/** Creates slots. `onIdle` is called when no slot is used any more. */
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

  // A free slot is passed to the next waiting task directly, so that a new task cannot overtake it.
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

/** Separate slots for each key. A key without tasks uses no memory. */
export interface KeyedSlots {
  run<T>(key: string, work: () => Promise<T>): Promise<T>;
  /** The number of keys with tasks. */
  readonly size: number;
}

/** Creates keyed slots. */
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
