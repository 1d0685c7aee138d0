// What operators read: targets, sums of hours, jobs, alarms, what waits in quarantine, and the rows of steering.
import { z } from "zod";
import { describe } from "./documentation.ts";
import * as example from "./examples.ts";
import { ServerInstant } from "./ids.ts";

/** A target of service health with its present value: a row of the view `sync_health`. */
export const HealthFigure = z.object({
  name: z.string(),
  status: z.enum(["ok", "warning", "failing", "unknown"]),
  value: z.number().nullable(),
  target: z.number(),
  failing: z.number(),
  unit: z.enum(["share", "seconds", "count"]),
  direction: z.enum(["at_least", "at_most"]),
  samples: z.int().nullable(),
  since: ServerInstant,
  meaning: z.string(),
});
export type HealthFigure = z.infer<typeof HealthFigure>;
/* @__PURE__ */ describe(HealthFigure, {
  id: "HealthFigure",
  title: "Health figure",
  example: {
    name: "sync_success",
    status: "ok",
    value: 0.9995,
    target: 0.999,
    failing: 0.99,
    unit: "share",
    direction: "at_least",
    samples: 20_000,
    since: example.serverInstant,
    meaning: "Events that the server holds, of those that devices made.",
  },
  fields: {
    name: "The figure",
    status: "ok, warning: misses its target, failing: far from it, unknown: too few samples",
    value: { text: "The value, in the figure's unit; null: no sample", unit: "unit" },
    target: { text: "What the value should be", unit: "unit" },
    failing: { text: "Beyond this the figure is failing", unit: "unit" },
    unit: "The unit of the values; a share is from 0 to 1",
    direction: "Whether the value should be at least or at most the target",
    samples: { text: "How many samples the value is of; null: it is not of samples", unit: "samples" },
    since: "The beginning of the period of the samples",
    meaning: "What the figure says",
  },
});

/** The sums of what arrived in one hour. */
export const HealthHour = z.object({
  hour: ServerInstant,
  events: z.int(),
  answers: z.int(),
  delay_s: z.number().nullable(),
  made: z.int(),
  held: z.int(),
  batches: z.int(),
  quarantined: z.int(),
  dead_letters: z.int(),
  failures: z.int(),
});
export type HealthHour = z.infer<typeof HealthHour>;
/* @__PURE__ */ describe(HealthHour, {
  id: "HealthHour",
  title: "Hour of arrivals",
  example: {
    hour: example.serverInstant,
    events: 1200,
    answers: 900,
    delay_s: 4.2,
    made: 1210,
    held: 1209,
    batches: 300,
    quarantined: 1,
    dead_letters: 0,
    failures: 2,
  },
  fields: {
    hour: "The beginning of the hour",
    events: { text: "Events that entered the ledger", unit: "events" },
    answers: { text: "Answers among them", unit: "answers" },
    delay_s: "The mean time from an answer to its arrival, without offline periods; null: no answer",
    made: { text: "Events that devices reported as made", unit: "events" },
    held: { text: "Those of them that the server held in time", unit: "events" },
    batches: { text: "Recorded batches", unit: "batches" },
    quarantined: { text: "Events that went into quarantine", unit: "events" },
    dead_letters: { text: "Events that devices gave up", unit: "events" },
    failures: { text: "Failures that apps reported", unit: "failures" },
  },
});

/** A scheduled job of the database. */
export const Job = z.object({
  name: z.string(),
  state: z.enum(["ok", "failing", "late"]),
  every_s: z.int(),
  last_run_at: ServerInstant,
  last_ok_at: ServerInstant,
  failures: z.int(),
  last_error: z.string().nullable(),
  detail: z.unknown(),
});
export type Job = z.infer<typeof Job>;
/* @__PURE__ */ describe(Job, {
  id: "Job",
  title: "Scheduled job",
  example: {
    name: "webhooks",
    state: "ok",
    every_s: 60,
    last_run_at: example.serverInstant,
    last_ok_at: example.serverInstant,
    failures: 0,
    last_error: null,
    detail: {},
  },
  fields: {
    name: "The job",
    state: "failing: its last run failed; late: it has missed its runs",
    every_s: "How often the job should run",
    last_run_at: "The last run; before the first one, when the job was scheduled",
    last_ok_at: "The last successful run",
    failures: { text: "Failed runs since then", unit: "runs" },
    last_error: "The last error; null: the last run succeeded",
    detail: "What the last successful run returned; null: nothing",
  },
});

