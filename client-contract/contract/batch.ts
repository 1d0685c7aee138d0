// A push: the batch's header, and the server's answer to it. The wire is NDJSON: the header, then one event a line.
import { z } from "zod";
import { PullAnswer } from "./changes.ts";
import { Head } from "./content.ts";
import { MAX_INTEGER, text, whole } from "./fields.ts";
import { Instant, ServerInstant, Ulid, Uuid } from "./ids.ts";
import { DEFAULT_CONTENT_SCHEMA, MAX_BATCH_EVENTS, MAX_PULL_CHANGES } from "./limits.ts";
import { Steering } from "./steering.ts";

/** The first line of a batch. Without `pull` nothing is pulled; a header alone is a valid batch. */
export const BatchHeader = z.looseObject({
  batch_id: Ulid,
  device_id: Uuid,
  sent_at: Instant,
  platform: text(60).nullish(),
  app_version: text(60).nullish(),
  contract_version: whole(1, 32767),
  content_version: whole(0, MAX_INTEGER).nullish().describe("What the device holds; 0: nothing"),
  content_schema: whole(1, 32767).nullish().describe(
    `The content schema that the answer's head is for; absent: ${DEFAULT_CONTENT_SCHEMA}`,
  ),
  pull: z.looseObject({
    cursor: text(100).nullish().describe("Of the last pull; null: from the start"),
    limit: whole(1, MAX_PULL_CHANGES).nullish(),
  }).nullish(),
  dead_letters: z.array(text(200).nullable()).max(MAX_BATCH_EVENTS).nullish().describe(
    "The lines are what the device has given up, as it holds them: why, in the order of the lines",
  ),
});
export type BatchHeader = z.infer<typeof BatchHeader>;

/** How one event fared. */
export const EventResult = z.object({
  id: z.string().optional().describe("As it arrived, at most 64 characters; absent where the line has none"),
  status: z.enum(["applied", "duplicate", "quarantined", "retry"]),
  code: z.string().optional().describe("Of the error registry, unless the event was taken"),
  field: z.string().optional().describe("The first field that is wrong"),
  retryable: z.boolean().optional().describe("With a code: whether the same event may be sent again"),
  retry_after_s: whole(1, MAX_INTEGER).optional().describe(
    "With retry: seconds after which to send it again",
  ),
});
export type EventResult = z.infer<typeof EventResult>;

/** The server's word on a batch; results are in the order of the request's lines. */
export const BatchAnswer = z.object({
  batch_id: Ulid,
  changed: z.boolean().describe("Whether there is something to pull; replays and telemetry leave nothing"),
  received_at: ServerInstant,
  token: z.string().describe("For the `at_least` of a pull that must have this batch in it; opaque"),
  results: z.array(EventResult),
});
export type BatchAnswer = z.infer<typeof BatchAnswer>;

/** One round trip: how the push fared, what content there is, what changed for the learner. */
export const SyncAnswer = z.object({
  batch: BatchAnswer,
  head: Head,
  steering: Steering,
  pull: PullAnswer.nullable().describe("Null where it was not asked for"),
});
export type SyncAnswer = z.infer<typeof SyncAnswer>;
