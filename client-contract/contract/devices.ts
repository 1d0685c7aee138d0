// A learner's devices, as the learner and support see them.
import { z } from "zod";
import { ServerInstant, Uuid } from "./ids.ts";

/** A device as it was at its last contact. */
export const ListedDevice = z.object({
  device_id: Uuid,
  platform: z.string().nullable(),
  app_version: z.string().nullable(),
  contract_version: z.int().nullable(),
  content_version: z.int().nullable().describe("What it held"),
  versions_behind: z.int().nullable().describe("Releases since then"),
  first_seen_at: ServerInstant,
  last_seen_at: ServerInstant,
  queue_lag_ms: z.int().nullable().describe(
    "How long the oldest event of its last batch with events had waited",
  ),
  clock_skew_ms: z.int().nullable().describe("Server minus device"),
  revoked_at: ServerInstant.nullable().describe("Since when it is signed off"),
});
export type ListedDevice = z.infer<typeof ListedDevice>;

/** Which device, whose (by default the caller's), and why, for the record. */
export interface DeviceParameters {
  device: string;
  learner?: string | undefined;
  reason?: string | undefined;
}
