// Quarantined events, as their learner and support see them, and what support did about them.
import { z } from "zod";
import { describe } from "./documentation.ts";
import * as example from "./examples.ts";
import { ServerInstant, Ulid, Uuid } from "./ids.ts";

/** How a quarantined event stands: needs a person, waits for the server to know more, has become an event, put aside. */
export const QuarantineStatus = z.enum(["open", "held", "superseded", "discarded"]);
export type QuarantineStatus = z.infer<typeof QuarantineStatus>;
/* @__PURE__ */ describe(QuarantineStatus, {
  id: "QuarantineStatus",
  title: "Status of a quarantined event",
  example: "open",
});

/** What somebody did about a quarantined event, and how it stood afterwards. */
export const QuarantineAction = z.object({
  at: ServerInstant,
  action: z.enum(["replayed", "mended", "discarded", "restored"]),
  actor: Uuid.optional(),
  actor_role: z.string(),
  reason: z.string().optional(),
  before_body: z.string().optional(),
  after_body: z.string().optional(),
  after_sha256: z.string().optional(),
  outcome: QuarantineStatus,
  code: z.string().optional(),
  field: z.string().optional(),
  event_id: Ulid.optional(),
});
export type QuarantineAction = z.infer<typeof QuarantineAction>;
/* @__PURE__ */ describe(QuarantineAction, {
  id: "QuarantineAction",
  title: "Action on a quarantined event",
  example: {
    at: example.serverInstant,
    action: "mended",
    actor: example.agent,
    actor_role: "support",
    reason: "The app sent the answer as text.",
    before_body: '{"answer":"1"}',
    after_body: '{"answer":{"choice":1}}',
    after_sha256: example.sha256,
    outcome: "superseded",
    code: "invalid_event",
    field: "body.answer",
    event_id: example.event,
  },
  fields: {
    at: "When it was done",
    action: "What was done",
    actor: "The user who did it; absent: the server",
    actor_role: "The app role or the database role of the actor",
    reason: "Why it was done",
    before_body: "The text before it was mended",
    after_body: "The mended text",
    after_sha256: "The hash of the mended text",
    outcome: "The event's status afterwards",
    code: "What was still wrong with the event; absent: nothing",
    field: "The first field that was wrong",
    event_id: "The id under which the event was accepted",
  },
});

const FIELDS = {
  id: "The SHA-256 of the text as it arrived, which names the quarantined event",
  event_id: "The event's id; null: the text has no valid one",
  code: "Why the event could not be applied: a code of the error registry",
  field: "The first field that is wrong; null: none in particular",
  status: "How the event stands",
  body: "The text as it arrived",
  device_id: "The device that sent the event; null: unknown",
  first_seen_at: "When the event first arrived",
  last_seen_at: "When the event last arrived",
  times_seen: { text: "How often the event arrived", unit: "times" },
  became_event: "The accepted event that it became; null: none",
  cursor: "For the `after` of the next page, if this is the last entry",
};
const QUARANTINED = {
  id: example.sha256,
  event_id: example.event,
  code: "invalid_event",
  field: "body.answer",
  status: "open",
  body: '{"id":"01KB8Q9T3V0000000000000002"}',
  device_id: example.device,
  first_seen_at: example.serverInstant,
  last_seen_at: example.serverInstant,
  times_seen: 1,
  became_event: null,
  cursor: "2026-11-30T08:00:01.299339Z|9f86",
} as const;

/** An event that could not be applied, and what was done about it. */
export const Quarantined = z.object({
  learner_id: Uuid,
  id: z.string(),
  event_id: Ulid.nullable(),
  code: z.string(),
  field: z.string().nullable(),
  status: QuarantineStatus,
  body: z.string(),
  mended_body: z.string().nullable(),
  origin: z.enum(["batch", "dead_letter"]),
  device_reason: z.string().nullable(),
  device_id: Uuid.nullable(),
  batch_id: Ulid.nullable(),
  first_seen_at: ServerInstant,
  last_seen_at: ServerInstant,
  times_seen: z.int(),
  resolved_at: ServerInstant.nullable(),
  became_event: Ulid.nullable(),
  actions: z.array(QuarantineAction),
  cursor: z.string(),
});
export type Quarantined = z.infer<typeof Quarantined>;
/* @__PURE__ */ describe(Quarantined, {
  id: "Quarantined",
  title: "Quarantined event",
  example: {
    ...QUARANTINED,
    learner_id: example.learner,
    mended_body: null,
    origin: "batch",
    device_reason: null,
    batch_id: example.batch,
    resolved_at: null,
    actions: [],
  },
  fields: {
    ...FIELDS,
    learner_id: "The learner whose event it is",
    mended_body: "The text as support corrected it; null: it was not corrected",
    origin: "Whether a batch or a dead letter brought it",
    device_reason: "Of a dead letter: why the device gave it up; null: it is none",
    batch_id: "The batch that first brought it; null: unknown",
    resolved_at: "When it became an event or was discarded; null: it has not",
    actions: "What was done about it, oldest first",
  },
});

