// Content as devices receive it: the head, and the lines of a delta's pages. Unknown fields are ignored; a row's exact
// line, which devices keep, still has them.
import { z } from "zod";
import { History, ServerInstant, Sha256, Uuid } from "./ids.ts";
import { QuestionRow } from "./question.ts";

const Version = z.int().min(1);

/** The newest release; version 0, without time and root, before the first. */
export const Head = z.object({
  history: History,
  schema: z.int(),
  version: z.int().min(0),
  published_at: ServerInstant.nullable(),
  root: Sha256.nullable().describe("The hash tree's root"),
  domains: z.int(),
  skills: z.int(),
  questions: z.int(),
  minimum_version: z.int().min(0).describe("Whoever holds less must update before studying on; 0: nobody"),
  horizon: z.int().min(0).describe(
    "A delta since a version below it is answered `cursor_too_old`; 0: none is",
  ),
  poll_after_s: z.int().min(1).describe("Seconds until the next poll, before jitter"),
  schema_ends_at: ServerInstant.nullable().describe("When this contract schema ends; null: no end is known"),
  bundled: z.object({ version: Version, root: Sha256 }).nullable().describe(
    "The newest release whose manifest names bundles for all domains, and its root. Null: none has them",
  ),
});
export type Head = z.infer<typeof Head>;

/** A field of study; holds skills. */
export const DomainRow = z.object({
  kind: z.literal("domain"),
  version: Version,
  id: Uuid,
  key: z.string(),
  title: z.string(),
  description: z.string().optional(),
  position: z.int(),
});
export type DomainRow = z.infer<typeof DomainRow>;

/** Something that can be mastered; holds questions. */
export const SkillRow = z.object({
  kind: z.literal("skill"),
  version: Version,
  id: Uuid,
  domain_id: Uuid,
  key: z.string(),
  title: z.string(),
  description: z.string().optional(),
  position: z.int(),
});
export type SkillRow = z.infer<typeof SkillRow>;

/** A row that the device is to remove, if it holds it. */
export const Tombstone = z.object({
  kind: z.literal("tombstone"),
  of: z.enum(["domain", "skill", "question"]),
  id: Uuid,
  version: Version,
});
export type Tombstone = z.infer<typeof Tombstone>;

/**
 * A row that differs in its version alone from the one at the delta's `since`, for example after a roll-back. Its line is the held one with this
 * version. Only a delta that was asked for with `same` has such lines.
 */
export const SameRow = z.object({
  kind: z.literal("same"),
  of: z.enum(["domain", "skill", "question"]),
  id: Uuid,
  version: Version,
});
export type SameRow = z.infer<typeof SameRow>;

/** A row's line with another version. Every line begins with its kind and its version. */
export const withVersion = (line: string, version: number): string =>
  line.replace(/^(\{"kind":"[a-z]+","version":)\d+/, (_, start: string) => start + version);

/** A line between the first and the last of a page. */
export const ContentLine = z.discriminatedUnion("kind", [
  DomainRow,
  SkillRow,
  QuestionRow,
  Tombstone,
  SameRow,
]);
export type ContentLine = z.infer<typeof ContentLine>;

/** The first line of a page: what it is a page of. */
export const PageLine = z.object({
  kind: z.literal("page"),
  history: History,
  schema: z.int(),
  since: z.int().min(0),
  until: z.int().min(0),
});
export type PageLine = z.infer<typeof PageLine>;

/** The last line of a page; a page without it was cut off. */
export const EndLine = z.object({
  kind: z.literal("end"),
  rows: z.int().min(0),
  next: z.string().nullable().describe("The next page's `after`"),
});
export type EndLine = z.infer<typeof EndLine>;
