// Word of a new release on the private Realtime channel `content`, and of a learner's new data on their own. A hint may
// get lost, come twice or late: head and pull are the truth, and polling finds it.
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

/** Payload of the broadcast `learner_changed`, on the learner's channel `learner:ID`. Realtime adds an `id`. */
export const LearnerHint = z.object({
  token: z.string().describe("For the `at_least` of the pull"),
  devices: z.array(Uuid).describe("Those that brought it: the only one of these has nothing to ask for"),
  spread_s: z.number().min(0).describe("Seconds over which devices are to spread their requests"),
});
export type LearnerHint = z.infer<typeof LearnerHint>;
