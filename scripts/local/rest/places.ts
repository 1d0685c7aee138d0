// As many requests at once as there are connections; the rest wait in line, for a while.
import { poolExhausted } from "./database_error.ts";

/** Places that are taken and given back. */
export class Places {
  #free: number;
  #waiting: (() => void)[] = [];

  constructor(size: number, private readonly seconds: number) {
    this.#free = size;
  }

  /** Resolves when a place is free; throws when none was for `seconds`. */
  async take(): Promise<void> {
    if (this.#free > 0) {
      this.#free--;
      return;
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const timer = setTimeout(() => {
      this.#waiting.splice(this.#waiting.indexOf(resolve), 1);
      reject(poolExhausted());
    }, this.seconds * 1000);
    this.#waiting.push(resolve);
    await promise;
    clearTimeout(timer);
  }

  /** Gives a place to the next in line. */
  give(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#free++;
  }
}
