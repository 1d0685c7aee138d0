// Time as waiting code takes it in, so that its tests need not wait.

/** Milliseconds since some moment, and what is to be done after so many. */
export interface Clock {
  now(): number;
  /** Returns what calls it off. */
  after(ms: number, run: () => void): () => void;
}

/** The machine's; setting its date changes nothing. */
export const systemClock: Clock = {
  now: () => performance.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};
