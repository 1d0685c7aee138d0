// Word of a new release on the private Realtime channel `content`. A hint may get lost, come twice or late: the head is
// the truth, and polling finds it.
import { z } from "zod";
import { History, Uuid } from "./ids.ts";

/** Payload of the broadcast `release_published`. Realtime adds an `id`. */
export const ContentHint = z.object({
  history: History,
  version: z.int().min(1),
  domains: z.array(Uuid).describe("Those that the release changed"),
  bytes: z.int().min(0).describe("Of the change, as a delta"),
  spread_s: z.number().min(0).describe("Seconds over which devices are to spread their requests"),
});
export type ContentHint = z.infer<typeof ContentHint>;
