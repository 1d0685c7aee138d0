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
