// What instructors' calls answer: previews, schedules and the history of releases.
import { z } from "zod";
import { Head } from "./content.ts";
import { ServerInstant, Sha256, Uuid } from "./ids.ts";

/** Edits that are allowed and often a mistake; docs/publishing.md lists them. */
export const EditWarning = z.object({
  warning: z.string(),
  count: z.int().describe("Questions with this warning"),
  examples: z.array(z.object({ id: Uuid, key: z.string(), detail: z.string() })).describe("Up to five"),
});
export type EditWarning = z.infer<typeof EditWarning>;

/** What publish_release() would do now. */
export const ReleasePreview = z.object({
  hash: Sha256.describe("What publish_release() can be held to, as expected_hash"),
  base_version: z.int(),
  upserts: z.int(),
  deletes: z.int(),
  delete_share: z.number().describe("Which part of what is published would go, 0 to 1"),
  needs_force: z.boolean().describe("Whether publishing is refused without force, for so many deletions"),
  warnings: z.array(EditWarning),
  problems: z.array(z.object({ problem: z.string(), kind: z.string(), id: Uuid, key: z.string() })),
  changes: z.array(z.object({
    op: z.enum(["insert", "update", "delete"]),
    kind: z.string(),
    id: Uuid,
    /** The newest content schema in which it changes: an older one alone where that was retired and has come back. */
    schema: z.int(),
    key: z.string(),
    /** Of a question. */
    type: z.string().nullable(),
    fields: z.record(z.string(), z.object({ before: z.unknown(), after: z.unknown() })).nullable(),
  })),
});
export type ReleasePreview = z.infer<typeof ReleasePreview>;

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
  /** The release that it became, or that was the same preview, published by hand before. */
  version: z.int().nullable(),
  /** SQLSTATE of the last attempt that failed; a pending one is tried again. */
  error: z.string().nullable(),
  detail: z.string().nullable(),
});
export type Schedule = z.infer<typeof Schedule>;

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
  /** The version whose content it brought back. */
  rollback_to: z.int().nullable(),
  schedule_id: z.int().nullable(),
});
export type Release = z.infer<typeof Release>;

/** What publishing and rolling back answer. */
export const PublishedHead = Head.extend({
  published: z.boolean().describe("Whether this call wrote a release; false: there was nothing to publish"),
  warnings: z.array(EditWarning).describe("About the questions of the release that this call wrote"),
});
export type PublishedHead = z.infer<typeof PublishedHead>;

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
