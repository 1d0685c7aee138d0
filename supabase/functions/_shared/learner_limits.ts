// Limits for each learner. An isolate uses one database connection for a learner at a time: a second batch would only
// wait for the learner's row lock, and keep a connection from other learners.
import { type Clock, systemClock } from "./clock.ts";
import { ERRORS } from "./errors.gen.ts";
import { createHold } from "./hold.ts";
import { Problem } from "./problem.ts";
import { createKeyedSlots } from "./slots.ts";

/**
 * Requests of a learner in an isolate, from the reading of their bodies until their answers are read: two devices with one retry each.
 */
const UNDER_WAY = { atOnce: 4, waiting: 0, waitMs: 0, refusal: "busy" } as const;
/**
 * One of these requests uses the database. The others wait as long as carrel_edge waits for a lock. While requests wait,
 * the learner gets a tenth of one connection, so that even a full bucket of batches leaves room for other learners.
 * A device that sends its batches one after the other always gets its connection.
 */
const WITH_DATABASE = { atOnce: 1, waiting: 3, waitMs: 2000, refusal: "busy", rest: 9 } as const;
/** The most rate-limited learners that an isolate remembers, and for how long at most, because limits may be raised. */
const REMEMBERED = 2000;
const REMEMBER_S = 60;

/** Limits the requests of each learner. */
export interface LearnerLimits {
  /** Runs a request of the learner, or throws a refusal. `until`: when the result uses the learner's place no longer. */
  admit<T>(learner: string, work: () => Promise<T>, until?: (result: T) => Promise<void>): Promise<T>;
  /** Runs database work of an admitted request when it is the learner's turn. */
  turn<T>(learner: string, work: () => Promise<T>): Promise<T>;
}

/** Creates the limits of an isolate. */
export function createLearnerLimits(clock: Clock = systemClock): LearnerLimits {
  const underWay = createKeyedSlots(UNDER_WAY, clock);
  const withDatabase = createKeyedSlots(WITH_DATABASE, clock);
  /** The end of the rate limit of each learner, in milliseconds of the clock. */
  const limited = new Map<string, number>();
  const hold = createHold(clock);

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

  return {
    turn: (learner, work) => withDatabase.run(learner, work),
    async admit(learner, work, until) {
      try {
        refuseLimited(learner);
        return await new Promise((resolve, reject) => {
          const ended = underWay.run(learner, async () => {
            const result = await work();
            resolve(result);
            await until?.(result);
          });
          ended.catch(reject);
        });
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        if (error.code !== "rate_limited" && error.code !== "busy") throw error;
        if (error.code === "rate_limited" && !limited.has(learner)) remember(learner, error.retryAfter ?? 1);
        await hold();
        throw error;
      }
    },
  };
}
