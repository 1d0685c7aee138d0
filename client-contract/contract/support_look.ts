// What staff look up about learners: whom a text means, what became of an event, failures of all learners, and grants to read answers.
import { z } from "zod";
import { describe } from "./documentation.ts";
import * as example from "./examples.ts";
import { ServerInstant, Ulid, Uuid } from "./ids.ts";
import { ATTEMPT, AttemptRow } from "./learner_rows.ts";

/** A learner who was found, and by what. */
export const FoundLearner = z.object({
  matched: z.enum(["learner", "device", "batch", "event", "email"]),
  learner_id: Uuid,
  state: z.enum(["present", "never_synced", "adopted", "account_deleted", "erasing", "erased"]).nullable(),
  is_anonymous: z.boolean().nullable(),
  last_seen_at: ServerInstant.nullable(),
  devices: z.int(),
  waiting: z.int(),
  adopted_by: Uuid.nullable(),
});
export type FoundLearner = z.infer<typeof FoundLearner>;
/* @__PURE__ */ describe(FoundLearner, {
  id: "FoundLearner",
  title: "Learner who was found",
  example: {
    matched: "event",
    learner_id: example.learner,
    state: "present",
    is_anonymous: false,
    last_seen_at: example.serverInstant,
    devices: 2,
    waiting: 1,
    adopted_by: null,
  },
  fields: {
    matched: "What the text is",
    learner_id: "The learner",
    state: "How the learner stands; null: unknown here",
    is_anonymous: "Whether the account is anonymous; null: there is no account",
    last_seen_at: "The last contact of a device; null: none",
    devices: { text: "Devices on record", unit: "devices" },
    waiting: { text: "Events in quarantine that are not settled", unit: "events" },
    adopted_by: "The account that has adopted this learner; null: none",
  },
});

/** A row that an event has changed. */
export const EventEffect = z.object({
  kind: z.string(),
  id: z.string(),
  counts: z.boolean().optional(),
  voided_at: z.string().optional(),
});
export type EventEffect = z.infer<typeof EventEffect>;
/* @__PURE__ */ describe(EventEffect, {
  id: "EventEffect",
  title: "Effect of an event",
  example: { kind: "attempt", id: example.event, counts: true, voided_at: example.serverInstant },
  fields: {
    kind: "The kind of the row: attempt, session or skill_progress",
    id: "A session's or an attempt's ULID, or the skill of a progress",
    counts: "Whether the event counts in the row",
    voided_at: "When support voided the row; absent: it is not voided",
  },
});

/** What became of an event. */
export const EventFate = z.object({
  learner_id: Uuid.nullable(),
  event_id: Ulid,
  state: z.enum([
    "applied",
    "voided",
    "quarantined",
    "dead_letter",
    "discarded",
    "superseded",
    "given_up",
    "erased",
    "never_arrived",
  ]),
  summary: z.string(),
  type: z.string().nullable(),
  code: z.string().nullable(),
  made_at: ServerInstant,
  received_at: ServerInstant.nullable(),
  device_id: Uuid.nullable(),
  batch_id: Ulid.nullable(),
  changed: z.array(EventEffect).nullable(),
  body: z.unknown(),
});
export type EventFate = z.infer<typeof EventFate>;
/* @__PURE__ */ describe(EventFate, {
  id: "EventFate",
  title: "Fate of an event",
  example: {
    learner_id: example.learner,
    event_id: example.event,
    state: "applied",
    summary: "Applied: attempt.recorded, made 2026-11-30 07:59 UTC, received 2026-11-30 08:00 UTC.",
    type: "attempt.recorded",
    code: null,
    made_at: example.serverInstant,
    received_at: example.serverInstant,
    device_id: example.device,
    batch_id: example.batch,
    changed: [{ kind: "attempt", id: example.event, counts: true }],
    body: { answer: "hidden", correct: true },
  },
  fields: {
    learner_id: "Whose event it is; null: no learner with this event was found",
    event_id: "The event",
    state: "What became of it",
    summary: "The answer in words",
    type: "The event's type; null: unknown",
    code: "Why it could not be applied; null: it was, or it is not here",
    made_at: "The time in its id, by the clock of its device",
    received_at: "When it first arrived; null: it has not",
    device_id: "Its device; null: unknown",
    batch_id: "The batch that brought it; null: unknown",
    changed: "The rows that it changed; null: it is not here",
    body: "Its content, in which answers are hidden unless they are asked for",
  },
});

