// An event's line: made once, and the same bytes from then on. The outbox and the telemetry hold such lines; the ids of both
// ascend together.
import { nextUlid } from "../client/mod.ts";
import { z } from "zod";
import type { Event, EventType } from "../contract/event.ts";
import { MAX_EVENT_BYTES } from "../contract/limits.ts";
import type { TrackingEvent } from "../contract/tracking.ts";
import { checkEventLine } from "../contract/verdict.ts";
import { clockTime, instant, utcOffset } from "./clock.ts";
import { watchClock } from "./clock_watch.ts";
import { type DeviceContext, readState } from "./context.ts";
import type { Database } from "./database.ts";
import { DeviceError } from "./device_error.ts";
import { toJson } from "./json_line.ts";
import * as queries from "./queries.gen.ts";

/** An event before it has an id: its type and body. */
export type DraftOf<T extends EventType> = {
  [K in T]: { type: K; body: Extract<Event, { type: K }>["body"] };
}[T];
/** An event about what the learner did. */
export type EventDraft = DraftOf<Exclude<EventType, TrackingEvent["type"]>>;
/** An event about the device itself. */
export type TrackingDraft = DraftOf<TrackingEvent["type"]>;

export const EventLine = z.object({ event_id: z.string(), line: z.string() });
/** An event that waits to be sent. */
export type EventLine = z.infer<typeof EventLine>;

const Taken = z.object({ taken: z.number() });

/** Whether a table has the id, also one that came from another device. */
function isTaken(db: Database, id: string): boolean {
  const row = db.get(
    Taken,
    queries.isIdTaken,
    id,
  );
  return row?.taken === 1;
}

/** Makes an id that is greater than every id this device has made, and that no table has. Called within a transaction. */
export function nextId(context: DeviceContext): string {
  const { db, clock } = context;
  watchClock(context);
  let id = readState(db).last_ulid;
  do id = nextUlid(id, clockTime(clock)); while (isTaken(db, id));
  db.run(queries.rememberId, id);
  return id;
}

/**
 * Makes an event and its line. Called within a transaction. Throws DeviceError `event_too_large`, `undeliverable` or
 * `invalid_event` for an event that the server would not take.
 */
export function makeEvent(
  context: DeviceContext,
  draft: EventDraft | TrackingDraft,
): { event: Event; line: string } {
  const id = nextId(context);
  const { clock_offset_ms, answered_at } = readState(context.db);
  const line = toJson({
    id,
    version: 1,
    learner_id: context.learnerId,
    device_id: context.deviceId,
    occurred_at: instant(context.clock),
    utc_offset_minutes: utcOffset(context.clock),
    clock_offset_ms: clock_offset_ms ?? undefined,
    answered_at: answered_at ?? undefined,
    ...draft,
  });
  const verdict = checkEventLine(line, context.learnerId);
  if (verdict.ok) return { event: verdict.event, line };
  if (verdict.code === "too_large") {
    throw new DeviceError("event_too_large", `An event is at most ${MAX_EVENT_BYTES} bytes.`);
  }
  throw new DeviceError("invalid_event", `The event is invalid: ${verdict.field ?? verdict.code}.`);
}
