// What the server asks of its clients, by platform and app version; it comes with every sync.
import { z } from "zod";
import { ServerInstant } from "./ids.ts";
import { MAX_BATCH_EVENTS } from "./limits.ts";

/** Advice to update the app. */
export const Upgrade = z.object({
  to: z.string().describe("An app version"),
  required_from: ServerInstant.nullable().describe(
    "From then on nothing is to be studied without it; null: advice",
  ),
  message: z.string().nullable().describe("For people"),
});
export type Upgrade = z.infer<typeof Upgrade>;

/** It holds until the next one comes, also while the app is closed. */
export const Steering = z.object({
  batch_events: z.int().min(1).max(MAX_BATCH_EVENTS).describe("Most events of a batch"),
  retry_base_ms: z.int().min(100).describe("The first retry comes after a random time up to this"),
  retry_cap_ms: z.int().min(1000).describe(
    "Each further retry after up to twice the time before, up to this",
  ),
  outbox_cap: z.int().min(1).describe(
    "Waiting events from which on the learner should be asked to go online",
  ),
  keep_sent_days: z.int().min(1).describe("How long events that the server holds are kept"),
  poll_after_s: z.int().min(1).describe("Seconds until the next poll, before jitter"),
  listening_poll_after_s: z.int().min(1).describe(
    "The same while the device hears hints; the longer one of the two counts",
  ),
  paused: z.object({
    reason: z.string().describe("For people"),
    retry_after_s: z.int(),
  }).nullable().describe("The kill switch is on: push and pull are refused"),
  upgrade: Upgrade.nullable(),
});
export type Steering = z.infer<typeof Steering>;

/** What a client does before it has heard of its server; the server's defaults are generated from here. */
export const DEFAULT_STEERING: Steering = {
  batch_events: MAX_BATCH_EVENTS,
  retry_base_ms: 1000,
  retry_cap_ms: 30_000,
  outbox_cap: 50_000,
  keep_sent_days: 14,
  poll_after_s: 900,
  listening_poll_after_s: 14_400,
  paused: null,
  upgrade: null,
};
