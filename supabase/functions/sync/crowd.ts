// One learner's requests among everybody's. A learner is served by one connection of an isolate at a time: the next
// batch would only wait for the learner's row, and hold a connection that others could use.
import { type Clock, systemClock } from "../_shared/clock.ts";
import { ERRORS } from "../_shared/errors.gen.ts";
import { Problem } from "../_shared/problem.ts";
import { createKeyedSlots } from "../_shared/slots.ts";

/** Requests of one learner that an isolate works on, reading their bodies included: two devices, and each one's retry. */
const UNDER_WAY = { atOnce: 4, waiting: 0, waitMs: 0, refusal: "busy" } as const;
/**
 * Of these one is with the database, and the next waits as long as carrel_edge waits for a lock. A learner who has one
 * waiting gets a tenth of one connection, so that even the batches of a full bucket leave room for others; a device
 * with a long outbox sends batch after batch, and has a connection all the time.
 */
const WITH_DATABASE = { atOnce: 1, waiting: 3, waitMs: 2000, refusal: "busy", rest: 9 } as const;
/** How long a refusal is held back: whoever asks again at once, on 20 connections, asks 20 times a second. */
const HOLD_MS = { least: 500, spread: 1000 };
/** Refusals held back at once; beyond, they go out as they come. */
const MOST_HELD = 1000;
/** Learners who have sent too much, as an isolate remembers; and for how long at most, since limits may be raised. */
const REMEMBERED = 2000;
const REMEMBER_S = 60;

/** What keeps learners apart. */
export interface Crowd {
  /** Answers a request of the learner, or refuses it. */
  admit<T>(learner: string, work: () => Promise<T>): Promise<T>;
  /** Within `admit`: the learner's turn with the database. */
  turn<T>(learner: string, work: () => Promise<T>): Promise<T>;
}

/** Nobody is under way, and nobody has sent too much. */
export function createCrowd(clock: Clock = systemClock): Crowd {
  const underWay = createKeyedSlots(UNDER_WAY, clock);
  const withDatabase = createKeyedSlots(WITH_DATABASE, clock);
  /** Until when, by the clock. */
  const limited = new Map<string, number>();
  let held = 0;

  function remember(learner: string, seconds: number): void {
    limited.delete(learner);
    limited.set(learner, clock.now() + Math.min(seconds, REMEMBER_S) * 1000);
    if (limited.size > REMEMBERED) limited.delete(limited.keys().next().value ?? "");
  }

  function refuseLimited(learner: string): void {
    const until = limited.get(learner);
    if (until === undefined) return;
    const seconds = Math.ceil((until - clock.now()) / 1000);
    if (seconds <= 0) limited.delete(learner);
    else throw new Problem("rate_limited", ERRORS.rate_limited.title, String(seconds), seconds);
  }

  async function slowly(refusal: Problem): Promise<never> {
    if (held < MOST_HELD) {
      held++;
      const ms = HOLD_MS.least + Math.random() * HOLD_MS.spread;
      await new Promise<void>((resolve) => clock.after(ms, resolve));
      held--;
    }
    throw refusal;
  }

  return {
    turn: (learner, work) => withDatabase.run(learner, work),
    async admit(learner, work) {
      try {
        refuseLimited(learner);
        return await underWay.run(learner, work);
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        if (error.code !== "rate_limited" && error.code !== "busy") throw error;
        if (error.code === "rate_limited" && !limited.has(learner)) remember(learner, error.retryAfter ?? 1);
        return await slowly(error);
      }
    },
  };
}
