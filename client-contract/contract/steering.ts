// What the server asks of its clients, by platform and app version; it comes with every sync.
import { z } from "zod";
import { describe } from "./documentation.ts";
import * as example from "./examples.ts";
import { ServerInstant } from "./ids.ts";
import { MAX_BATCH_EVENTS } from "./limits.ts";

/** Advice to update the app. */
export const Upgrade = z.object({
  to: z.string(),
  required_from: ServerInstant.nullable(),
  message: z.string().nullable(),
});
export type Upgrade = z.infer<typeof Upgrade>;
/* @__PURE__ */ describe(Upgrade, {
  id: "Upgrade",
  title: "Advice to update",
  example: { to: "4.3.0", required_from: example.serverInstant, message: "New kinds of questions." },
  fields: {
    to: "The app version to update to",
    required_from: "From then on the learner must update before studying on; null: advice only",
    message: "A text for learners",
  },
});

/** The kill switch is on: push and pull are refused. */
export const Pause = z.object({ reason: z.string(), retry_after_s: z.int() });
export type Pause = z.infer<typeof Pause>;
/* @__PURE__ */ describe(Pause, {
  id: "Pause",
  title: "Pause",
  example: { reason: "Maintenance until noon.", retry_after_s: 3600 },
  fields: {
    reason: "A text for learners",
    retry_after_s: "When to ask again",
  },
});

/** It holds until the next one comes, also while the app is closed. */
export const Steering = z.object({
  batch_events: z.int().min(1).max(MAX_BATCH_EVENTS),
  retry_base_ms: z.int().min(100),
  retry_cap_ms: z.int().min(1000),
  outbox_cap: z.int().min(1),
  keep_sent_days: z.int().min(1),
  poll_after_s: z.int().min(1),
  listening_poll_after_s: z.int().min(1),
  paused: Pause.nullable(),
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
/* @__PURE__ */ describe(Steering, {
  id: "Steering",
  title: "Steering",
  example: DEFAULT_STEERING,
  fields: {
    batch_events: { text: "The most events of a batch", unit: "events" },
    retry_base_ms: "The first retry comes after a random time up to this",
    retry_cap_ms: "Each further retry comes after up to twice the time before, up to this",
    outbox_cap: { text: "When so many events wait, the app asks its learner to go online", unit: "events" },
    keep_sent_days: "How long a device keeps delivered events, in case the server is restored",
    poll_after_s: "When to poll next, before jitter",
    listening_poll_after_s: "The same while the device hears hints; the longer of the two counts",
    paused: "Push and pull are refused; null: they are not",
    upgrade: "Advice to update the app; null: none",
  },
});
