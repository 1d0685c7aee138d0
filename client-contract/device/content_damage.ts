// Finds damaged nodes by comparing the held rows with the published tree.
import { nodeHash } from "../contract/hash_tree.ts";
import type { PublishedDomain, PublishedTree } from "../contract/published_tree.ts";
import type { HashBytes } from "../contract/sha256.ts";
import type { HeldRow } from "./content_rows.ts";

/** The damage that was found. */
export interface Damage {
  /** Skills whose own rows and questions must be fetched. */
  skills: Set<string>;
  /** Domains whose own row must be fetched. */
  domains: Set<string>;
  /** Held rows to remove: all rows of those nodes, and rows that belong to no node. */
  drop: HeldRow[];
}

/** Rows grouped by node. */
export interface Groups {
  domains: Map<string, HeldRow[]>;
  skills: Map<string, HeldRow[]>;
  questions: Map<string | null, HeldRow[]>;
  /** The device's SHA-256. */
  hash: HashBytes | undefined;
}

/** Groups them. */
export function group(rows: HeldRow[], hash: HashBytes | undefined): Groups {
  const by = <K>(kind: HeldRow["kind"], key: (row: HeldRow) => K) =>
    Map.groupBy(rows.filter((row) => row.kind === kind), key);
  return {
    domains: by("domain", ({ id }) => id),
    skills: by("skill", ({ id }) => id),
    questions: by("question", ({ parent }) => parent),
    hash,
  };
}

/** The only row of those, if it is intact; several rows with one id mean that the index of the key is damaged. */
const single = (rows: HeldRow[] = []): HeldRow | undefined =>
  rows.length === 1 && rows[0]?.isSound ? rows[0] : undefined;

/** Whether the skill's own row and its questions are the published ones. */
export function isWhole(
  domainId: string,
  skillId: string,
  hash: string,
  held: Groups,
): boolean {
  const own = single(held.skills.get(skillId));
  const questions = held.questions.get(skillId) ?? [];
  if (own?.parent !== domainId || questions.some(({ isSound }) => !isSound)) return false;
  return nodeHash([skillId, own.hash], questions.map((row) => [row.id, row.hash]), held.hash) === hash;
}

/** Whether the domain's own row and the published hashes of its skills give the domain's published hash. */
export function hasOwnRow(domainId: string, { hash, skills }: PublishedDomain, held: Groups): boolean {
  const own = single(held.domains.get(domainId));
  return own !== undefined && nodeHash([domainId, own.hash], skills, held.hash) === hash;
}

/** What is compared. */
export interface Compared {
  rows: HeldRow[];
  /** The domains to hold; null: all. */
  wanted: ReadonlySet<string> | null;
  /** The nodes that the rows are of; null: all. */
  suspects: ReadonlySet<string> | null;
}

/**
 * Compares rows with the tree, domain by domain. Damage in a skill does not make its domain's own row look damaged, because that row is tested
 * with the published hashes of the skills.
 */
export function findDamage(
  { rows, wanted, suspects }: Compared,
  tree: PublishedTree,
  hash: HashBytes | undefined,
): Damage {
  const held = group(rows, hash);
  const isSuspect = (id: string) => suspects?.has(id) ?? true;
  const damage: Damage = { skills: new Set(), domains: new Set(), drop: [] };
  const [domains, skills] = [new Set<string>(), new Set<string>()];
  for (const [domainId, domain] of tree) {
    if (wanted !== null && !wanted.has(domainId)) continue;
    domains.add(domainId);
    if (isSuspect(domainId) && !hasOwnRow(domainId, domain, held)) damage.domains.add(domainId);
    for (const [skillId, hash] of domain.skills) {
      skills.add(skillId);
      if (isSuspect(skillId) && !isWhole(domainId, skillId, hash, held)) damage.skills.add(skillId);
    }
  }
  damage.drop = rows.filter((row) => {
    if (row.kind === "domain") return !domains.has(row.id) || damage.domains.has(row.id);
    const skillId = row.kind === "skill" ? row.id : row.parent ?? "";
    return !skills.has(skillId) || damage.skills.has(skillId);
  });
  return damage;
}

/** Whether there is no damage. */
export const isNone = ({ skills, domains, drop }: Damage): boolean =>
  skills.size + domains.size + drop.length === 0;
