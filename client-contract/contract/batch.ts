// A push: the batch's header, and the server's answer to it. The wire is NDJSON: the header, then one event a line.
import { z } from "zod";
import { describe } from "./documentation.ts";
import * as example from "./examples.ts";
import { PullAnswer } from "./changes.ts";
import { Head } from "./content.ts";
import { MAX_INTEGER, text, whole } from "./fields.ts";
import { Instant, ServerInstant, Ulid, Uuid } from "./ids.ts";
import { DEFAULT_CONTENT_SCHEMA, MAX_BATCH_EVENTS, MAX_PULL_CHANGES } from "./limits.ts";
import { DEFAULT_STEERING, Steering } from "./steering.ts";

/** The pull that a push asks for. */
export const PullRequest = z.looseObject({
  cursor: text(100).nullish(),
  limit: whole(1, MAX_PULL_CHANGES).nullish(),
});
export type PullRequest = z.infer<typeof PullRequest>;
/* @__PURE__ */ describe(PullRequest, {
  id: "PullRequest",
  title: "Pull of a push",
  example: { cursor: example.token, limit: 500 },
  fields: {
    cursor: "The `cursor` of the last pull; null: from the start",
    limit: { text: "Most changes of the answer; absent: the server's default", unit: "changes" },
  },
});

/** The first line of a batch. Without `pull` nothing is pulled; a header alone is a valid batch. */
export const BatchHeader = z.looseObject({
  batch_id: Ulid,
  device_id: Uuid,
  sent_at: Instant,
  platform: text(60).nullish(),
  app_version: text(60).nullish(),
  contract_version: whole(1, 32767),
  content_version: whole(0, MAX_INTEGER).nullish(),
  content_schema: whole(1, 32767).nullish(),
  pull: PullRequest.nullish(),
  dead_letters: z.array(text(200).nullable()).max(MAX_BATCH_EVENTS).nullish(),
});
export type BatchHeader = z.infer<typeof BatchHeader>;
/* @__PURE__ */ describe(BatchHeader, {
  id: "BatchHeader",
  title: "Header of a batch",
  example: {
    batch_id: example.batch,
    device_id: example.device,
    sent_at: example.instant,
    platform: "android",
    app_version: "4.2.0",
    contract_version: 1,
    content_version: 57,
    content_schema: 2,
    pull: { cursor: example.token, limit: 500 },
    dead_letters: null,
  },
  fields: {
    batch_id: "The batch's id, made on the device; support finds the batch by it",
    device_id: "The device that sends the batch",
    sent_at: "The device's time when it sends, from which the server derives the clock skew",
    platform: "The app's platform, by which steering is chosen",
    app_version: "The app's version, by which steering is chosen",
    contract_version: "The version of this contract that the client implements",
    content_version: "The content version that the device holds; 0: none",
    content_schema: `The content schema for which the answer has a head; absent: ${DEFAULT_CONTENT_SCHEMA}`,
    pull: "What to pull in the same round trip; absent or null: nothing",
    dead_letters:
      "Present if the lines are events that the device has given up: the reason for each, in the order of the lines",
  },
});

/** How one event fared. */
export const EventResult = z.object({
  id: z.string().optional(),
  status: z.enum(["applied", "duplicate", "quarantined", "retry"]),
  code: z.string().optional(),
  field: z.string().optional(),
  retryable: z.boolean().optional(),
  retry_after_s: whole(1, MAX_INTEGER).optional(),
});
export type EventResult = z.infer<typeof EventResult>;
/* @__PURE__ */ describe(EventResult, {
  id: "EventResult",
  title: "Result of an event",
  example: {
    id: example.event,
    status: "retry",
    code: "quarantine_full",
    field: "body.answer",
    retryable: true,
    retry_after_s: 3600,
  },
  fields: {
    id: "The event's id as it arrived, at most 64 characters; absent if the line has none",
    status:
      "`applied` and `duplicate`: the server has the event. `quarantined`: the server keeps it. `retry`: the device keeps it",
    code: "A code of the error registry; absent if the event was applied",
    field: "The first field that is wrong",
    retryable: "With `code`: whether the device should send the same event again",
    retry_after_s: "With `retry`: when to send the event again",
  },
});

/** The server's word on a batch; results are in the order of the request's lines. */
export const BatchAnswer = z.object({
  batch_id: Ulid,
  changed: z.boolean(),
  received_at: ServerInstant,
  token: z.string(),
  results: z.array(EventResult),
});
export type BatchAnswer = z.infer<typeof BatchAnswer>;
/* @__PURE__ */ describe(BatchAnswer, {
  id: "BatchAnswer",
  title: "Answer to a batch",
  example: {
    batch_id: example.batch,
    changed: true,
    received_at: example.serverInstant,
    token: example.token,
    results: [{ id: example.event, status: "applied" }],
  },
  fields: {
    batch_id: "The batch that was received",
    changed: "Whether there is something to pull; repeated batches and telemetry change nothing",
    received_at: "When the server received the batch",
    token: "For the `at_least` of a pull that must contain this batch; opaque",
    results: "One result for each event, in the order of the request's lines",
  },
});

/** One round trip: how the push fared, what content there is, what changed for the learner. */
export const SyncAnswer = z.object({
  batch: BatchAnswer,
  head: Head,
  steering: Steering,
  pull: PullAnswer.nullable(),
});
export type SyncAnswer = z.infer<typeof SyncAnswer>;
/* @__PURE__ */ describe(SyncAnswer, {
  id: "SyncAnswer",
  title: "Answer to a push",
  example: {
    batch: {
      batch_id: example.batch,
      changed: true,
      received_at: example.serverInstant,
      token: example.token,
      results: [{ id: example.event, status: "applied" }],
    },
    head: example.head,
    steering: DEFAULT_STEERING,
    pull: { changes: [], cursor: example.token, more: false },
  },
  fields: {
    batch: "The result of the push",
    head: "The newest content release",
    steering: "The values that the server asks of this app",
    pull: "The learner's changed rows; null if the header asked for no pull",
  },
});
