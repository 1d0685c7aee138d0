// The hash tree of one version as a device gets it, the files that hold its rows, and what a device reports when its copy
// is not what the tree says.
import { z } from "zod";
import { describe } from "./documentation.ts";
import * as example from "./examples.ts";
import { History, Sha256, Uuid } from "./ids.ts";

/** A node of the hash tree. */
export const Node = z.object({ id: Uuid, hash: Sha256, rows: z.int().min(1) });
export type Node = z.infer<typeof Node>;
/* @__PURE__ */ describe(Node, {
  id: "Node",
  title: "Node of the hash tree",
  example: { id: example.skill, hash: example.sha256, rows: 8 },
  fields: {
    id: "The skill or the domain",
    hash: "The hash of the node's rows",
    rows: "The node's own row and all rows below it",
  },
});

/** A domain's node, with those of its skills. */
export const DomainNode = Node.extend({ skills: z.array(Node) });
export type DomainNode = z.infer<typeof DomainNode>;
/* @__PURE__ */ describe(DomainNode, {
  id: "DomainNode",
  title: "Domain's node of the hash tree",
  example: {
    id: example.domain,
    hash: example.sha256,
    rows: 9,
    skills: [{ id: example.skill, hash: example.sha256, rows: 8 }],
  },
  fields: {
    id: "The skill or the domain",
    hash: "The hash of the node's rows",
    rows: "The node's own row and all rows below it",
    skills: "The nodes of the domain's skills, in ascending order of their ids",
  },
});

/**
 * A file with rows of one domain at the manifest's version: gzipped NDJSON, the same lines as a snapshot's, at most 1 MiB of them unless one row
 * has more. All files of a domain have all of its rows.
 */
export const Bundle = z.object({
  domain_id: Uuid,
  url: z.string(),
  bytes: z.int().min(1),
  sha256: Sha256,
  rows: z.int().min(1),
});
export type Bundle = z.infer<typeof Bundle>;
/* @__PURE__ */ describe(Bundle, {
  id: "Bundle",
  title: "Bundle",
  example: {
    domain_id: example.domain,
    url: "https://project.supabase.co/storage/v1/object/sign/bundles/eb5e1b0be233b850/57.ndjson.gz?token=e30",
    bytes: 51230,
    sha256: example.sha256,
    rows: 9,
  },
  fields: {
    domain_id: "The domain whose rows the file holds",
    url:
      "A signed URL, the same for all devices and valid for hours; it is fetched without the learner's token",
    bytes: "Size of the file, as downloaded",
    sha256: "The hash of the file, as downloaded",
    rows: "Rows in this file",
  },
});

/** All nodes of the hash tree at a version, in ascending order of their ids. The same for ever, but for `bundles`. */
export const Manifest = z.object({
  history: History,
  schema: z.int(),
  version: z.int().min(1),
  root: Sha256,
  rows: z.int().min(0),
  domains: z.array(DomainNode),
  bundles: z.array(Bundle),
});
export type Manifest = z.infer<typeof Manifest>;
/* @__PURE__ */ describe(Manifest, {
  id: "Manifest",
  title: "Manifest",
  example: {
    history: example.history,
    schema: 2,
    version: 57,
    root: example.sha256,
    rows: 9,
    domains: [{
      id: example.domain,
      hash: example.sha256,
      rows: 9,
      skills: [{ id: example.skill, hash: example.sha256, rows: 8 }],
    }],
    bundles: [],
  },
  fields: {
    history: "The line of the database's life that the version belongs to",
    schema: "The content schema of the hashes",
    version: "The release",
    root: "The root of the release's hash tree",
    rows: "Rows of the release",
    domains: "All domains, in ascending order of their ids",
    bundles:
      "One or more files for each domain, in order; empty before they are written, or if this release's files are deleted",
  },
});

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
/* @__PURE__ */ describe(DomainNodes, {
  id: "DomainNodes",
  title: "Nodes of the domains",
  example: {
    history: example.history,
    schema: 2,
    version: 57,
    root: example.sha256,
    domains: [{ id: example.domain, hash: example.sha256, rows: 9 }],
  },
  fields: {
    history: "The line of the database's life that the version belongs to",
    schema: "The content schema of the hashes",
    version: "The release",
    root: "The root of the release's hash tree",
    domains: "All domains, in ascending order of their ids",
  },
});

/** A device's cache was found damaged, or has been repaired. */
export const ContentReport = z.object({
  kind: z.enum(["mismatch", "repair"]),
  version: z.int().min(1),
  rows: z.int().min(0),
  nodes: z.array(Uuid).max(200),
});
export type ContentReport = z.infer<typeof ContentReport>;
/* @__PURE__ */ describe(ContentReport, {
  id: "ContentReport",
  title: "Report of damaged content",
  example: { kind: "mismatch", version: 57, rows: 1, nodes: [example.skill] },
  fields: {
    kind: "`mismatch`: damage was found; `repair`: it was repaired",
    version: "The release that the device holds",
    rows: "Rows that were wrong or missing (mismatch), or were fetched (repair)",
    nodes: "The damaged skills and domains; the first 200",
  },
});
