// Time is an argument, so that tests can set it.

/** The device's clock, which may be wrong, jump, and be set back. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Minutes that local time is ahead of UTC. */
  utcOffsetMinutes(): number;
  /** Waits. Rejects with the signal's reason if the signal is aborted first. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

/** The clock of the system. */
export const systemClock: Clock = {
  now: () => Date.now(),
  utcOffsetMinutes: () => 0 - new Date().getTimezoneOffset(),
  sleep(milliseconds, signal) {
    signal?.throwIfAborted();
    return new Promise((resolve, reject) => {
      const aborted = () => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener("abort", aborted);
        resolve();
      }, milliseconds);
      signal?.addEventListener("abort", aborted, { once: true });
    });
  },
};

/** Minutes: 18 hours. */
const MAX_UTC_OFFSET = 1080;

/** The last millisecond of 2999: the latest time of the protocol, which ULIDs can hold too. */
const LATEST = Date.UTC(3000, 0) - 1;

/** The clock's time, limited to the protocol's range (1970 to 2999). */
export function clockTime(clock: Clock): number {
  return Math.min(Math.max(Math.trunc(clock.now()) || 0, 0), LATEST);
}

/** Minutes that local time is ahead of UTC, as the protocol has them: whole, and at most 18 hours either way. */
export function utcOffset(clock: Clock): number {
  return Math.min(Math.max(Math.round(clock.utcOffsetMinutes()) || 0, -MAX_UTC_OFFSET), MAX_UTC_OFFSET);
}

/** The clock's time as the wire and the database write it. */
export function instant(clock: Clock): string {
  return new Date(clockTime(clock)).toISOString();
}
