// The hash tree over content rows: row, skill, domain, release (docs/protocol.md). A device computes it over what it
// holds and compares with the head's `root`; the hashes below the root tell two trees' differences. Every function takes the
// platform's SHA-256 as its last argument.
import { ContentLine } from "./content.ts";
import { type HashBytes, sha256 } from "./sha256.ts";

/** A row's place in the tree. */
export interface TreePlace {
  kind: "domain" | "skill" | "question";
  id: string;
  /** Of a skill its domain, of a question its skill, of a domain null. */
  parent: string | null;
}

/** A row in its place, with its exact line as it came, or with the line's hash. */
export type TreeRow = TreePlace & ({ line: string } | { hash: string });

/** Hashes in hex, by id. */
export interface HashTree {
  /** The release's, if all its domains are here. */
  root: string;
  domains: Map<string, string>;
  skills: Map<string, string>;
  /** Of every row, whatever its kind. */
  rows: Map<string, string>;
  /** Rows without their parent: no hash above covers them, and no release holds such rows. */
  orphans: string[];
}

/** Finds a row's place from its line. A device that keeps these as columns need not parse. */
export function treeRow(line: string): TreePlace & { line: string } {
  const row = ContentLine.parse(JSON.parse(line));
  switch (row.kind) {
    case "domain":
      return { kind: row.kind, id: row.id, parent: null, line };
    case "skill":
      return { kind: row.kind, id: row.id, parent: row.domain_id, line };
    case "question":
      return { kind: row.kind, id: row.id, parent: row.skill_id, line };
    case "tombstone":
    case "same":
      throw new TypeError("a line without a row's text is not a row of the tree");
  }
}

/** A node's text: lines `id:hash`, ascending by id; ids are lower-case hex, which JavaScript and PostgreSQL order alike. */
const nodeText = (hashes: Iterable<readonly [id: string, hash: string]>) =>
  [...hashes].sort(([a], [b]) => a < b ? -1 : 1).map(([id, hash]) => `${id}:${hash}\n`).join("");

/** A release's root: over its domains' nodes. */
export const rootHash = (domains: Iterable<readonly [id: string, hash: string]>, hash?: HashBytes): string =>
  sha256(nodeText(domains), hash);

/** A skill's or domain's node: its own row's hash first, then its children's. */
export const nodeHash = (
  own: readonly [id: string, hash: string],
  children: Iterable<readonly [id: string, hash: string]>,
  hash?: HashBytes,
): string => sha256(nodeText([own]) + nodeText(children), hash);

/** Hashes each row's node. */
function hashNodes(
  rows: TreePlace[],
  rowHashes: Map<string, string>,
  children: TreePlace[],
  childHashes: Map<string, string>,
  hash?: HashBytes,
): Map<string, string> {
  const childrenOf = new Map<string | null, [string, string][]>(rows.map((row) => [row.id, []]));
  for (const { id, parent } of children) childrenOf.get(parent)?.push([id, childHashes.get(id) ?? ""]);
  return new Map(
    rows.map(({ id }) => [id, nodeHash([id, rowHashes.get(id) ?? ""], childrenOf.get(id) ?? [], hash)]),
  );
}

/** Computes the tree over the rows of a release, or of some of its domains; each id once, in any order. */
export function hashTree(content: Iterable<TreeRow>, hash?: HashBytes): HashTree {
  const all = [...content];
  const ofKind = (kind: TreeRow["kind"]) => all.filter((row) => row.kind === kind);
  const [domainRows, skillRows, questionRows] = [ofKind("domain"), ofKind("skill"), ofKind("question")];
  const rows = new Map(
    all.map((row) => [row.id, "hash" in row ? row.hash : sha256(row.line, hash)]),
  );
  const skills = hashNodes(skillRows, rows, questionRows, rows, hash);
  const domains = hashNodes(domainRows, rows, skillRows, skills, hash);
  const isCovered = ({ kind, parent }: TreePlace) =>
    kind === "domain" || (kind === "skill" ? domains : skills).has(parent ?? "");
  return {
    root: rootHash(domains, hash),
    domains,
    skills,
    rows,
    orphans: all.filter((row) => !isCovered(row)).map((row) => row.id),
  };
}
