// At most one run of a job at a time: what becomes due meanwhile waits for its turn, as with pg_cron.

interface Turn {
  waiting: number;
  running: Promise<void>;
}

/** Runs by job. */
export class Turns {
  readonly #turns = new Map<string, Turn>();

  /** `run` must not reject. */
  constructor(readonly run: (id: string) => Promise<void>) {}

  /** Runs a job now, or once its earlier runs are over. */
  take(id: string): void {
    const turn = this.#turns.get(id);
    if (turn) {
      turn.waiting++;
      return;
    }
    const first: Turn = { waiting: 1, running: Promise.resolve() };
    this.#turns.set(id, first);
    first.running = this.#work(id, first);
  }

  async #work(id: string, turn: Turn): Promise<void> {
    while (turn.waiting > 0) {
      turn.waiting--;
      await this.run(id);
    }
    this.#turns.delete(id);
  }

  /** Whether a run waits for another one to end. */
  isWaiting(id: string): boolean {
    return (this.#turns.get(id)?.waiting ?? 0) > 0;
  }

  /** Resolves when nothing runs or waits. */
  async over(): Promise<void> {
    await Promise.all([...this.#turns.values()].map(({ running }) => running));
  }
}
