// Delivers events for an app that keeps an outbox of its own: batches, retries, and one result for each event. It stores nothing. An event
// may be sent any number of times, so an app that was killed in between delivers the same lines again.
import type { BatchHeader, EventResult, SyncAnswer } from "../contract/batch.ts";
import type { Event } from "../contract/event.ts";
import { CONTRACT_VERSION, MAX_BATCH_EVENTS } from "../contract/limits.ts";
import { DEFAULT_STEERING, type Steering } from "../contract/steering.ts";
import type { CallOptions, Client } from "./client.ts";
import { NetworkError, ProblemError } from "./client_error.ts";
import { type Clock, systemClock } from "./clock.ts";
import { fitBatch } from "./fit_batch.ts";
import { backoff, createRetry, steeredRetry } from "./retry.ts";

/** Milliseconds after which a request without an answer counts as lost. */
const REQUEST_TIMEOUT_MS = 60_000;

/** An event that has no result of the server: it stays in the outbox. Whether the server has it, nobody knows; it may be sent again. */
export interface Unanswered {
  status: "unanswered";
  /** Why: what ended the delivery. */
  error: unknown;
}

/** What became of one event. */
export type DeliveryResult = EventResult | Unanswered;

/** One event whose batch was answered. */
export interface Answered {
  /** Its place among the events that were passed, from 0. */
  place: number;
  line: string;
  /** With status `retry`, a later batch of the same delivery may bring another result. */
  result: EventResult;
}

/** How far a delivery is. */
export interface DeliveryProgress {
  /** Events that were passed. */
  total: number;
  /** Events whose result is final. */
  settled: number;
  /** Requests so far. */
  requests: number;
  /** Present while the delivery waits: the milliseconds until the next request. */
  waitMs?: number;
}

/** What a delivery is told. */
export interface DeliverOptions extends CallOptions {
  /** What every batch's header says. */
  header: Pick<BatchHeader, "device_id" | "platform" | "app_version" | "content_version" | "content_schema">;
  /** Makes a batch's id: a ULID of fresh randomness, such as that of the package `ulid`. */
  makeId: () => string;
  /** The last steering that the app has stored; by default the contract's. An answer's steering holds from then on. */
  steering?: Steering | undefined;
  /** Requests of one batch, and repetitions of one event, before the delivery gives up for now. */
  attempts?: number | undefined;
  /** If the server asks for a longer wait than these milliseconds, the delivery ends at once. */
  patienceMs?: number | undefined;
  /** Milliseconds after which a request without an answer counts as lost. */
  requestTimeoutMs?: number | undefined;
  /** Stores results as they come. It is awaited; if it throws, the delivery ends with this error. */
  onAnswered?: ((answered: readonly Answered[], answer: SyncAnswer) => void | Promise<void>) | undefined;
  /** Shows progress. If it throws, the delivery ends with this error. */
  onProgress?: ((progress: DeliveryProgress) => void) | undefined;
  /** By default the system's. */
  clock?: Clock | undefined;
  /** From 0 to below 1; it spreads waits. */
  random?: (() => number) | undefined;
}

/** The end of a delivery. */
export interface Delivery {
  /** One result for each event, in the order in which the events were passed. */
  results: DeliveryResult[];
  /** The last answer: head, steering, and the token for a pull that must contain the batch. Null: no batch was answered. */
  answer: SyncAnswer | null;
  /** What ended the delivery early: the signal's reason, or the last error. Absent: every event has a result of the server. */
  stopped?: unknown;
}

/** An event on its way. */
interface Waiting {
  place: number;
  line: string;
  /** Results `retry` so far. */
  refusals: number;
  /** Milliseconds since 1970 before which it is not sent again. */
  notBefore: number;
}

const toLine = (event: string | Event) => typeof event === "string" ? event : JSON.stringify(event);

/** The server takes no batch of this size, whatever the contract says. */
const isTooLarge = (error: unknown) =>
  error instanceof ProblemError && (error.code === "payload_too_large" || error.code === "batch_too_large");

/**
 * Sends events until each of them has a result, and resolves with one result for each. One request is under way at a time. A request that
 * fails is repeated as it was, after the server's Retry-After and a random part (full jitter), with a fresh token after `token_expired`.
 * Whatever the network, the server and the app's callbacks do, it resolves: `stopped` says what ended it early. It rejects only with a
 * RangeError for what is not a line. While a delivery runs, do not deliver the same events a second time.
 */
