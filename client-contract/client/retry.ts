// Retries failed requests with exponential backoff and full jitter.
import { ContractError, NetworkError, ProblemError } from "./client_error.ts";
import type { Clock } from "./clock.ts";
import type { Steering } from "../contract/steering.ts";

/** How often and how long to retry. */
export interface RetryPolicy {
  /** Failures in a row after which the request waits for the next sync. */
  attempts: number;
  /** The first delay is random between 0 and this. The bound doubles with each further one. */
  baseMs: number;
  /** The greatest bound of a random delay. */
  capMs: number;
  /** If the server asks for a longer delay, the sync ends at once. */
  patienceMs: number;
}

/** About 15 s in all, on average. The server steers `baseMs` and `capMs`. */
export const DEFAULT_RETRY: RetryPolicy = { attempts: 6, baseMs: 1000, capMs: 30_000, patienceMs: 60_000 };

/** The policy that a server's steering asks for. */
export const steeredRetry = ({ retry_base_ms, retry_cap_ms }: Steering): RetryPolicy => ({
  ...DEFAULT_RETRY,
  baseMs: retry_base_ms,
  capMs: retry_cap_ms,
});

/** The attempts at one piece of work. */
export interface Attempts {
  /** Waits until the next attempt, or throws the error if there is none. */
  failed(error: unknown): Promise<void>;
  /** A part succeeded: failures are counted from 0 again. */
  succeeded(): void;
}

/** Retries of one client. */
export interface Retry {
  /** Runs the work until it succeeds or its failure is final. */
  run<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T>;
  /** For work that succeeds in parts. */
  attempts(signal?: AbortSignal): Attempts;
}

function isRetryable(error: unknown): boolean {
  return (error instanceof ProblemError || error instanceof NetworkError || error instanceof ContractError) &&
    error.retryable;
}

/**
 * Milliseconds to wait after the nth failure in a row, of which the server asked for `retryAfterS` seconds. With full jitter, a thousand devices that lost the server at the same moment return spread over
 * the whole interval, even if the server gave all of them the same Retry-After.
 */
export function backoff(
  failures: number,
  policy: RetryPolicy,
  random: () => number,
  retryAfterS = 0,
): number {
  const jitter = random() * Math.min(policy.capMs, policy.baseMs * 2 ** (failures - 1));
  return retryAfterS * 1000 + jitter;
}

/** Retries by a policy, which is read before each piece of work. */
export function createRetry(clock: Clock, random: () => number, policyOf: () => RetryPolicy): Retry {
  function attempts(signal?: AbortSignal): Attempts {
    const policy = policyOf();
    let failures = 0;
    let hasRefreshed = false;
    return {
      async failed(error) {
        // The client asks the app for a fresh token before the next attempt. A second refusal is final.
        if (error instanceof ProblemError && error.code === "token_expired" && !hasRefreshed) {
          hasRefreshed = true;
          return;
        }
        failures++;
        if (!isRetryable(error) || failures >= policy.attempts) throw error;
        const retryAfterS = error instanceof ProblemError ? error.retryAfter : undefined;
        const delay = backoff(failures, policy, random, retryAfterS);
        if (delay > policy.patienceMs) throw error;
        await clock.sleep(delay, signal);
      },
      succeeded() {
        failures = 0;
        hasRefreshed = false;
      },
    };
  }

  return {
    attempts,
    async run(work, signal) {
      const tries = attempts(signal);
      for (;;) {
        try {
          return await work();
        } catch (error) {
          await tries.failed(error);
        }
      }
    },
  };
}
