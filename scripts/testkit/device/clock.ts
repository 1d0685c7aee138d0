// A clock that tests set.
import type { Clock } from "../../../client-contract/device/clock.ts";

/** A clock that stands still but for sleeping, which takes no time. */
export interface TestClock extends Clock {
  set(milliseconds: number): void;
  advance(milliseconds: number): void;
  /** How long each sleep was to be. */
  readonly slept: number[];
}

/** A clock that starts at a time, in milliseconds since 1970. */
export function testClock(start = Date.UTC(2026, 10, 22, 10)): TestClock {
  let time = start;
  const slept: number[] = [];
  return {
    slept,
    now: () => time,
    utcOffsetMinutes: () => 60,
    set: (milliseconds) => time = milliseconds,
    advance: (milliseconds) => time += milliseconds,
    sleep(milliseconds, signal) {
      signal?.throwIfAborted();
      slept.push(milliseconds);
      time += milliseconds;
      return Promise.resolve();
    },
  };
}
