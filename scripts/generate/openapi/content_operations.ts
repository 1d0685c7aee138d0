// The paths of the function `content`.
import { z } from "zod";
import * as example from "../../../client-contract/contract/examples.ts";
import { MAX_INTEGER, whole } from "../../../client-contract/contract/fields.ts";
import { History, Uuid } from "../../../client-contract/contract/ids.ts";
import {
  DEFAULT_CONTENT_SCHEMA,
  DEFAULT_PAGE_ROWS,
  MAX_DOMAINS,
  MAX_PAGE_ROWS,
} from "../../../client-contract/contract/limits.ts";
import type { PathModules } from "./function_errors.ts";
import { type FunctionOperation, LEARNER, line, NDJSON, NEVER, parameter } from "./function_operation.ts";

const schema = parameter(
  whole(1, 32767),
  `The content schema that the client reads; by default ${DEFAULT_CONTENT_SCHEMA}`,
  2,
);
const history = parameter(History, "The history that the named versions belong to", example.history);
const version = parameter(whole(0, MAX_INTEGER), "The version; by default the newest", 57);
const after = parameter(
  z.string().regex(/^[\w.-]{1,100}$/),
  "The `next` of the page before",
  "57.0.9f86d081",
);
const limit = parameter(
  whole(1, MAX_PAGE_ROWS),
  `The most rows of the page; by default ${DEFAULT_PAGE_ROWS}`,
  DEFAULT_PAGE_ROWS,
);

const PAGE = [
  line({ kind: "page", history: example.history, schema: 2, since: 56, until: 57 }),
  line({ kind: "tombstone", of: "question", id: example.question, version: 57 }),
  line({ kind: "end", rows: 1, next: null }),
].join("\n");
/** Paths that read content look at the head first. `never`: what the shared module context.ts refuses only for other paths. */
const content = (file: string, never: readonly string[] = []): PathModules => ({
  entries: [...LEARNER, "content/head_cache.ts", "content/existing.ts", `content/${file}`],
  never: [...NEVER, ...never],
});
const CUTS = ["history_changed", "cursor_ahead", "cursor_invalid", "cursor_too_old"];

const CONTENT = { tag: "Content", security: "learner", method: "get" } as const;
const PAGE_TEXT =
  "The lines of a page: a `PageLine`, then `ContentLine`s, then an `EndLine`. A page without its last line was cut off.";

/** In the order of the page. */
export const CONTENT_OPERATIONS: readonly FunctionOperation[] = [
  {
    ...CONTENT,
    id: "content_head",
    path: "/functions/v1/content/head",
    summary: "Read the newest release",
    description: "Answers which release is the newest. Devices poll it, and ask for it after a hint.",
    query: z.object({
      schema,
      history,
      expected: parameter(
        whole(0, MAX_INTEGER),
        "The version of a hint: an older cached head is refreshed",
        57,
      ),
      device: parameter(Uuid, "The device that asks; with `version`", example.device),
      version: parameter(whole(0, MAX_INTEGER), "The version that the device holds; with `device`", 56),
    }),
    isCached: true,
    success: { status: 200, description: "The head", content: { type: "application/json", model: "Head" } },
    modules: content("head.ts", CUTS),
  },
  {
    ...CONTENT,
    id: "content_delta",
    path: "/functions/v1/content/delta",
    summary: "Read what changed between two versions",
    description:
      "Answers a page of the rows that changed. `since=0` asks for a snapshot, and needs no `history`. " +
      "With `history` and `until` the answer never changes.",
    query: z.object({
      schema,
      history,
      since: parameter(whole(0, MAX_INTEGER), "The version that the device holds; by default 0", 56),
      until: parameter(whole(0, MAX_INTEGER), "The version to read; by default the newest", 57),
      domains: parameter(
        z.string().max(2 * MAX_DOMAINS * 37),
        `At most ${MAX_DOMAINS} ids of domains with commas between; by default all domains`,
        example.domain,
      ),
      after,
      limit,
      same: parameter(
        z.literal("true"),
        "Rows that differ in their version alone come without their texts",
        "true",
      ),
      device: parameter(
        Uuid,
        "The device that holds `since`, where it has not asked for the head",
        example.device,
      ),
    }),
    isCached: true,
    success: { status: 200, description: PAGE_TEXT, content: { type: NDJSON, example: PAGE } },
    modules: content("delta.ts"),
  },
  {
    ...CONTENT,
    id: "content_manifest",
    path: "/functions/v1/content/manifest",
    summary: "Read the hash tree and the bundles of a version",
    description:
      "Answers every node of the hash tree. `bundles` is empty before the release's bundles are written.",
    query: z.object({ schema, history, version }),
    isCached: true,
    success: {
      status: 200,
      description: "The manifest",
      content: { type: "application/json", model: "Manifest" },
    },
    modules: content("manifest.ts", ["cursor_invalid"]),
  },
  {
    ...CONTENT,
    id: "content_domains",
    path: "/functions/v1/content/domains",
    summary: "Read the domains' nodes of the hash tree",
    description: "Answers the upper nodes alone, for a device that holds some domains.",
    query: z.object({ schema, history, version }),
    isCached: true,
    success: {
      status: 200,
      description: "The nodes",
      content: { type: "application/json", model: "DomainNodes" },
    },
    modules: content("domains.ts", ["cursor_invalid"]),
  },
  {
    ...CONTENT,
    id: "content_node",
    path: "/functions/v1/content/node",
    summary: "Read the rows of one node, to repair damage",
    description: "Answers the rows of a skill and its questions, or a domain's own row.",
    query: z.object({
      schema,
      history,
      version,
      id: Uuid.meta({ description: "The skill or the domain", example: example.skill }),
      after,
      limit,
    }),
    isCached: true,
    success: { status: 200, description: PAGE_TEXT, content: { type: NDJSON, example: PAGE } },
    modules: {
      ...content("node.ts"),
      // A node that the version does not have.
      never: NEVER.filter((code) => code !== "not_found"),
    },
  },
  {
    ...CONTENT,
    method: "post",
    id: "content_report",
    path: "/functions/v1/content/report",
    summary: "Report damaged or repaired content",
    description:
      "Stores up to twenty reports of a learner a day; further reports are dropped with the same answer.",
    body: { type: "application/json", model: "ContentReport", description: "The report, at most 16 KiB" },
    success: { status: 204, description: "The report was taken" },
    modules: { entries: [...LEARNER, "content/report.ts"], never: NEVER },
  },
];
