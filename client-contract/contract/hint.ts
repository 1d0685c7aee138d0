// Word of a new release on the private Realtime channel `content`, and of a learner's new data on their own. A hint may
// get lost, come twice or late: head and pull are the truth, and polling finds it.
import { z } from "zod";
import { describe } from "./documentation.ts";
import * as example from "./examples.ts";
import { History, Sha256, Uuid } from "./ids.ts";

/** The root of a release in one content schema. */
export const HintedRoot = z.object({ schema: z.int().min(1), root: Sha256 });
/* @__PURE__ */ describe(HintedRoot, {
  id: "HintedRoot",
  title: "Root in a content schema",
  example: { schema: 2, root: example.sha256 },
  fields: {
    schema: "The content schema",
    root: "The release's root hash in it",
  },
});

/** Payload of the broadcast `release_published`. Realtime adds an `id`. */
export const ContentHint = z.object({
  history: History,
  version: z.int().min(1),
  domains: z.array(Uuid),
  bytes: z.int().min(0),
  spread_s: z.number().min(0),
  roots: z.array(HintedRoot).optional(),
});
export type ContentHint = z.infer<typeof ContentHint>;
/* @__PURE__ */ describe(ContentHint, {
  id: "ContentHint",
  title: "Hint of a release",
  example: {
    history: example.history,
    version: 57,
    domains: [example.domain],
    bytes: 1840,
    spread_s: 30,
    roots: [{ schema: 2, root: example.sha256 }],
  },
  fields: {
    history: "The line of the database's life that the version belongs to",
    version: "The new release",
    domains: "The domains that the release changed",
    bytes: "Size of the change, as a delta",
    spread_s: "The time over which devices spread their requests",
    roots:
      "What a device that holds the release before may compare the delta's rows with, without asking for the head",
  },
});

/** Payload of the broadcast `learner_changed`, on the learner's channel `learner:ID`. Realtime adds an `id`. */
export const LearnerHint = z.object({
  token: z.string(),
  devices: z.array(Uuid),
  spread_s: z.number().min(0),
});
export type LearnerHint = z.infer<typeof LearnerHint>;
/* @__PURE__ */ describe(LearnerHint, {
  id: "LearnerHint",
  title: "Hint of a changed learner",
  example: { token: example.token, devices: [example.device], spread_s: 1 },
  fields: {
    token: "For the `at_least` of the pull",
    devices: "The devices that brought the change; if there is only one, that device has nothing to pull",
    spread_s: "The time over which devices spread their requests",
  },
});
