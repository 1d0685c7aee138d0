// Every sync checks a part of the cache, and the next sync continues there. So any damage on the disk is found in the end, whether or not the
// app ever calls `verify`.
import { z } from "zod";
import { hasRoot, type PublishedDomain, type PublishedTree } from "../contract/published_tree.ts";
import { group, hasOwnRow, isWhole } from "./content_damage.ts";
import { scanNode } from "./content_rows.ts";
import { readScope, type Scope } from "./content_scope.ts";
import { isInOrder, keptTree, readable } from "./content_tree.ts";
import { type DeviceContext, readState } from "./context.ts";
import type { Database } from "./database.ts";
import * as queries from "./queries.gen.ts";

/**
 * The least number of rows that one sync checks; the last node is checked to its end. 1,000 rows take about 30 ms (2 cores, shared). So
 * 50,000 rows are checked in 50 syncs, which is half a day at the usual poll.
 */
const CHECK_ROWS = 1000;

/** A node of the stored tree, with its hashes. */
interface KeptNode {
  kind: "domain" | "skill";
  id: string;
  domainId: string;
  domain: PublishedDomain;
}

/** The nodes whose rows the device holds, always in the same order. */
function heldNodes(tree: PublishedTree, { kind, cursors }: Scope): KeptNode[] {
  return [...tree].flatMap(([domainId, domain]): KeptNode[] => {
    if (kind !== "all" && !cursors.get(domainId)) return [];
    const skills = [...domain.skills.keys()].map((id): KeptNode => ({ kind: "skill", id, domainId, domain }));
    return [{ kind: "domain", id: domainId, domainId, domain }, ...skills];
  }).sort((a, b) => a.id < b.id ? -1 : 1);
}

/** The result of checking a part of the cache. */
export interface Checked {
  /** Checked rows of intact nodes. */
  rows: number;
  /** Rows that are certainly damaged; at least 1 if anything is damaged. */
  damaged: number;
}

function checkNode(db: Database, node: KeptNode): Checked {
  const { kind, id, domainId, domain } = node;
  const scan = readable(() => scanNode(db, kind, id));
  if (!scan) return { rows: 0, damaged: 1 };
  const { rows, rubbish } = scan;
  const held = group(rows, db.hash);
  const isSound = kind === "domain"
    ? hasOwnRow(domainId, domain, held)
    : isWhole(domainId, id, domain.skills.get(id) ?? "", held);
  if (isSound && rubbish.length === 0) return { rows: rows.length, damaged: 0 };
  const broken = rows.filter(({ isSound }) => !isSound).length + rubbish.length;
  return { rows: 0, damaged: Math.max(broken, 1) };
}

/** Whether the rows of some nodes of the stored tree are the published ones. */
export function areWhole(db: Database, ids: ReadonlySet<string>): boolean {
  const nodes = heldNodes(keptTree(db), readScope(db)).filter(({ id }) => ids.has(id));
  return nodes.every((node) => checkNode(db, node).damaged === 0);
}

/** Checks rows of no node, and the indexes, after all nodes were checked (10,000 rows take 130 ms). */
function isTidy(db: Database): boolean {
  const strays = readable(() => db.all(z.unknown(), queries.strayRow));
  return strays?.length === 0 && isInOrder(db);
}

/** Checks the next part of the cache. Damage marks the cache as suspect, and the update that follows repairs it. */
export function checkContent({ db }: DeviceContext, checkRows = CHECK_ROWS): Checked {
  const { content_version, content_root, content_checked, content_suspect } = readState(db);
  if (content_version === 0 || content_root === null || content_suspect === 1) {
    return { rows: 0, damaged: 0 };
  }
  const scope = readScope(db);
  const tree = readable(() => keptTree(db)) ?? new Map();
  const nodes = heldNodes(tree, scope);
  const found: Checked = { rows: 0, damaged: hasRoot(tree, content_root, db.hash) ? 0 : 1 };
  const start = nodes.findIndex(({ id }) => id > (content_checked ?? ""));
  let last: string | null = null;
  for (const node of nodes.slice(Math.max(start, 0))) {
    if (found.damaged > 0 || found.rows >= checkRows) break;
    const { rows, damaged } = checkNode(db, node);
    found.rows += rows;
    found.damaged = damaged;
    last = node.id;
  }
  const isRound = last === (nodes.at(-1)?.id ?? null);
  if (found.damaged === 0 && isRound && !isTidy(db)) found.damaged = 1;
  db.run(
    queries.rememberChecked,
    isRound ? null : last,
    found.damaged === 0 ? 0 : 1,
  );
  return found;
}
