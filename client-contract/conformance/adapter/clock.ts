// The virtual clock of an adapter: waits take no time, and move the clock instead.

/** A clock that the runner sets. */
export class VirtualClock {
  constructor(private time: number, private readonly offset: number) {}
  now = () => this.time;
  utcOffsetMinutes = () => this.offset;
  advance(milliseconds: number): void {
    this.time += milliseconds;
  }
  sleep = (milliseconds: number, signal?: AbortSignal): Promise<void> => {
    signal?.throwIfAborted();
    // Whole milliseconds, as real clocks have them; never less than was asked for.
    this.time += Math.ceil(milliseconds);
    return Promise.resolve();
  };
}
