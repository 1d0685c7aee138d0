// What each learner may cost an isolate over time: a budget that refills. Work is counted when it is done, so a request is never
// refused halfway; a learner whose budget is used up waits before the next one.
import { type Clock, systemClock } from "./clock.ts";
import { ERRORS } from "./errors.gen.ts";
import { Problem } from "./problem.ts";

/** The most learners whose budget an isolate remembers, at about 200 bytes each. A forgotten learner has a full budget. */
const REMEMBERED = 10_000;

/** A budget in units of the caller's choice. */
export interface BudgetOptions {
  full: number;
  perSecond: number;
}

/** The budgets of the learners in an isolate. */
export interface LearnerBudget {
  /** Whether something is left. */
  isLeft(learner: string): boolean;
  /** Throws `rate_limited` if the learner has used everything up. */
  require(learner: string): void;
  /** Counts work. */
  spend(learner: string, units: number): void;
}

/** Creates budgets, all of them full. */
export function createLearnerBudget(
  { full, perSecond }: BudgetOptions,
  clock: Clock = systemClock,
): LearnerBudget {
  /** The moment at which a learner's budget is full again, in milliseconds of the clock: nothing drifts, and a full budget needs no entry. */
  const fullAt = new Map<string, number>();

  const leftOf = (learner: string) =>
    full - Math.max((fullAt.get(learner) ?? 0) - clock.now(), 0) * perSecond / 1000;

  return {
    isLeft: (learner) => leftOf(learner) >= 1,
    require(learner) {
      const left = leftOf(learner);
      if (left >= 1) return;
      const seconds = Math.ceil((1 - left) / perSecond);
      throw new Problem("rate_limited", ERRORS.rate_limited.title, String(seconds), seconds);
    },
    spend(learner, units) {
      const until = Math.max(fullAt.get(learner) ?? 0, clock.now()) + units * 1000 / perSecond;
      fullAt.delete(learner);
      fullAt.set(learner, until);
      if (fullAt.size > REMEMBERED) fullAt.delete(fullAt.keys().next().value ?? "");
    },
  };
}
