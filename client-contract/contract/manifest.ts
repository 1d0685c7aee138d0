// The hash tree of one version as a device gets it, the files that hold its rows, and what a device reports when its copy
// is not what the tree says.
import { z } from "zod";
import { History, Sha256, Uuid } from "./ids.ts";

/** A node's `rows` are its own row and all below. */
const Node = z.object({ id: Uuid, hash: Sha256, rows: z.int().min(1) });

/**
 * A file with rows of one domain at the manifest's version: gzipped NDJSON, the same lines as a snapshot's, at most 1 MiB of them unless one row
 * has more. All files of a domain have all of its rows.
 */
export const Bundle = z.object({
  domain_id: Uuid,
  url: z.string().describe("Shared by all devices, and good for hours: fetched without the learner's token"),
  bytes: z.int().min(1).describe("Of the file, as downloaded"),
  sha256: Sha256.describe("Of the file, as downloaded"),
  rows: z.int().min(1).describe("Of this file"),
});
export type Bundle = z.infer<typeof Bundle>;

/** All nodes of the hash tree at a version, in ascending order of their ids. The same for ever, but for `bundles`. */
export const Manifest = z.object({
  history: History,
  schema: z.int(),
  version: z.int().min(1),
  root: Sha256,
  rows: z.int().min(0),
  domains: z.array(Node.extend({ skills: z.array(Node) })),
  bundles: z.array(Bundle).describe(
    "One or more a domain, in order; none before they are written, or where that release's are gone",
  ),
});
export type Manifest = z.infer<typeof Manifest>;

/**
 * The domains' nodes at a version, in ascending order of their ids. A device with some domains computes their hashes itself, and needs only those
 * of the others to compute the root. Never changes.
 */
export const DomainNodes = z.object({
  history: History,
  schema: z.int(),
  version: z.int().min(1),
  root: Sha256,
  domains: z.array(Node),
});
export type DomainNodes = z.infer<typeof DomainNodes>;

/** A device's cache was found damaged, or has been repaired. */
export const ContentReport = z.object({
  kind: z.enum(["mismatch", "repair"]),
  version: z.int().min(1).describe("The release that the device holds"),
  rows: z.int().min(0).describe("Rows that were wrong or missing (mismatch), or were fetched (repair)"),
  nodes: z.array(Uuid).max(200).describe("The damaged skills and domains; the first 200"),
});
export type ContentReport = z.infer<typeof ContentReport>;
