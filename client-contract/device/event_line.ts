// An event's line: made once, and the same text from then on. What waits in the outbox and what the device tells about
// itself are such lines, with ids of one ascending row.
import { z } from "zod";
import type { Event, EventType } from "../contract/event.ts";
import type { TrackingEvent } from "../contract/tracking.ts";
import { MAX_BATCH_BYTES, MAX_EVENT_BYTES } from "../contract/limits.ts";
import { clockTime, instant } from "./clock.ts";
import { type DeviceContext, readState } from "./context.ts";
import { DeviceError } from "./device_error.ts";
import { nextUlid } from "./ulid.ts";

/** Bytes of a batch that the header and line breaks may take. */
const HEADER_BYTES = 4 * 1024;

/** An event before it has an id: its type and body. */
export type DraftOf<T extends EventType> = {
  [K in T]: { type: K; body: Extract<Event, { type: K }>["body"] };
}[T];
/** Of what the learner did, and of what the device tells about itself. */
export type EventDraft = DraftOf<Exclude<EventType, TrackingEvent["type"]>>;
export type TrackingDraft = DraftOf<TrackingEvent["type"]>;

export const EventLine = z.object({ event_id: z.string(), line: z.string() });
/** An event that waits to be sent. */
export type EventLine = z.infer<typeof EventLine>;

const encoder = new TextEncoder();

/** Makes an id that ascends over all ids of this device. Called within a transaction. */
export function nextId({ db, clock, random }: DeviceContext): string {
  const id = nextUlid(readState(db).last_ulid, clockTime(clock), random);
  db.run("update sync_state set last_ulid = ?", id);
  return id;
}

/** Makes an event and its line. Called within a transaction. Throws DeviceError `event_too_large`. */
export function makeEvent(
  context: DeviceContext,
  draft: EventDraft | TrackingDraft,
): { event: Event; line: string } {
  const event = {
    id: nextId(context),
    version: 1 as const,
    learner_id: context.learnerId,
    device_id: context.deviceId,
    occurred_at: instant(context.clock),
    utc_offset_minutes: context.clock.utcOffsetMinutes(),
    ...draft,
  };
  const line = JSON.stringify(event);
  if (encoder.encode(line).byteLength > MAX_EVENT_BYTES) {
    throw new DeviceError("event_too_large", `An event is at most ${MAX_EVENT_BYTES} bytes.`);
  }
  return { event, line };
}

/** The first of the lines that fit one batch. */
export function fitBatch<T extends { line: string }>(waiting: readonly T[], headerBytes = HEADER_BYTES): T[] {
  let room = MAX_BATCH_BYTES - headerBytes;
  return waiting.filter(({ line }) => (room -= encoder.encode(line).byteLength + 1) >= 0);
}
