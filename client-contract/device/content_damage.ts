// From the rows that are held and the tree that was published: which nodes are not what they should be.
import { nodeHash } from "../contract/hash_tree.ts";
import type { PublishedDomain, PublishedTree } from "../contract/published_tree.ts";
import type { HeldRow } from "./content_rows.ts";

/** What is wrong. */
export interface Damage {
  /** Skills whose rows are to be fetched: their own and their questions'. */
  skills: Set<string>;
  /** Domains whose own row is to be fetched. */
  domains: Set<string>;
  /** Held rows that are to go: all of those nodes, and such as are in no node. */
  drop: HeldRow[];
}

/** Rows by what they are found by. */
export interface Groups {
  domains: Map<string, HeldRow[]>;
  skills: Map<string, HeldRow[]>;
  questions: Map<string | null, HeldRow[]>;
}

/** Groups them. */
export function group(rows: HeldRow[]): Groups {
  const by = <K>(kind: HeldRow["kind"], key: (row: HeldRow) => K) =>
    Map.groupBy(rows.filter((row) => row.kind === kind), key);
  return {
    domains: by("domain", ({ id }) => id),
    skills: by("skill", ({ id }) => id),
    questions: by("question", ({ parent }) => parent),
  };
}

/** The one sound row of those; several under one id mean that the key's index is broken. */
const single = (rows: HeldRow[] = []): HeldRow | undefined =>
  rows.length === 1 && rows[0]?.isSound ? rows[0] : undefined;

/** Whether the skill's own row and its questions are the published ones. */
export async function isWhole(
  domainId: string,
  skillId: string,
  hash: string,
  held: Groups,
): Promise<boolean> {
  const own = single(held.skills.get(skillId));
  const questions = held.questions.get(skillId) ?? [];
  if (own?.parent !== domainId || questions.some(({ isSound }) => !isSound)) return false;
  return await nodeHash([skillId, own.hash], questions.map((row) => [row.id, row.hash])) === hash;
}

/** Whether the domain's own row is the one that, with the skills' published hashes, makes the domain's. */
export async function hasOwnRow(domainId: string, { hash, skills }: PublishedDomain, held: Groups) {
  const own = single(held.domains.get(domainId));
  return own !== undefined && await nodeHash([domainId, own.hash], skills) === hash;
}

/**
 * Compares rows with the tree, domain by domain; `wanted` are the domains to be held (null: all). A skill's damage stays
 * the skill's: its domain's own row is tested with the skills' published hashes.
 */
export async function findDamage(
  rows: HeldRow[],
  tree: PublishedTree,
  wanted: ReadonlySet<string> | null,
): Promise<Damage> {
  const held = group(rows);
  const damage: Damage = { skills: new Set(), domains: new Set(), drop: [] };
  const [domains, skills] = [new Set<string>(), new Set<string>()];
  for (const [domainId, domain] of tree) {
    if (wanted !== null && !wanted.has(domainId)) continue;
    domains.add(domainId);
    if (!await hasOwnRow(domainId, domain, held)) damage.domains.add(domainId);
    for (const [skillId, hash] of domain.skills) {
      skills.add(skillId);
      if (!await isWhole(domainId, skillId, hash, held)) damage.skills.add(skillId);
    }
  }
  damage.drop = rows.filter((row) => {
    if (row.kind === "domain") return !domains.has(row.id) || damage.domains.has(row.id);
    const skillId = row.kind === "skill" ? row.id : row.parent ?? "";
    return !skills.has(skillId) || damage.skills.has(skillId);
  });
  return damage;
}

/** Whether nothing is wrong. */
export const isNone = ({ skills, domains, drop }: Damage): boolean =>
  skills.size + domains.size + drop.length === 0;
