// A clock that tests move.
import { setTimeout as delay } from "node:timers/promises";
import type { Clock } from "../../functions/_shared/clock.ts";

/** It stands still until it is told how much time passes. */
export interface TestClock extends Clock {
  /** Lets so many milliseconds pass, one timer after the other, each with all that follows from it. */
  pass(ms: number): Promise<void>;
  /** For how long from now each timer waits, in the order in which they were set. */
  waits(): number[];
}

/** At 0. */
export function testClock(): TestClock {
  const timers = new Set<{ at: number; run: () => void }>();
  let time = 0;
  return {
    now: () => time,
    after(ms, run) {
      const timer = { at: time + ms, run };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    async pass(ms) {
      const end = time + ms;
      for (;;) {
        // What promises do is done before the next turn of the event loop.
        await delay(0);
        const [next] = [...timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
        if (!next) break;
        timers.delete(next);
        time = next.at;
        next.run();
      }
      time = end;
    },
    waits: () => [...timers].map(({ at }) => at - time),
  };
}
