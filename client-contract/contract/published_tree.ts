// The hash tree as the server published it, which rows are checked against.
import { rootHash } from "./hash_tree.ts";
import type { Manifest } from "./manifest.ts";
import type { HashBytes } from "./sha256.ts";

/** A domain's node, and its skills' by id. */
export interface PublishedDomain {
  hash: string;
  skills: Map<string, string>;
}

/** All domains by id. */
export type PublishedTree = Map<string, PublishedDomain>;

/** A manifest's tree. */
export function publishedTree({ domains }: Manifest): PublishedTree {
  return new Map(domains.map(({ id, hash, skills }) => [
    id,
    { hash, skills: new Map(skills.map((skill) => [skill.id, skill.hash])) },
  ]));
}

/** Whether the domains' hashes come to a root. Those of the skills show with the rows: see `findDamage`. */
export function hasRoot(tree: PublishedTree, root: string, hash?: HashBytes): boolean {
  return rootHash([...tree].map(([id, { hash }]) => [id, hash]), hash) === root;
}
