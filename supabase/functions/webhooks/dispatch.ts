// Claims due deliveries, sends them and reports the outcome. If the isolate is killed, the leases of its deliveries expire,
// and another call sends them again with the same webhook-id.
import type { AttemptReport, Delivery, Outbox, Outcome } from "./outbox.ts";
import { post, type PostAnswer, PostTimeout } from "./post.ts";
import { sign } from "./signature.ts";
import { RefusedTarget, targetOf, type TargetRules } from "./target.ts";

/** Deliveries claimed at once. They are sent in parallel, so that a slow receiver does not delay the others. */
const BATCH = 20;
/** Longer than an attempt can take, so that no other dispatcher sends the same delivery at the same time. */
const LEASE_S = 60;
/** No new batch is claimed after this time in milliseconds. */
const TIME_MS = 30_000;

/** The dependencies of the dispatcher. */
export interface DispatchOptions extends TargetRules {
  outbox: Outbox;
  /** The time limit of one attempt: connecting, TLS, sending, the head of the answer. */
  timeoutMs: number;
  /** From 0 to 1. */
  random: () => number;
  /** Milliseconds since 1970. */
  now: () => number;
  /** Certificates to trust beside the usual ones; for tests. */
  caCerts?: string[];
}

/** The number of deliveries of one run by outcome. */
export interface DispatchReport {
  delivered: number;
  /** Failed, to be tried again. */
  failed: number;
  /** Failed for good. */
  dead: number;
}

function outcomeOf(status: number): Outcome {
  if (status >= 200 && status < 300) return "delivered";
  if (status >= 300 && status < 400) return "redirect";
  return status === 410 ? "gone" : "status";
}

function outcomeOfError(error: unknown): Outcome {
  if (error instanceof RefusedTarget) return "refused_target";
  return error instanceof PostTimeout ? "timeout" : "unreachable";
}

function withTimeout<T>(work: Promise<T>, ms: number): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new PostTimeout("The name was not resolved in time.")), ms);
  return Promise.race([work, promise]).finally(() => clearTimeout(timer));
}

/** Runs until no delivery is due, or its time is over. */
export async function dispatch(o: DispatchOptions): Promise<DispatchReport> {
  async function send(delivery: Delivery, timestamp: number): Promise<PostAnswer> {
    const { message_id: id, body, url, local, secrets } = delivery;
    const target = await withTimeout(targetOf(url, local, o), o.timeoutMs);
    const headers = {
      "content-type": "application/json",
      "user-agent": "Carrel-Webhooks/1",
      "webhook-id": id,
      "webhook-timestamp": String(timestamp),
      "webhook-signature": await sign({ id, timestamp, body }, secrets),
    };
    return await post(target, headers, body, { timeoutMs: o.timeoutMs, caCerts: o.caCerts });
  }

  async function attempt(delivery: Delivery): Promise<AttemptReport> {
    const started = o.now();
    const report = (outcome: Outcome, answer: PostAnswer | null, text: string | null): AttemptReport => ({
      outcome,
      status: answer?.status ?? null,
      answer: text === "" ? null : text,
      durationMs: Math.max(0, Math.round(o.now() - started)),
      retryAfterS: answer?.retryAfterS ?? null,
      jitter: o.random(),
    });
    if (delivery.secrets.length === 0) return report("unsigned", null, "Vault does not hold the secret.");
    try {
      const answer = await send(delivery, Math.floor(started / 1000));
      return report(outcomeOf(answer.status), answer, answer.text);
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      return report(outcomeOfError(error), null, text.slice(0, 300));
    }
  }

  const done: DispatchReport = { delivered: 0, failed: 0, dead: 0 };

  async function deliver(delivery: Delivery): Promise<void> {
    const state = await o.outbox.record(delivery, await attempt(delivery));
    if (state === "delivered") done.delivered++;
    else if (state === "dead") done.dead++;
    else done.failed++;
  }

  const end = o.now() + TIME_MS;
  while (o.now() < end) {
    const claimed = await o.outbox.claim(BATCH, LEASE_S);
    if (claimed.length === 0) break;
    for (const result of await Promise.allSettled(claimed.map(deliver))) {
      // The report did not reach the database. The lease expires, and the delivery is sent again.
      if (result.status === "rejected") console.error("webhooks:", result.reason);
    }
  }
  return done;
}
