// A learner's devices, as the learner and support see them.
import { z } from "zod";
import { describe } from "./documentation.ts";
import * as example from "./examples.ts";
import { ServerInstant, Uuid } from "./ids.ts";

/** A device as it was at its last contact. */
export const ListedDevice = z.object({
  device_id: Uuid,
  platform: z.string().nullable(),
  app_version: z.string().nullable(),
  contract_version: z.int().nullable(),
  content_version: z.int().nullable(),
  versions_behind: z.int().nullable(),
  first_seen_at: ServerInstant,
  last_seen_at: ServerInstant,
  queue_lag_ms: z.int().nullable(),
  clock_skew_ms: z.int().nullable(),
  revoked_at: ServerInstant.nullable(),
});
export type ListedDevice = z.infer<typeof ListedDevice>;
/* @__PURE__ */ describe(ListedDevice, {
  id: "ListedDevice",
  title: "Device",
  example: {
    device_id: example.device,
    platform: "android",
    app_version: "4.2.0",
    contract_version: 1,
    content_version: 57,
    versions_behind: 0,
    first_seen_at: example.serverInstant,
    last_seen_at: example.serverInstant,
    queue_lag_ms: 1180,
    clock_skew_ms: 1179,
    revoked_at: null,
  },
  fields: {
    device_id: "The device",
    platform: "The app's platform",
    app_version: "The app's version",
    contract_version: "The version of the contract that the app implements",
    content_version: "The content version that the device held",
    versions_behind: { text: "Releases since that version", unit: "releases" },
    first_seen_at: "When the server first heard of the device",
    last_seen_at: "When the server last heard of the device",
    queue_lag_ms: "How long the oldest event of the device's last batch with events had waited",
    clock_skew_ms: "Server time minus device time, as of the last batch",
    revoked_at: "When the device was revoked; null: it is not revoked",
  },
});

/** Which device, whose (by default the caller's), and why, for the record. */
export interface DeviceParameters {
  device: string;
  learner?: string | undefined;
  reason?: string | undefined;
}
