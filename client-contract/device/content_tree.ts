// Whether the cache is what was published: without a network, by the hash tree that was kept beside the rows.
import { z } from "zod";
import { hasRoot, type PublishedTree } from "../contract/published_tree.ts";
import { findDamage } from "./content_damage.ts";
import { type HeldRow, scanCache } from "./content_rows.ts";
import { readScope } from "./content_scope.ts";
import { readState } from "./context.ts";
import { type Database, isCorruption } from "./database.ts";

// Whatever a flipped bit has made of them: what is no hash any more is not the published one.
const Node = z.object({ kind: z.unknown(), id: z.unknown(), domain_id: z.unknown(), hash: z.unknown() })
  .transform(({ kind, ...node }) => ({
    kind,
    id: String(node.id),
    domain_id: String(node.domain_id),
    hash: String(node.hash),
  }));
const Check = z.object({ integrity_check: z.string() });

/** What a check of the cache found. */
export interface VerifyReport {
  /** The cache is what the server published as this version. */
  ok: boolean;
  /** The content version that is held; 0: none. */
  version: number;
  /** The root hash that was published for that version, in hex; null where none is held. */
  root: string | null;
  /** Rows that were looked at. */
  rows: number;
  /** Rows that have changed since they were written. A row that is missing, or too many, shows in the nodes only. */
  damaged: { kind: HeldRow["kind"]; id: string }[];
  /** Skills and domains that are not what was published. None are named where the file is damaged beyond its rows. */
  nodes: string[];
}

/** The published tree as it was kept. */
export function keptTree(db: Database): PublishedTree {
  const tree: PublishedTree = new Map();
  for (
    const { kind, id, domain_id, hash } of db.all(
      Node,
      "select kind, id, domain_id, hash from content_node order by kind",
    )
  ) {
    if (kind === "domain") tree.set(id, { hash, skills: new Map() });
    else tree.get(domain_id)?.skills.set(id, hash);
  }
  return tree;
}

/** Whether SQLite finds indexes and constraints of the cache as they should be. */
export function isInOrder(db: Database): boolean {
  try {
    const found = db.all(Check, "pragma integrity_check(content_row)");
    return found.every(({ integrity_check }) => integrity_check === "ok");
  } catch {
    // A body that is no JSON any more ends the check itself, by the constraint that reads it.
    return false;
  }
}

/** What can be read; undefined where SQLite can't make rows of it any more. */
export function readable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (isCorruption(error)) return undefined;
    throw error;
  }
}

/**
 * Hashes the whole cache again and climbs the tree: row, skill, domain, release. What is found damaged is fetched by
 * the next sync, and stays readable until then.
 */
export async function verifyContent(db: Database): Promise<VerifyReport> {
  const { content_version: version, content_root: root } = readState(db);
  if (version === 0 || root === null) return { ok: true, version, root, rows: 0, damaged: [], nodes: [] };
  const { kind, cursors } = readScope(db);
  const held = new Set([...cursors].filter(([, cursor]) => cursor > 0).map(([id]) => id));
  // All of it is read before the first await, so that it is one state.
  const tree = readable(() => keptTree(db)) ?? new Map();
  const inOrder = isInOrder(db);
  const scan = readable(() => scanCache(db));
  if (!scan) {
    db.run("update sync_state set content_suspect = 1");
    return { ok: false, version, root, rows: 0, damaged: [], nodes: [] };
  }
  const { rows, rubbish } = await scan;
  const { skills, domains, drop } = await findDamage(rows, tree, kind === "all" ? null : held);
  const damaged = rows.filter(({ isSound }) => !isSound).map(({ kind, id }) => ({ kind, id }));
  const isTree = await hasRoot(tree, root);
  const ok = inOrder && isTree && rubbish.length + skills.size + domains.size + drop.length === 0;
  // A release may have been applied while this was hashing; then the verdict is about the one before.
  if (!ok) db.run("update sync_state set content_suspect = 1 where content_version = ?", version);
  return { ok, version, root, rows: rows.length, damaged, nodes: [...domains, ...skills] };
}
