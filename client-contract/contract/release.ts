// What instructors' calls answer: previews, schedules and the history of releases.
import { z } from "zod";
import { describe } from "./documentation.ts";
import * as example from "./examples.ts";
import { Head } from "./content.ts";
import { ServerInstant, Sha256, Uuid } from "./ids.ts";

/** A question with a warning. */
export const WarningExample = z.object({ id: Uuid, key: z.string(), detail: z.string() });
export type WarningExample = z.infer<typeof WarningExample>;
/* @__PURE__ */ describe(WarningExample, {
  id: "WarningExample",
  title: "Question with a warning",
  example: { id: example.question, key: "tides/spring_tide", detail: "The explanation is empty." },
  fields: {
    id: "The question",
    key: "The question's key",
    detail: "What is unusual about it",
  },
});

/** Edits that are allowed and often a mistake; docs/publishing.md lists them. */
export const EditWarning = z.object({
  warning: z.string(),
  count: z.int(),
  examples: z.array(WarningExample),
});
export type EditWarning = z.infer<typeof EditWarning>;
/* @__PURE__ */ describe(EditWarning, {
  id: "EditWarning",
  title: "Warning about an edit",
  example: {
    warning: "no_explanation",
    count: 1,
    examples: [{ id: example.question, key: "tides/spring_tide", detail: "The explanation is empty." }],
  },
  fields: {
    warning: "The name of the warning",
    count: { text: "Questions with this warning", unit: "questions" },
    examples: "Up to five of these questions",
  },
});

/** A draft that cannot be published. */
export const ReleaseProblem = z.object({ problem: z.string(), kind: z.string(), id: Uuid, key: z.string() });
export type ReleaseProblem = z.infer<typeof ReleaseProblem>;
/* @__PURE__ */ describe(ReleaseProblem, {
  id: "ReleaseProblem",
  title: "Draft that cannot be published",
  example: { problem: "skill_without_questions", kind: "skill", id: example.skill, key: "tides" },
  fields: {
    problem: "The name of the rule that the draft breaks",
    kind: "The kind of the row: `domain`, `skill` or `question`",
    id: "The row",
    key: "The row's key",
  },
});

/** A field before and after a change. */
export const FieldChange = z.object({ before: z.unknown(), after: z.unknown() });
export type FieldChange = z.infer<typeof FieldChange>;
/* @__PURE__ */ describe(FieldChange, {
  id: "FieldChange",
  title: "Field before and after",
  example: { before: 2, after: 1 },
  fields: {
    before: "The published value; null: none",
    after: "The draft's value; null: none",
  },
});

/** A row that a release would change. */
export const ReleaseChange = z.object({
  op: z.enum(["insert", "update", "delete"]),
  kind: z.string(),
  id: Uuid,
  schema: z.int(),
  key: z.string(),
  type: z.string().nullable(),
  fields: z.record(z.string(), FieldChange).nullable(),
});
export type ReleaseChange = z.infer<typeof ReleaseChange>;
/* @__PURE__ */ describe(ReleaseChange, {
  id: "ReleaseChange",
  title: "Changed row",
  example: {
    op: "update",
    kind: "question",
    id: example.question,
    schema: 2,
    key: "tides/spring_tide",
    type: "single_choice",
    fields: { difficulty: { before: 2, after: 1 } },
  },
  fields: {
    op: "What happens to the row",
    kind: "The kind of the row: `domain`, `skill` or `question`",
    id: "The row",
    schema: "The newest content schema in which the row changes",
    key: "The row's key",
    type: "The type of a question; null: the row is no question",
    fields: "The changed fields by their names; null unless `op` is `update`",
  },
});

/** What publish_release() would do now. */
export const ReleasePreview = z.object({
  hash: Sha256,
  base_version: z.int(),
  upserts: z.int(),
  deletes: z.int(),
  delete_share: z.number(),
  needs_force: z.boolean(),
  warnings: z.array(EditWarning),
  problems: z.array(ReleaseProblem),
  changes: z.array(ReleaseChange),
});
export type ReleasePreview = z.infer<typeof ReleasePreview>;
/* @__PURE__ */ describe(ReleasePreview, {
  id: "ReleasePreview",
  title: "Preview",
  example: {
    hash: example.sha256,
    base_version: 56,
    upserts: 1,
    deletes: 0,
    delete_share: 0,
    needs_force: false,
    warnings: [],
    problems: [],
    changes: [{
      op: "update",
      kind: "question",
      id: example.question,
      schema: 2,
      key: "tides/spring_tide",
      type: "single_choice",
      fields: { difficulty: { before: 2, after: 1 } },
    }],
  },
  fields: {
    hash: "The preview's name; publish_release() takes it as `expected_hash`",
    base_version: "The newest release, which the drafts are compared with",
    upserts: { text: "Rows that are new or changed", unit: "rows" },
    deletes: { text: "Rows that are deleted", unit: "rows" },
    delete_share: {
      text: "The share of the published rows that would be deleted, from 0 to 1",
      unit: "ratio",
    },
    needs_force: "Whether publishing is refused without `force`, because the share is large",
    warnings: "Edits that are allowed and often a mistake",
    problems: "Why the drafts cannot be published; empty: they can",
    changes: "The first changes, as many as were asked for",
  },
});

