// What support and learners are told about rows and progress: timeline, corrections, records taken back, differences.
import { z } from "zod";
import { describe } from "./documentation.ts";
import * as example from "./examples.ts";
import { EventResult } from "./batch.ts";
import { ServerInstant, Ulid, Uuid } from "./ids.ts";
import { PROGRESS, SkillProgress } from "./learner_rows.ts";

/** How a merge of progress fared, and the progress now (null: there is none). */
export const MergeAnswer = z.object({ result: EventResult, progress: SkillProgress.nullable() });
export type MergeAnswer = z.infer<typeof MergeAnswer>;
/* @__PURE__ */ describe(MergeAnswer, {
  id: "MergeAnswer",
  title: "Answer to a merge of progress",
  example: { result: { id: example.event, status: "applied" }, progress: PROGRESS },
  fields: {
    result: "The result of the event",
    progress: "The progress now; null: there is none",
  },
});

/** One entry of a learner's timeline. */
export const TimelineEntry = z.object({
  at: ServerInstant,
  kind: z.string(),
  summary: z.string(),
  detail: z.looseObject({}).nullable(),
  cursor: z.string(),
});
export type TimelineEntry = z.infer<typeof TimelineEntry>;
/* @__PURE__ */ describe(TimelineEntry, {
  id: "TimelineEntry",
  title: "Entry of a timeline",
  example: {
    at: example.serverInstant,
    kind: "batch",
    summary: "2 events from android 4.2.0: 2 applied",
    detail: { batch_id: example.batch },
    cursor: "2026-11-30T08:00:01.299339Z|batch|1",
  },
  fields: {
    at: "When it happened",
    kind: "What happened, such as `batch`, `event`, `report`, `quarantine`, `device` or `operation`",
    summary: "What happened, for people",
    detail: "The same for programs, by kind; null: nothing more",
    cursor: "For `after`, if this is the last entry, or for `before`, if this is the first one",
  },
});

/** A row that differs from what the ledger says. */
export const RowDifference = z.object({
  kind: z.enum(["session", "attempt", "skill_progress", "practice"]),
  id: z.string(),
  live: z.record(z.string(), z.unknown()).nullable(),
  rebuilt: z.record(z.string(), z.unknown()).nullable(),
});
export type RowDifference = z.infer<typeof RowDifference>;
/* @__PURE__ */ describe(RowDifference, {
  id: "RowDifference",
  title: "Difference of a row",
  example: { kind: "skill_progress", id: example.skill, live: { mastery: 40 }, rebuilt: { mastery: 45 } },
  fields: {
    kind: "The kind of the row",
    id: "A session's or an attempt's ULID, or the skill of a progress",
    live: "The row; null: there was none",
    rebuilt: "What the row should be; null: there should be none",
  },
});

/** A learner whose rows were not what their ledger says; of ten of them, both sides. */
export const ProjectionDifference = z.object({
  learner_id: Uuid,
  found_at: ServerInstant,
  rows: z.int(),
  differences: z.array(RowDifference),
});
export type ProjectionDifference = z.infer<typeof ProjectionDifference>;
/* @__PURE__ */ describe(ProjectionDifference, {
  id: "ProjectionDifference",
  title: "Difference of a projection",
  example: {
    learner_id: example.learner,
    found_at: example.serverInstant,
    rows: 1,
    differences: [{
      kind: "skill_progress",
      id: example.skill,
      live: { mastery: 40 },
      rebuilt: { mastery: 45 },
    }],
  },
  fields: {
    learner_id: "The learner",
    found_at: "When the difference was found",
    rows: "Rows that differed",
    differences: "Ten of these rows",
  },
});

/** A correction of progress: the event that it is, and the progress now. */
export const Correction = z.object({
  event_id: Ulid,
  status: z.string(),
  remaining: z.int(),
  progress: SkillProgress,
});
export type Correction = z.infer<typeof Correction>;
/* @__PURE__ */ describe(Correction, {
  id: "Correction",
  title: "Correction of progress",
  example: { event_id: example.reset, status: "applied", remaining: 0, progress: PROGRESS },
  fields: {
    event_id: "The event that the correction is",
    status: "The result of the event",
    remaining: {
      text: "Held events of a lost correction; the server tries them again by itself",
      unit: "events",
    },
    progress: "The progress now",
  },
});

/** A record that was taken back, or given again; `changed` is false where it was so already. */
export const Voided = z.object({
  kind: z.enum(["session", "attempt", "skill_progress"]),
  id: z.string(),
  voided: z.boolean(),
  changed: z.boolean(),
});
export type Voided = z.infer<typeof Voided>;
/* @__PURE__ */ describe(Voided, {
  id: "Voided",
  title: "Record taken back or given again",
  example: { kind: "attempt", id: example.event, voided: true, changed: true },
  fields: {
    kind: "The kind of the record",
    id: "A session's or an attempt's ULID, or the skill of a progress",
    voided: "Whether the record is voided now",
    changed: "Whether this call changed it; false: it was so already",
  },
});