export async function deliver(
  client: Pick<Client, "sync">,
  events: Iterable<string | Event>,
  o: DeliverOptions,
): Promise<Delivery> {
  const { clock = systemClock, random = Math.random, signal } = o;
  const lines = Array.from(events, toLine);
  if (lines.some((line) => line.trim() === "" || line.includes("\n"))) {
    throw new RangeError("an event is one line that is not blank");
  }
  const results = new Map<number, EventResult>();
  let waiting: Waiting[] = lines.map((line, place) => ({ place, line, refusals: 0, notBefore: -Infinity }));
  let answer: SyncAnswer | null = null;
  let requests = 0;
  let limit = MAX_BATCH_EVENTS;

  const steering = () => answer?.steering ?? o.steering ?? DEFAULT_STEERING;
  const policyOf = () => ({
    ...steeredRetry(steering()),
    ...o.attempts === undefined ? {} : { attempts: o.attempts },
    ...o.patienceMs === undefined ? {} : { patienceMs: o.patienceMs },
  });
  const tell = (more: { waitMs?: number } = {}) =>
    o.onProgress?.({ total: lines.length, settled: lines.length - waiting.length, requests, ...more });
  const sleep: Clock["sleep"] = (milliseconds, signal) => {
    tell({ waitMs: milliseconds });
    return clock.sleep(milliseconds, signal);
  };
  const retry = createRetry({ ...clock, sleep }, random, policyOf);

  async function request(header: BatchHeader, batch: string[]): Promise<SyncAnswer> {
    signal?.throwIfAborted();
    requests++;
    tell();
    const timeout = AbortSignal.timeout(o.requestTimeoutMs ?? REQUEST_TIMEOUT_MS);
    const either = signal ? AbortSignal.any([signal, timeout]) : timeout;
    // The server derives the clock skew from `sent_at`, so it is the time of this attempt.
    const sent_at = new Date(clock.now()).toISOString();
    try {
      return await client.sync({ ...header, sent_at }, batch, { signal: either });
    } catch (error) {
      if (!timeout.aborted || error !== timeout.reason) throw error;
      throw new NetworkError("The server did not answer in time.", { cause: error });
    }
  }

  /** Takes the results of a batch, and returns the events that this delivery sends again. */
  function take(batch: readonly Waiting[], { batch: { results: given } }: SyncAnswer): Waiting[] {
    const { attempts, patienceMs } = policyOf();
    return batch.flatMap((event, i) => {
      const result = given[i];
      if (!result) return [event];
      results.set(event.place, result);
      if (result.status !== "retry" || result.retryable === false) return [];
      const refusals = event.refusals + 1;
      const delay = backoff(refusals, policyOf(), random, result.retry_after_s);
      if (refusals >= attempts || delay > patienceMs) return [];
      return [{ ...event, refusals, notBefore: clock.now() + delay }];
    });
  }

  /** Sends one batch of what is due, or waits until something is. */
  async function step(): Promise<void> {
    const soonest = Math.min(...waiting.map(({ notBefore }) => notBefore));
    if (soonest > clock.now()) await sleep(soonest - clock.now(), signal);
    const now = clock.now();
    const due = waiting.filter(({ notBefore }) => notBefore <= now);
    const batch = fitBatch(due.slice(0, Math.min(limit, steering().batch_events)));
    // The clock was set back while this waited, and the wait begins again.
    if (due.length === 0) return;
    if (batch.length === 0) throw new RangeError("an event is larger than a batch may be");
    const header = { ...o.header, batch_id: o.makeId(), contract_version: CONTRACT_VERSION, sent_at: "" };
    let answered: SyncAnswer;
    try {
      answered = await retry.run(() => request(header, batch.map(({ line }) => line)), signal);
    } catch (error) {
      if (!isTooLarge(error) || batch.length === 1) throw error;
      limit = Math.floor(batch.length / 2);
      return;
    }
    answer = answered;
    const isIn = new Set(batch);
    const again = take(batch, answered);
    waiting = [...waiting.filter((event) => !isIn.has(event)), ...again];
    tell();
    await o.onAnswered?.(
      batch.flatMap(({ place, line }) => {
        const result = results.get(place);
        return result ? [{ place, line, result }] : [];
      }),
      answered,
    );
  }

  let failure: { error: unknown } | undefined;
  try {
    while (waiting.length > 0) await step();
  } catch (error) {
    failure = { error };
  }
  return {
    results: lines.map((_, place) => results.get(place) ?? { status: "unanswered", error: failure?.error }),
    answer,
    ...(failure ? { stopped: failure.error } : {}),
  };
}