/** A release that is to be published at a time, or how that ended. */
export const Schedule = z.object({
  id: z.int(),
  due_at: ServerInstant,
  state: z.enum(["pending", "published", "failed", "cancelled"]),
  expected_hash: Sha256,
  note: z.string().nullable(),
  force: z.boolean(),
  created_at: ServerInstant,
  created_by: Uuid.nullable(),
  attempts: z.int(),
  finished_at: ServerInstant.nullable(),
  version: z.int().nullable(),
  error: z.string().nullable(),
  detail: z.string().nullable(),
});
export type Schedule = z.infer<typeof Schedule>;
/* @__PURE__ */ describe(Schedule, {
  id: "Schedule",
  title: "Schedule",
  example: {
    id: 4,
    due_at: example.serverInstant,
    state: "pending",
    expected_hash: example.sha256,
    note: "Spring tides are easy",
    force: false,
    created_at: example.serverInstant,
    created_by: example.instructor,
    attempts: 0,
    finished_at: null,
    version: null,
    error: null,
    detail: null,
  },
  fields: {
    id: "The schedule's number",
    due_at: "When to publish",
    state: "How the schedule stands",
    expected_hash: "The hash of the preview that is to be published",
    note: "The release's note; null: none",
    force: "Whether to publish although a large share of the content is deleted",
    created_at: "When it was scheduled",
    created_by: "The user who scheduled it; null: a console",
    attempts: "Attempts to publish it so far",
    finished_at: "When it was published, failed or was cancelled; null: it is pending",
    version: "The release that it became, or that was the same preview published before; null: none",
    error: "The SQLSTATE of the last failed attempt; a pending schedule is tried again; null: none",
    detail: "What the last attempt said; null: nothing",
  },
});

/** A release, as the history shows it. */
export const Release = z.object({
  version: z.int(),
  published_at: ServerInstant,
  published_by: Uuid.nullable(),
  note: z.string().nullable(),
  domains: z.int(),
  skills: z.int(),
  questions: z.int(),
  upserts: z.int(),
  deletes: z.int(),
  rollback_to: z.int().nullable(),
  schedule_id: z.int().nullable(),
});
export type Release = z.infer<typeof Release>;
/* @__PURE__ */ describe(Release, {
  id: "Release",
  title: "Release",
  example: {
    version: 57,
    published_at: example.serverInstant,
    published_by: example.instructor,
    note: "Spring tides are easy",
    domains: 3,
    skills: 9,
    questions: 60,
    upserts: 1,
    deletes: 0,
    rollback_to: null,
    schedule_id: null,
  },
  fields: {
    version: "The release's version",
    published_at: "When it was published",
    published_by: "The user who published it; null: a console",
    note: "The release's note; null: none",
    domains: "Domains of the release",
    skills: "Skills of the release",
    questions: "Questions of the release",
    upserts: { text: "Rows that it added or changed", unit: "rows" },
    deletes: { text: "Rows that it deleted", unit: "rows" },
    rollback_to: "The version whose content it brought back; null: it is no roll-back",
    schedule_id: "The schedule that it came from; null: none",
  },
});

/** What publishing and rolling back answer. */
export const PublishedHead = Head.extend({
  published: z.boolean(),
  warnings: z.array(EditWarning),
});
export type PublishedHead = z.infer<typeof PublishedHead>;
/* @__PURE__ */ describe(PublishedHead, {
  id: "PublishedHead",
  title: "Head after a publish",
  example: { ...example.head, published: true, warnings: [] },
  fields: {
    ...example.headFields,
    published: "Whether this call wrote a release; false: there was nothing to publish",
    warnings: "Warnings about the questions of the release that this call wrote",
  },
});

/** Parameters of publish_release, all optional. */
export interface PublishParameters {
  note?: string | undefined;
  /** The hash of a preview: refused where drafts have moved since. */
  expected_hash?: string | undefined;
  /** Publish although a large share of the content goes. */
  force?: boolean | undefined;
}

/** Parameters of schedule_release. */
export interface ScheduleParameters extends PublishParameters {
  /** RFC 3339. */
  at: string;
  expected_hash: string;
}

/** Parameters of rollback_release. */
export interface RollbackParameters {
  to_version: number;
  note?: string | undefined;
  force?: boolean | undefined;
}
