// What all events have in common.
import { z } from "zod";
import { describe, documentation, type DocumentationOf } from "./documentation.ts";
import * as example from "./examples.ts";
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
  clock_offset_ms: whole(-MAX_CLOCK_OFFSET_MS, MAX_CLOCK_OFFSET_MS).nullish(),
  answered_at: Instant.nullish(),
  body: z.looseObject({}),
};

const ENVELOPE_FIELDS = {
  id: "The event's id and idempotency key, made on the device",
  type: "The event's type",
  version: "The version of the event's type",
  learner_id: "The learner who did it",
  device_id: "The device that recorded it",
  occurred_at: "When it happened, by the device's clock",
  utc_offset_minutes: "By how much the learner's local time was ahead of UTC",
  clock_offset_ms:
    "Server time minus device time, as of the device's last answer before the event; absent or null: unknown",
  answered_at:
    "The `received_at` of the device's last answer before the event, so that the event came after it; absent or null: unknown",
  body: "What the type says; unknown fields are kept",
};
const ENVELOPE = {
  id: example.event,
  learner_id: example.learner,
  device_id: example.device,
  occurred_at: example.instant,
  utc_offset_minutes: 60,
  clock_offset_ms: 1179,
  answered_at: "2026-11-30T07:44:12.004118Z",
};

/** What all events have in common, of whatever type and version. Unknown fields are kept and ignored. */
export const EventEnvelope = z.looseObject(envelope);
export type EventEnvelope = z.infer<typeof EventEnvelope>;
/* @__PURE__ */ describe(EventEnvelope, {
  id: "EventEnvelope",
  title: "Envelope of an event",
  example: {
    ...ENVELOPE,
    type: "session.ended",
    version: 1,
    body: { session_id: example.session, reason: "completed" },
  },
  fields: ENVELOPE_FIELDS,
});

/** An event of this type, in version 1. */
export function eventOf<T extends string, B extends z.ZodObject>(type: T, body: B) {
  return z.looseObject({ ...envelope, type: z.literal(type), version: z.literal(1), body });
}

/** Documents an event and its body. */
export function describeEvent<T extends string, B extends z.ZodObject>(
  event: ReturnType<typeof eventOf<T, B>>,
  about: DocumentationOf<B>,
): void {
  const { id, title, example: body, fields } = about;
  documentation.add(event.shape.body, {
    id: `${id}Body`,
    title: `Body of: ${title}`,
    description: `What the event says beyond its envelope.`,
    example: body,
    fields,
  });
  documentation.add(event, {
    id,
    title,
    example: { ...ENVELOPE, type: event.shape.type.value, version: event.shape.version.value, body },
    fields: ENVELOPE_FIELDS,
  });
}
