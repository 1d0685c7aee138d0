// Content as devices receive it: the head, and the lines of a delta's pages. Unknown fields are ignored; a row's exact
// line, which devices keep, still has them.
import { z } from "zod";
import { describe } from "./documentation.ts";
import * as example from "./examples.ts";
import { History, ServerInstant, Sha256, Uuid } from "./ids.ts";
import { QuestionRow } from "./question.ts";

const Version = z.int().min(1);

/** A release whose manifest names bundles for all domains. */
export const BundledRelease = z.object({ version: Version, root: Sha256 });
export type BundledRelease = z.infer<typeof BundledRelease>;
/* @__PURE__ */ describe(BundledRelease, {
  id: "BundledRelease",
  title: "Bundled release",
  example: { version: 57, root: example.sha256 },
  fields: {
    version: "The release's version",
    root: "The root of the release's hash tree",
  },
});

/** The newest release; version 0, without time and root, before the first. */
export const Head = z.object({
  history: History,
  schema: z.int(),
  version: z.int().min(0),
  published_at: ServerInstant.nullable(),
  root: Sha256.nullable(),
  domains: z.int(),
  skills: z.int(),
  questions: z.int(),
  minimum_version: z.int().min(0),
  horizon: z.int().min(0),
  poll_after_s: z.int().min(1),
  schema_ends_at: ServerInstant.nullable(),
  bundled: BundledRelease.nullable(),
});
export type Head = z.infer<typeof Head>;
/* @__PURE__ */ describe(Head, {
  id: "Head",
  title: "Head of the content",
  example: example.head,
  fields: example.headFields,
});

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
/* @__PURE__ */ describe(DomainRow, {
  id: "DomainRow",
  title: "Domain",
  example: {
    kind: "domain",
    version: 57,
    id: example.domain,
    key: "tides_and_waves",
    title: "Tides and waves",
    description: "How the sea moves.",
    position: 1,
  },
  fields: {
    kind: "The kind of the row",
    version: "The release that last changed the row",
    id: "The domain",
    key: "The domain's name for instructors; stable and unique",
    title: "The title for learners",
    description: "A text for learners",
    position: "The place among the domains; ascending",
  },
});

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
/* @__PURE__ */ describe(SkillRow, {
  id: "SkillRow",
  title: "Skill",
  example: {
    kind: "skill",
    version: 57,
    id: example.skill,
    domain_id: example.domain,
    key: "tides",
    title: "Tides",
    description: "Why the sea rises and falls.",
    position: 1,
  },
  fields: {
    kind: "The kind of the row",
    version: "The release that last changed the row",
    id: "The skill",
    domain_id: "The skill's domain",
    key: "The skill's name for instructors; stable and unique",
    title: "The title for learners",
    description: "A text for learners",
    position: "The place among the domain's skills; ascending",
  },
});

/** A row that the device is to remove, if it holds it. */
export const Tombstone = z.object({
  kind: z.literal("tombstone"),
  of: z.enum(["domain", "skill", "question"]),
  id: Uuid,
  version: Version,
});
export type Tombstone = z.infer<typeof Tombstone>;
/* @__PURE__ */ describe(Tombstone, {
  id: "Tombstone",
  title: "Tombstone",
  example: { kind: "tombstone", of: "question", id: example.question, version: 57 },
  fields: {
    kind: "The kind of the line",
    of: "The kind of the row",
    id: "The row",
    version: "The release that deleted the row",
  },
});

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
/* @__PURE__ */ describe(SameRow, {
  id: "SameRow",
  title: "Row with another version",
  example: { kind: "same", of: "question", id: example.question, version: 57 },
  fields: {
    kind: "The kind of the line",
    of: "The kind of the row",
    id: "The row",
    version: "The version of the row from now on",
  },
});

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
/* @__PURE__ */ describe(ContentLine, {
  id: "ContentLine",
  title: "Line of a page",
  example: { kind: "tombstone", of: "question", id: example.question, version: 57 },
});

/** The first line of a page: what it is a page of. */
export const PageLine = z.object({
  kind: z.literal("page"),
  history: History,
  schema: z.int(),
  since: z.int().min(0),
  until: z.int().min(0),
});
export type PageLine = z.infer<typeof PageLine>;
/* @__PURE__ */ describe(PageLine, {
  id: "PageLine",
  title: "First line of a page",
  example: { kind: "page", history: example.history, schema: 2, since: 56, until: 57 },
  fields: {
    kind: "The kind of the line",
    history: "The line of the database's life that the versions belong to",
    schema: "The content schema of the page's rows",
    since: "The version that the delta begins after; 0: a snapshot",
    until: "The version that the rows lead to",
  },
});

/** The last line of a page; a page without it was cut off. */
export const EndLine = z.object({
  kind: z.literal("end"),
  rows: z.int().min(0),
  next: z.string().nullable(),
});
export type EndLine = z.infer<typeof EndLine>;
/* @__PURE__ */ describe(EndLine, {
  id: "EndLine",
  title: "Last line of a page",
  example: { kind: "end", rows: 1, next: null },
  fields: {
    kind: "The kind of the line",
    rows: "Lines between the first and the last",
    next: "The next page's `after`; null: this is the last page",
  },
});

/** A page as the function `content_delta` answers it. */
export const DeltaAnswer = z.object({ page: PageLine, lines: z.array(z.string()), end: EndLine });
export type DeltaAnswer = z.infer<typeof DeltaAnswer>;
/* @__PURE__ */ describe(DeltaAnswer, {
  id: "DeltaAnswer",
  title: "Page of a delta",
  example: {
    page: { kind: "page", history: example.history, schema: 2, since: 56, until: 57 },
    lines: [],
    end: { kind: "end", rows: 0, next: null },
  },
  fields: {
    page: "The first line",
    lines: "The exact lines of the rows",
    end: "The last line",
  },
});