/** Something that needs a person. */
export const Alarm = z.object({
  name: z.string(),
  since: ServerInstant.nullable(),
  detail: z.string(),
  subject: z.string(),
  acknowledged_at: ServerInstant.nullable(),
  acknowledged_by: z.string().nullable(),
  acknowledged_reason: z.string().nullable(),
});
export type Alarm = z.infer<typeof Alarm>;
/* @__PURE__ */ describe(Alarm, {
  id: "Alarm",
  title: "Alarm",
  example: {
    name: "job_late",
    since: example.serverInstant,
    detail: "The job health should run every 00:01:00: see docs/operations.md#jobs.",
    subject: "health",
    acknowledged_at: null,
    acknowledged_by: null,
    acknowledged_reason: null,
  },
  fields: {
    name: "The kind of the alarm",
    since: "Since when; null: unknown",
    detail: "What is wrong, and the call that mends it",
    subject: "The job, table, trigger or function that it is about; empty: the name says all",
    acknowledged_at: "When an operator acknowledged it; null: nobody has",
    acknowledged_by: "Who did: the user's id, or the role of a SQL console",
    acknowledged_reason: "The reason that the operator gave; null: nobody has acknowledged it",
  },
});

/** How many events wait in quarantine with one code. */
export const QuarantineCount = z.object({
  code: z.string(),
  status: z.enum(["open", "held"]),
  events: z.int(),
  learners: z.int(),
  oldest_at: ServerInstant,
  newest_at: ServerInstant,
});
export type QuarantineCount = z.infer<typeof QuarantineCount>;
/* @__PURE__ */ describe(QuarantineCount, {
  id: "QuarantineCount",
  title: "Events in quarantine by code",
  example: {
    code: "invalid_event",
    status: "open",
    events: 12,
    learners: 3,
    oldest_at: example.serverInstant,
    newest_at: example.serverInstant,
  },
  fields: {
    code: "Why the events could not be applied",
    status: "open: support decides; held: the server retries the events by itself",
    events: { text: "Events that wait", unit: "events" },
    learners: { text: "Learners whose events they are", unit: "learners" },
    oldest_at: "When the first of them arrived",
    newest_at: "When the last of them arrived",
  },
});

/** A row of steering. Null in a row for a platform or versions: the value of the next more general row. */
export const SteeringRow = z.object({
  id: z.int(),
  platform: z.string().nullable(),
  app_from: z.string().nullable(),
  app_before: z.string().nullable(),
  batch_events: z.int().nullable(),
  retry_base_ms: z.int().nullable(),
  retry_cap_ms: z.int().nullable(),
  outbox_cap: z.int().nullable(),
  keep_sent_days: z.int().nullable(),
  poll_after_s: z.int().nullable(),
  listening_poll_after_s: z.int().nullable(),
  paused: z.boolean().nullable(),
  pause_reason: z.string().nullable(),
  pause_s: z.int().nullable(),
  upgrade_to: z.string().nullable(),
  upgrade_required_from: ServerInstant.nullable(),
  upgrade_message: z.string().nullable(),
  note: z.string().nullable(),
});
export type SteeringRow = z.infer<typeof SteeringRow>;
/* @__PURE__ */ describe(SteeringRow, {
  id: "SteeringRow",
  title: "Row of steering",
  example: {
    id: 2,
    platform: "android",
    app_from: "1.4",
    app_before: "1.5",
    batch_events: 50,
    retry_base_ms: 5000,
    retry_cap_ms: 120_000,
    outbox_cap: null,
    keep_sent_days: null,
    poll_after_s: 3600,
    listening_poll_after_s: null,
    paused: null,
    pause_reason: null,
    pause_s: null,
    upgrade_to: null,
    upgrade_required_from: null,
    upgrade_message: null,
    note: "Incident 12: retries without backoff.",
  },
  fields: {
    id: "The row",
    platform: "The platform that the row is for; null: all",
    app_from: "The first app version that the row is for; null: no lower limit",
    app_before: "The first app version after them; null: no upper limit",
    batch_events: { text: "The most events of a batch", unit: "events" },
    retry_base_ms: "The first retry comes after a random time up to this",
    retry_cap_ms: "Further retries come after at most this",
    outbox_cap: { text: "When so many events wait, the app asks its learner to go online", unit: "events" },
    keep_sent_days: "How long devices keep delivered events",
    poll_after_s: "Time between two polls",
    listening_poll_after_s: "The same while the device hears hints; the longer of the two counts",
    paused: "The kill switch: push and pull are refused",
    pause_reason: "A text for learners",
    pause_s: "When a paused device asks again",
    upgrade_to: "The app version to update to",
    upgrade_required_from: "From then on the update is required; null: advice only",
    upgrade_message: "A text for learners",
    note: "The row's purpose, for other operators",
  },
});