/** An event of one's own that could not be applied. */
export const OwnQuarantined = z.object({
  id: z.string(),
  event_id: Ulid.nullable(),
  code: z.string(),
  field: z.string().nullable(),
  status: QuarantineStatus,
  body: z.string(),
  device_id: Uuid.nullable(),
  first_seen_at: ServerInstant,
  last_seen_at: ServerInstant,
  times_seen: z.int(),
  became_event: Ulid.nullable(),
  cursor: z.string(),
});
export type OwnQuarantined = z.infer<typeof OwnQuarantined>;
/* @__PURE__ */ describe(OwnQuarantined, {
  id: "OwnQuarantined",
  title: "Learner's own quarantined event",
  example: QUARANTINED,
  fields: FIELDS,
});

const state = {
  status: QuarantineStatus,
  code: z.string().nullable(),
  field: z.string().nullable(),
  became_event: Ulid.nullable(),
};
const STATE_FIELDS = {
  status: "How the event stands now",
  code: "What is still wrong with the event; null: nothing",
  field: "The first field that is wrong; null: none in particular",
  became_event: "The accepted event that it became; null: none",
};
const STATE = { status: "superseded", code: null, field: null, became_event: example.event } as const;
const ID_FIELD = "The quarantined event";

/** How an event stands after a decision. */
export const QuarantineState = z.object({ id: z.string(), ...state });
export type QuarantineState = z.infer<typeof QuarantineState>;
/* @__PURE__ */ describe(QuarantineState, {
  id: "QuarantineState",
  title: "State of a quarantined event",
  example: { id: example.sha256, ...STATE },
  fields: {
    id: ID_FIELD,
    ...STATE_FIELDS,
  },
});
/** The same, as the answer to a mended body. */
export const MendedState = z.object({ quarantine_id: z.string(), ...state });
/* @__PURE__ */ describe(MendedState, {
  id: "MendedState",
  title: "State of a mended event",
  example: { quarantine_id: example.sha256, ...STATE },
  fields: {
    quarantine_id: ID_FIELD,
    ...STATE_FIELDS,
  },
});
/** The same, as one row of a step of a replay. */
export const ReplayedState = QuarantineState.extend({ remaining: z.int(), began_at: ServerInstant });
/* @__PURE__ */ describe(ReplayedState, {
  id: "ReplayedState",
  title: "State of a replayed event",
  example: { id: example.sha256, ...STATE, remaining: 0, began_at: example.serverInstant },
  fields: {
    id: ID_FIELD,
    ...STATE_FIELDS,
    remaining: { text: "Events that were not tried yet", unit: "events" },
    began_at: "What the next step takes as `tried_before`",
  },
});

/** One step of a replay for all learners. */
export const ReplayForAll = z.object({
  learners: z.int(),
  applied: z.int(),
  busy: z.array(Uuid),
  remaining: z.int(),
  began_at: ServerInstant,
});
export type ReplayForAll = z.infer<typeof ReplayForAll>;
/* @__PURE__ */ describe(ReplayForAll, {
  id: "ReplayForAll",
  title: "Step of a replay for all learners",
  example: {
    learners: 20,
    applied: 37,
    busy: [example.learner],
    remaining: 4,
    began_at: example.serverInstant,
  },
  fields: {
    learners: { text: "Learners whose events were tried", unit: "learners" },
    applied: { text: "Events that were applied", unit: "events" },
    busy: "Learners who were syncing: their events remain for a later step",
    remaining: { text: "Events that were not tried yet, counted to 100,000", unit: "events" },
    began_at: "What the next step takes as `tried_before`",
  },
});
