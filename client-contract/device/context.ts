// What every part of a device needs.
import { z } from "zod";
import type { Clock } from "./clock.ts";
import type { Database } from "./database.ts";
import * as queries from "./queries.gen.ts";

/** One device of one learner. */
export interface DeviceContext {
  db: Database;
  clock: Clock;
  /** From 0 to below 1, like Math.random. It spreads waits; ids are made of the system's randomness. */
  random: () => number;
  learnerId: string;
  deviceId: string;
  /** Null: the app has turned telemetry off. `reads`: reads of content that are not stored yet. */
  telemetry: { reads: number } | null;
  /** Called when the learner's cell is another one. */
  cellWatchers: Set<() => void>;
}

const SyncState = z.object({
  learner_id: z.string(),
  device_id: z.string(),
  installation_marker: z.string().nullable(),
  last_ulid: z.string().nullable(),
  clock_offset_ms: z.number().nullable(),
  answered_at: z.string().nullable(),
  clock_seen_at: z.string().nullable(),
  history: z.string().nullable(),
  content_history: z.string().nullable(),
  content_version: z.number(),
  content_root: z.string().nullable(),
  content_schema: z.number().nullable(),
  content_scope: z.enum(["all", "some", "growing"]),
  content_suspect: z.number(),
  content_checked: z.string().nullable(),
  head_version: z.number(),
  minimum_version: z.number(),
  poll_after_s: z.number().nullable(),
  schema_ends_at: z.string().nullable(),
  refused_schema: z.number().nullable(),
  pull_cursor: z.string().nullable(),
  pull_next: z.string().nullable(),
  synced_at: z.string().nullable(),
  steering: z.string().nullable(),
  steering_app: z.string().nullable(),
  revoked: z.number(),
  retry_at: z.string().nullable(),
  paused_reason: z.string().nullable(),
  adopted_learner: z.string().nullable(),
  adoption_token: z.string().nullable(),
  adoption: z.enum(["pending", "done", "refused"]).nullable(),
  adoption_code: z.string().nullable(),
  cell_url: z.string().nullable(),
});
/** The row of sync_state; its columns are described in carrel.drift. */
export type SyncState = z.infer<typeof SyncState>;

/** Reads the sync state of a database that is bound to a device. */
export function readState(db: Database): SyncState {
  const state = db.get(SyncState, queries.readSyncState);
  if (!state) throw new Error("the device's file has no sync state");
  return state;
}
