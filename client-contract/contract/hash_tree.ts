// The hash tree over content rows: row, skill, domain, release (docs/protocol.md). A device computes it over what it
// holds and compares with the head's `root`; the hashes below the root tell two trees' differences.
//
// WebCrypto only: it is asynchronous, but it is in browsers, Deno and Node alike, and needs no library.
import { ContentLine } from "./content.ts";

/** A row in its place in the tree. */
export interface TreeRow {
  kind: "domain" | "skill" | "question";
  id: string;
  /** Of a skill its domain, of a question its skill, of a domain null. */
  parent: string | null;
  /** The row's exact line, as it came; or its bytes, where they may no longer be a text. */
  line: string | Uint8Array<ArrayBuffer>;
  /** The line's hash, where it is known already. */
  hash?: string;
}

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

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

const encoder = new TextEncoder();

/** The SHA-256 of bytes, or of a text's UTF-8 bytes, in hex. */
export async function sha256(data: string | Uint8Array<ArrayBuffer>): Promise<string> {
  const bytes = typeof data === "string" ? encoder.encode(data) : data;
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  let hex = "";
  for (const byte of digest) hex += HEX[byte];
  return hex;
}

/** Finds a row's place from its line. A device that keeps these as columns need not parse. */
export function treeRow(line: string): TreeRow & { line: string } {
  const row = ContentLine.parse(JSON.parse(line));
  switch (row.kind) {
    case "domain":
      return { kind: row.kind, id: row.id, parent: null, line };
    case "skill":
      return { kind: row.kind, id: row.id, parent: row.domain_id, line };
    case "question":
      return { kind: row.kind, id: row.id, parent: row.skill_id, line };
    case "tombstone":
      throw new TypeError("a tombstone is not a row of the tree");
  }
}

/** A node's text: lines `id:hash`, ascending by id; ids are lower-case hex, which JavaScript and PostgreSQL order alike. */
const nodeText = (hashes: Iterable<readonly [id: string, hash: string]>) =>
  [...hashes].sort(([a], [b]) => a < b ? -1 : 1).map(([id, hash]) => `${id}:${hash}\n`).join("");

/** A release's root: over its domains' nodes. */
export const rootHash = (domains: Iterable<readonly [id: string, hash: string]>): Promise<string> =>
  sha256(nodeText(domains));

/** A skill's or domain's node: its own row's hash first, then its children's. */
export const nodeHash = (
  own: readonly [id: string, hash: string],
  children: Iterable<readonly [id: string, hash: string]>,
): Promise<string> => sha256(nodeText([own]) + nodeText(children));

/** Hashes each row's node. */
async function hashNodes(
  rows: TreeRow[],
  rowHashes: Map<string, string>,
  children: TreeRow[],
  childHashes: Map<string, string>,
): Promise<Map<string, string>> {
  const childrenOf = new Map<string | null, [string, string][]>(rows.map((row) => [row.id, []]));
  for (const { id, parent } of children) childrenOf.get(parent)?.push([id, childHashes.get(id) ?? ""]);
  return new Map(
    await Promise.all(rows.map(async ({ id }) => {
      const hash = await nodeHash([id, rowHashes.get(id) ?? ""], childrenOf.get(id) ?? []);
      return [id, hash] as const;
    })),
  );
}

/** Computes the tree over the rows of a release, or of some of its domains; each id once, in any order. */
export async function hashTree(content: Iterable<TreeRow>): Promise<HashTree> {
  const all = [...content];
  const ofKind = (kind: TreeRow["kind"]) => all.filter((row) => row.kind === kind);
  const [domainRows, skillRows, questionRows] = [ofKind("domain"), ofKind("skill"), ofKind("question")];
  const rows = new Map(
    await Promise.all(all.map(async ({ id, line, hash }) => [id, hash ?? await sha256(line)] as const)),
  );
  const skills = await hashNodes(skillRows, rows, questionRows, rows);
  const domains = await hashNodes(domainRows, rows, skillRows, skills);
  const root = await rootHash(domains);
  const parents = new Set([...domains.keys(), ...skills.keys(), null]);
  return {
    root,
    domains,
    skills,
    rows,
    orphans: all.filter((row) => !parents.has(row.parent)).map((row) => row.id),
  };
}
