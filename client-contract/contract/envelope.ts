// What all events have in common.
import { z } from "zod";
import { text, whole } from "./fields.ts";
import { Instant, Ulid, Uuid } from "./ids.ts";
import { MAX_CLOCK_OFFSET_MS } from "./limits.ts";

const envelope = {
  id: Ulid,
  type: text(64),
  version: whole(1, 32767),
  learner_id: Uuid,
  device_id: Uuid,
  occurred_at: Instant,
  utc_offset_minutes: whole(-1080, 1080),
  clock_offset_ms: whole(-MAX_CLOCK_OFFSET_MS, MAX_CLOCK_OFFSET_MS).nullish().describe(
    "Server time minus device time, as of the device's last answer before the event; absent or null: unknown",
  ),
  answered_at: Instant.nullish().describe(
    "`received_at` of the device's last answer before the event, so that the event came after it; absent or null: unknown",
  ),
  body: z.looseObject({}),
};

/** What all events have in common, of whatever type and version. Unknown fields are kept and ignored. */
export const EventEnvelope = z.looseObject(envelope);
export type EventEnvelope = z.infer<typeof EventEnvelope>;

/** An event of this type, in version 1. */
export function eventOf<T extends string, B extends z.ZodObject>(type: T, body: B) {
  return z.looseObject({ ...envelope, type: z.literal(type), version: z.literal(1), body });
}