/** A failure that stands for others of its kind. */
export const FailureExample = z.object({
  learner_id: Uuid,
  device_id: Uuid.nullable(),
  at: z.string(),
  id: z.string(),
});
export type FailureExample = z.infer<typeof FailureExample>;
/* @__PURE__ */ describe(FailureExample, {
  id: "FailureExample",
  title: "Example of a failure",
  example: {
    learner_id: example.learner,
    device_id: example.device,
    at: example.serverInstant,
    id: example.event,
  },
  fields: {
    learner_id: "The learner",
    device_id: "The device; null: unknown",
    at: "When the server learned of it",
    id: "The event that reports it, or the quarantined event",
  },
});

/** Failures of one code on one version of the app. */
export const FailureCount = z.object({
  source: z.string(),
  code: z.string(),
  platform: z.string().nullable(),
  app_version: z.string().nullable(),
  failures: z.int(),
  learners: z.int(),
  first_at: ServerInstant,
  last_at: ServerInstant,
  examples: z.array(FailureExample),
});
export type FailureCount = z.infer<typeof FailureCount>;
/* @__PURE__ */ describe(FailureCount, {
  id: "FailureCount",
  title: "Failures of a kind",
  example: {
    source: "app",
    code: "disk.full",
    platform: "android",
    app_version: "4.2.0",
    failures: 7,
    learners: 3,
    first_at: example.serverInstant,
    last_at: example.serverInstant,
    examples: [{
      learner_id: example.learner,
      device_id: example.device,
      at: example.serverInstant,
      id: example.event,
    }],
  },
  fields: {
    source: "quarantine; app: reported by apps; outbox: what devices could not send",
    code: "The code of the failure",
    platform: "The platform of the device at its last contact; null: unknown",
    app_version: "The app of the device at its last contact; null: unknown",
    failures: { text: "Failures of this kind", unit: "failures" },
    learners: { text: "Learners who have them", unit: "learners" },
    first_at: "The first one in the time asked for",
    last_at: "The last one",
    examples: "The three newest",
  },
});

/** A grant in force, by which staff may read the content of answers. */
export const SupportGrant = z.object({
  staff_id: Uuid,
  reason: z.string(),
  granted_at: ServerInstant,
  expires_at: ServerInstant,
  granted_by: Uuid.nullable(),
  granted_by_role: z.string(),
});
export type SupportGrant = z.infer<typeof SupportGrant>;
/* @__PURE__ */ describe(SupportGrant, {
  id: "SupportGrant",
  title: "Grant to read answers",
  example: {
    staff_id: example.agent,
    reason: "ticket 4711",
    granted_at: example.serverInstant,
    expires_at: example.serverInstant,
    granted_by: example.instructor,
    granted_by_role: "admin",
  },
  fields: {
    staff_id: "Who may read",
    reason: "Why the grant was given",
    granted_at: "Since when",
    expires_at: "Until when",
    granted_by: "The administrator; null: a SQL console",
    granted_by_role: "The role of the administrator",
  },
});

/** One attempt of a learner, as staff read it for an export. */
export const LearnerAttempt = z.object({
  attempt: AttemptRow,
  voided_at: ServerInstant.nullable(),
  cursor: z.string(),
});
export type LearnerAttempt = z.infer<typeof LearnerAttempt>;
/* @__PURE__ */ describe(LearnerAttempt, {
  id: "LearnerAttempt",
  title: "Attempt of a learner",
  example: { attempt: ATTEMPT, voided_at: null, cursor: example.event },
  fields: {
    attempt:
      "The attempt as a pull has it; without `with_answers` its answer holds the number of hints alone",
    voided_at: "When support voided the attempt; null: it counts",
    cursor: "Where the next page begins: pass the last one as `after`",
  },
});
