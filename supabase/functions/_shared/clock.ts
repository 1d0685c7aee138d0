// A clock that tests can replace, so that they need not wait.

/** The time in milliseconds since a fixed moment, and timers. */
export interface Clock {
  now(): number;
  /** Runs a function after a delay. Returns a function that cancels the timer. */
  after(ms: number, run: () => void): () => void;
}

/** The monotonic clock of the machine. Changes of the date do not affect it. */
export const systemClock: Clock = {
  now: () => performance.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};

/** The result of the work, or the error that `late` makes if the work takes longer than `ms`. The work continues. */
export async function inTime<T>(
  work: Promise<T>,
  ms: number,
  late: () => Error,
  clock: Clock = systemClock,
): Promise<T> {
  const end = Promise.withResolvers<never>();
  const callOff = clock.after(ms, () => end.reject(late()));
  try {
    return await Promise.race([work, end.promise]);
  } finally {
    callOff();
  }
}
