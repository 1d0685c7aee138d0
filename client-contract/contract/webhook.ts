// Outgoing webhooks as administrators see them: the endpoints, and the log of deliveries.
import { z } from "zod";
import { describe } from "./documentation.ts";
import * as example from "./examples.ts";
import { ServerInstant } from "./ids.ts";

const ENDPOINT = "44321e31-6541-4f0b-b9a5-7337e4f29a3c";

/** A receiver of webhooks. */
export const WebhookEndpoint = z.object({
  id: z.uuid(),
  url: z.string(),
  description: z.string().nullable(),
  events: z.array(z.string()),
  enabled: z.boolean(),
  secrets: z.int(),
  pending: z.int(),
  dead: z.int(),
  last_delivered_at: ServerInstant.nullable(),
});
export type WebhookEndpoint = z.infer<typeof WebhookEndpoint>;
/* @__PURE__ */ describe(WebhookEndpoint, {
  id: "WebhookEndpoint",
  title: "Webhook endpoint",
  example: {
    id: ENDPOINT,
    url: "https://cdn.example.com/hooks/carrel",
    description: "CDN purge",
    events: ["release.published"],
    enabled: true,
    secrets: 1,
    pending: 0,
    dead: 2,
    last_delivered_at: example.serverInstant,
  },
  fields: {
    id: "The endpoint",
    url: "Where messages are posted",
    description: "The endpoint's purpose; null: none was given",
    events: "The types of messages that it gets",
    enabled: "While disabled it gets no new messages, and pending ones wait",
    secrets: { text: "Active signing secrets; two during a rotation", unit: "secrets" },
    pending: { text: "Deliveries that will be tried again", unit: "deliveries" },
    dead: { text: "Deliveries that were given up", unit: "deliveries" },
    last_delivered_at: "The last delivery that arrived; null: none",
  },
});

/** An attempt to deliver a message. */
export const WebhookAttempt = z.object({
  attempt: z.int(),
  at: ServerInstant,
  outcome: z.string(),
  status: z.int().nullable(),
  answer: z.string().nullable(),
  duration_ms: z.int().nullable(),
});
/* @__PURE__ */ describe(WebhookAttempt, {
  id: "WebhookAttempt",
  title: "Attempt of a delivery",
  example: {
    attempt: 12,
    at: example.serverInstant,
    outcome: "status",
    status: 503,
    answer: "busy",
    duration_ms: 31,
  },
  fields: {
    attempt: { text: "The number of the attempt, from 1", unit: "attempts" },
    at: "When",
    outcome: "What came of it: webhooks.md lists the outcomes",
    status: "The HTTP status; null: no answer",
    answer: "The beginning of the receiver's answer; null: no answer",
    duration_ms: "How long it took; null: unknown",
  },
});

/** One message to one endpoint. */
export const WebhookDelivery = z.object({
  message_id: z.string(),
  endpoint_id: z.uuid(),
  type: z.string(),
  version: z.int().nullable(),
  created_at: ServerInstant,
  state: z.enum(["pending", "delivered", "dead"]),
  attempts: z.int(),
  next_attempt_at: ServerInstant.nullable(),
  settled_at: ServerInstant.nullable(),
  log: z.array(WebhookAttempt),
});
export type WebhookDelivery = z.infer<typeof WebhookDelivery>;
/* @__PURE__ */ describe(WebhookDelivery, {
  id: "WebhookDelivery",
  title: "Webhook delivery",
  example: {
    message_id: "msg_a10eab01d47245838743cfa319689823",
    endpoint_id: ENDPOINT,
    type: "release.published",
    version: 2,
    created_at: example.serverInstant,
    state: "dead",
    attempts: 12,
    next_attempt_at: null,
    settled_at: example.serverInstant,
    log: [],
  },
  fields: {
    message_id: "The message",
    endpoint_id: "The endpoint",
    type: "The type of the message",
    version: { text: "The release; null: the message is about none", unit: "releases" },
    created_at: "When the message was written",
    state: "pending: it will be tried again; dead: it was given up",
    attempts: { text: "Attempts so far", unit: "attempts" },
    next_attempt_at: "When it is tried next; null: it is settled",
    settled_at: "When it arrived or was given up; null: it is pending",
    log: "The attempts, newest first",
  },
});
