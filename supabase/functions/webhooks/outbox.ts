// The outbox of deliveries. The database leases each delivery to one dispatcher, so that several dispatchers can run at once.
import { connect } from "../_shared/connection.ts";

/** A delivery leased to this dispatcher. */
export interface Delivery {
  message_id: string;
  endpoint_id: string;
  /** Which attempt this is, from 1; also the token of the lease. */
  attempt: number;
  /** The exact text to sign and send. */
  body: string;
  url: string;
  /** Whether the endpoint is one for tests on this machine. */
  local: boolean;
  /** `whsec_…`, the newest first; two during a rotation. */
  secrets: string[];
}

/** The outcome of an attempt. See the comment on ops.webhook_attempt. */
export type Outcome =
  | "delivered"
  | "status"
  | "redirect"
  | "gone"
  | "timeout"
  | "unreachable"
  | "refused_target"
  | "unsigned";

/** The report of an attempt. */
export interface AttemptReport {
  outcome: Outcome;
  status: number | null;
  /** The beginning of the receiver's answer, or the reason why there was none. */
  answer: string | null;
  durationMs: number;
  /** Seconds that the receiver asked to wait. */
  retryAfterS: number | null;
  /** From 0 to 1: how much of the wait before the next attempt is removed. */
  jitter: number;
}

/** The state of a delivery. `unknown` if the delivery was pruned meanwhile. */
export type DeliveryState = "pending" | "delivered" | "dead" | "unknown";

/** The outbox; each call is one short transaction. */
export interface Outbox {
  claim(limit: number, leaseS: number): Promise<Delivery[]>;
  record(delivery: Delivery, report: AttemptReport): Promise<DeliveryState>;
}

/** Connects on first use. */
export function openOutbox(url: string): Outbox & AsyncDisposable {
  const sql = connect(url, "carrel_webhooks", 2);
  return {
    async claim(limit, leaseS) {
      const [row] = await sql<{ claimed: Delivery[] }>`
        select private.claim_webhooks(${limit}::integer, ${leaseS}::integer)::json as claimed`;
      return row?.claimed ?? [];
    },
    async record(delivery, report) {
      const [row] = await sql<{ state: DeliveryState }>`
        select private.record_webhook(
          ${delivery.message_id}::text, ${delivery.endpoint_id}::uuid, ${delivery.attempt}::integer, ${report.outcome}::text,
          ${report.status}::integer, ${report.answer}::text, ${report.durationMs}::integer, ${report.retryAfterS}::integer,
          ${report.jitter}::double precision) as state`;
      return row?.state ?? "unknown";
    },
    [Symbol.asyncDispose]: () => sql[Symbol.asyncDispose](),
  };
}
