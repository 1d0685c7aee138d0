// What a device has to tell, read from its file.
import assert from "node:assert/strict";
import { z } from "zod";
import { TRACKING_PLAN, type TrackingEvent } from "../../../client-contract/contract/tracking.ts";
import type { Database } from "../../../client-contract/device/database.ts";

/** The tracking plan by type. */
export const PLAN = new Map<string, z.ZodType<TrackingEvent>>(
  TRACKING_PLAN.map((schema) => [schema.shape.type.value, schema]),
);
const Waiting = z.object({ line: z.string() }).transform(({ line }): TrackingEvent => {
  const event = JSON.parse(line);
  const schema = PLAN.get(event.type);
  assert.ok(schema, event.type);
  return schema.parse(event);
});

/** What waits to be told; each is checked against the plan. */
export const waiting = (db: Database): TrackingEvent[] =>
  db.all(Waiting, "select line from telemetry order by event_id");
/** The same as pairs of type and body. */
export const told = (db: Database): [string, TrackingEvent["body"]][] =>
  waiting(db).map(({ type, body }) => [type, body]);
/** The bodies of one type. */
export const bodies = (db: Database, type: TrackingEvent["type"]) =>
  waiting(db).filter((event) => event.type === type).map(({ body }) => body);
