// Every sync looks at a part of the cache, the next one at the next part: whatever a disk does to a row is found in the end,
// whether or not the app ever asks for a verification.
import { z } from "zod";
import { hasRoot, type PublishedDomain, type PublishedTree } from "../contract/published_tree.ts";
import { group, hasOwnRow, isWhole } from "./content_damage.ts";
import { scanNode } from "./content_rows.ts";
import { isSameScope, readScope, type Scope } from "./content_scope.ts";
import { isInOrder, keptTree, readable } from "./content_tree.ts";
import { type DeviceContext, readState } from "./context.ts";
import type { Database } from "./database.ts";

/**
 * Rows that one sync looks at, at least; the node in which they are used up is looked at to its end. 1,000 take about 30 ms
 * (2 cores, shared): 50,000 are through after 50 syncs, half a day at the usual poll.
 */
const CHECK_ROWS = 1000;

/** A node of the kept tree, with what it takes to check it. */
interface KeptNode {
  kind: "domain" | "skill";
  id: string;
  domainId: string;
  domain: PublishedDomain;
}

/** The nodes whose rows are held, in an order that stays the same. */
function heldNodes(tree: PublishedTree, { kind, cursors }: Scope): KeptNode[] {
  return [...tree].flatMap(([domainId, domain]): KeptNode[] => {
    if (kind !== "all" && !cursors.get(domainId)) return [];
    const skills = [...domain.skills.keys()].map((id): KeptNode => ({ kind: "skill", id, domainId, domain }));
    return [{ kind: "domain", id: domainId, domainId, domain }, ...skills];
  }).sort((a, b) => a.id < b.id ? -1 : 1);
}

/** What a look at a part of the cache found. */
export interface Checked {
  /** Rows that were looked at, of the nodes that are sound. */
  rows: number;
  /** Rows that are certainly damaged; at least 1 where anything is. */
  damaged: number;
}

async function checkNode(db: Database, node: KeptNode): Promise<Checked> {
  const { kind, id, domainId, domain } = node;
  const scan = readable(() => scanNode(db, kind, id));
  if (!scan) return { rows: 0, damaged: 1 };
  const { rows, rubbish } = await scan;
  const held = group(rows);
  const isSound = kind === "domain"
    ? await hasOwnRow(domainId, domain, held)
    : await isWhole(domainId, id, domain.skills.get(id) ?? "", held);
  if (isSound && rubbish.length === 0) return { rows: rows.length, damaged: 0 };
  const broken = rows.filter(({ isSound }) => !isSound).length + rubbish.length;
  return { rows: 0, damaged: Math.max(broken, 1) };
}

/** What belongs to no node, and indexes: looked at when all nodes have had their turn (10,000 rows take 130 ms). */
function isTidy(db: Database): boolean {
  const strays = readable(() =>
    db.all(
      z.unknown(),
      `select 1 from content_row c where not exists (
         select 1 from content_node n
         where n.kind = case c.kind when 'domain' then 'domain' else 'skill' end
           and n.id = case c.kind when 'question' then c.skill_id else c.id end) limit 1`,
    )
  );
  return strays?.length === 0 && isInOrder(db);
}

/** Looks at the next part of the cache. Damage makes the cache suspect, and the update that follows repairs it. */
export async function checkContent(
  { db }: DeviceContext,
  checkRows = CHECK_ROWS,
): Promise<Checked> {
  const { content_version, content_root, content_checked, content_suspect } = readState(db);
  if (content_version === 0 || content_root === null || content_suspect === 1) {
    return { rows: 0, damaged: 0 };
  }
  const scope = readScope(db);
  const tree = readable(() => keptTree(db)) ?? new Map();
  const nodes = heldNodes(tree, scope);
  const found: Checked = { rows: 0, damaged: await hasRoot(tree, content_root) ? 0 : 1 };
  const start = nodes.findIndex(({ id }) => id > (content_checked ?? ""));
  let last: string | null = null;
  for (const node of nodes.slice(Math.max(start, 0))) {
    if (found.damaged > 0 || found.rows >= checkRows) break;
    const { rows, damaged } = await checkNode(db, node);
    found.rows += rows;
    found.damaged = damaged;
    last = node.id;
  }
  const isRound = last === (nodes.at(-1)?.id ?? null);
  if (found.damaged === 0 && isRound && !isTidy(db)) found.damaged = 1;
  // Domains that the learner has let go of meanwhile are no damage.
  if (!isSameScope(scope, readScope(db))) return { ...found, damaged: 0 };
  db.run(
    "update sync_state set content_checked = ?, content_suspect = ?",
    isRound ? null : last,
    found.damaged === 0 ? 0 : 1,
  );
  return found;
}
