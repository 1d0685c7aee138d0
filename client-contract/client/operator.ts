// What operators read and switch: targets, hours, jobs, alarms, what waits in quarantine, webhooks and steering.
import { z } from "zod";
import { Alarm, HealthFigure, HealthHour, Job, QuarantineCount, SteeringRow } from "../contract/operator.ts";
import { WebhookDelivery, WebhookEndpoint } from "../contract/webhook.ts";
import { ContractError, readRpcError } from "./client_error.ts";
import { callerOf, type RpcAnswer, type RpcCaller } from "./rpc_call.ts";

export { Alarm, HealthFigure, HealthHour, Job, QuarantineCount, SteeringRow } from "../contract/operator.ts";
export { WebhookDelivery, WebhookEndpoint } from "../contract/webhook.ts";

/** A supabase-js client, which also reads the view of health. */
export interface OperatorCaller extends RpcCaller {
  /** Reads a view. */
  from(view: "sync_health"): { select(): PromiseLike<RpcAnswer> };
}

/** The settings of a row of steering; null in a row for a platform or versions: the value of the next more general row. */
export type SteeringSettings = Partial<Omit<SteeringRow, "id" | "platform" | "app_from" | "app_before">>;

/** For support and admins; webhooks and changes for admins alone. They throw ProblemError, NetworkError or ContractError. */
export interface OperatorRpc {
  /** The targets of health with their values. */
  health(): Promise<HealthFigure[]>;
  /** The sums of the last hours, by default of a week, oldest first. */
  healthByHour(o?: { hours?: number | undefined }): Promise<HealthHour[]>;
  /** The scheduled jobs; failing and late ones first. */
  jobs(): Promise<Job[]>;
  /** What needs a person now. */
  alarms(): Promise<Alarm[]>;
  /** Acknowledges an open alarm, for admins: its alert ends, and it stays listed until its cause is gone. */
  acknowledgeAlarm(o: { alarm: string; subject?: string | undefined; reason: string }): Promise<void>;
  /** How many events wait in quarantine, by code. */
  quarantineCounts(): Promise<QuarantineCount[]>;
  /** The receivers of webhooks. */
  webhookEndpoints(): Promise<WebhookEndpoint[]>;
  /** The log of deliveries, newest first. */
  webhookDeliveries(o?: {
    endpoint?: string | undefined;
    with_state?: WebhookDelivery["state"] | undefined;
    before?: string | undefined;
    page_rows?: number | undefined;
  }): Promise<WebhookDelivery[]>;
  /** Sends a message to an endpoint again, with all attempts. The reason is for the audit. */
  retryWebhook(o: { message: string; endpoint: string; reason?: string | undefined }): Promise<void>;
  /** Enables or disables an endpoint. */
  setWebhookEndpoint(o: { endpoint: string; enabled: boolean }): Promise<void>;
  /** The rows of steering, the defaults first. */
  steeringRows(o?: { page_rows?: number | undefined }): Promise<SteeringRow[]>;
  /** Changes some settings of a row; adds the row where it is missing. Without platform and versions: the defaults. */
  setSteering(o: {
    settings: SteeringSettings;
    reason: string;
    for_platform?: string | undefined;
    from_version?: string | undefined;
    before_version?: string | undefined;
  }): Promise<SteeringRow>;
  /** Removes a row that has a platform or versions. */
  removeSteering(o: { steering: number; reason: string }): Promise<void>;
}

/** Of a function without an answer: PostgREST answers 204, which supabase-js makes null. */
const Nothing = z.unknown().transform(() => undefined);

/** Typed calls through a supabase-js client of a user whose app role is admin, or support. */
export function createOperatorRpc(supabase: OperatorCaller): OperatorRpc {
  const call = callerOf(supabase);
  return {
    async health() {
      const { data, error, status } = await supabase.from("sync_health").select();
      if (error) throw readRpcError(error, status);
      const rows = z.array(HealthFigure).safeParse(data);
      if (!rows.success) throw new ContractError(`not an answer of this contract: ${rows.error.message}`);
      return rows.data;
    },
    healthByHour: (o = {}) => call(z.array(HealthHour), "health_by_hour", o),
    jobs: () => call(z.array(Job), "jobs", {}),
    alarms: () => call(z.array(Alarm), "alarms", {}),
    acknowledgeAlarm: (o) => call(Nothing, "acknowledge_alarm", o),
    quarantineCounts: () => call(z.array(QuarantineCount), "quarantine_counts", {}),
    webhookEndpoints: () => call(z.array(WebhookEndpoint), "webhook_endpoints", {}),
    webhookDeliveries: (o = {}) => call(z.array(WebhookDelivery), "webhook_deliveries", o),
    retryWebhook: (o) => call(Nothing, "retry_webhook", o),
    setWebhookEndpoint: (o) => call(Nothing, "set_webhook_endpoint", o),
    steeringRows: (o = {}) => call(z.array(SteeringRow), "steering_rows", o),
    async setSteering(o) {
      const [row] = await call(z.tuple([SteeringRow]), "set_steering", o);
      return row;
    },
    removeSteering: (o) => call(Nothing, "remove_steering", o),
  };
}
