// Checks without a network whether the cache is what was published, by the hash tree that is stored beside the rows.
import { z } from "zod";
import { hasRoot, type PublishedTree } from "../contract/published_tree.ts";
import type { HashBytes } from "../contract/sha256.ts";
import { type Damage, findDamage, isNone } from "./content_damage.ts";
import { type HeldRow, scanCache } from "./content_rows.ts";
import { readScope } from "./content_scope.ts";
import { suspect } from "./content_suspects.ts";
import { readState } from "./context.ts";
import { type Database, isCorruption } from "./database.ts";
import { keptNodes, suspectContent } from "./queries.gen.ts";

// Without checks: a damaged hash simply differs from the published one.
const Node = z.object({ kind: z.unknown(), id: z.unknown(), domain_id: z.unknown(), hash: z.unknown() })
  .transform(({ kind, ...node }) => ({
    kind,
    id: String(node.id),
    domain_id: String(node.domain_id),
    hash: String(node.hash),
  }));
const Check = z.object({ integrity_check: z.string() });

/** The result of checking the cache. */
export interface VerifyReport {
  /** The cache is what the server published as this version. */
  ok: boolean;
  /** The held content version; 0: none. */
  version: number;
  /** The published root hash of that version, in hex; null if none is held. */
  root: string | null;
  /** Checked rows. */
  rows: number;
  /** Rows that have changed since they were written. Missing and surplus rows show in the nodes only. */
  damaged: { kind: HeldRow["kind"]; id: string }[];
  /** Skills and domains that differ from what was published. Empty if the file is damaged beyond its rows. */
  nodes: string[];
}

/** The published tree as it was stored. */
export function keptTree(db: Database): PublishedTree {
  const tree: PublishedTree = new Map();
  for (
    const { kind, id, domain_id, hash } of db.all(
      Node,
      keptNodes,
    )
  ) {
    if (kind === "domain") tree.set(id, { hash, skills: new Map() });
    else tree.get(domain_id)?.skills.set(id, hash);
  }
  return tree;
}

/**
 * The tree of a release, if the computed one is part of it. Of the domains that the device does not hold, it has the published hashes alone.
 * `wanted`: the domains to hold; null: all. `published`: the hashes of all domains, needed unless all are held.
 */
export function matchedTree(
  computed: PublishedTree,
  { wanted, root, hash }: { wanted: ReadonlySet<string> | null; root: string; hash: HashBytes | undefined },
  published: ReadonlyMap<string, string> | undefined,
): PublishedTree | undefined {
  if (wanted === null) return hasRoot(computed, root, hash) ? computed : undefined;
  if (!published || ![...wanted].every((id) => computed.get(id)?.hash === published.get(id))) {
    return undefined;
  }
  return new Map([...published].map(([id, hash]) => {
    const skills = wanted.has(id) ? computed.get(id)?.skills : undefined;
    return [id, { hash, skills: skills ?? new Map() }];
  }));
}

/**
 * Whether SQLite finds the table and the indexes of the cache intact. Its check constraints are left out: a scan compares the same columns with
 * the body, and both together took a quarter longer.
 */
export function isInOrder(db: Database): boolean {
  db.run("pragma ignore_check_constraints = on");
  try {
    const found = db.all(Check, "pragma integrity_check(content_row)");
    return found.every(({ integrity_check }) => integrity_check === "ok");
  } catch {
    // A body that is no longer JSON makes the check itself fail, in a column that is read from it.
    return false;
  } finally {
    db.run("pragma ignore_check_constraints = off");
  }
}

/** The readable rows; undefined if SQLite can't read the table any more. */
export function readable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (isCorruption(error)) return undefined;
    throw error;
  }
}

/** Whether all damage is in rows of these nodes, so that no other row or index needs to be read again. */
const isConfined = ({ skills, domains, drop }: Damage): boolean =>
  skills.size + domains.size > 0 &&
  drop.every(({ kind, id, parent }) =>
    kind === "domain" ? domains.has(id) : skills.has(kind === "skill" ? id : parent ?? "")
  );

/**
 * Hashes the whole cache and compares it with the tree: row, skill, domain, release. The next sync fetches damaged nodes, which stay readable
 * until then. Nothing awaits, so that all of it is one consistent state.
 */
export function verifyContent(db: Database): VerifyReport {
  const { content_version: version, content_root: root } = readState(db);
  if (version === 0 || root === null) return { ok: true, version, root, rows: 0, damaged: [], nodes: [] };
  const { kind, cursors } = readScope(db);
  const held = new Set([...cursors].filter(([, cursor]) => cursor > 0).map(([id]) => id));
  const tree = readable(() => keptTree(db)) ?? new Map();
  const inOrder = isInOrder(db);
  const scan = readable(() => scanCache(db));
  if (!scan) {
    db.run(suspectContent);
    return { ok: false, version, root, rows: 0, damaged: [], nodes: [] };
  }
  const { rows, rubbish } = scan;
  const wanted = kind === "all" ? null : held;
  const damage = findDamage({ rows, wanted, suspects: null }, tree, db.hash);
  const damaged = rows.filter(({ isSound }) => !isSound).map(({ kind, id }) => ({ kind, id }));
  const isSound = inOrder && hasRoot(tree, root, db.hash) && rubbish.length === 0;
  const ok = isSound && isNone(damage);
  const nodes = [...damage.domains, ...damage.skills];
  if (!ok) suspect(db, isSound && isConfined(damage) ? nodes : []);
  return { ok, version, root, rows: rows.length, damaged, nodes };
}
