// Turns a candidate into a verified version: computes its hash tree, fetches damaged nodes, and only then changes the cache.
import { type Client, ContractError, NetworkError, ProblemError, type Retry } from "../client/mod.ts";
import { hashTree, nodeHash, rootHash, treeRow } from "../contract/hash_tree.ts";
import type { ContentReport, Manifest } from "../contract/manifest.ts";
import { hasRoot, type PublishedTree, publishedTree } from "../contract/published_tree.ts";
import { type HashBytes, sha256 } from "../contract/sha256.ts";
import { applyVerified, computedTree, type FetchedRow, type Verified } from "./content_apply.ts";
import { type Candidate, readCandidate, readSuspects } from "./content_candidate.ts";
import { areWhole } from "./content_check.ts";
import { type Damage, findDamage, isNone } from "./content_damage.ts";
import { readDelta } from "./content_delta.ts";
import type { Target } from "./content_download.ts";
import { matchedTree, verifyContent } from "./content_tree.ts";
import { clockTime } from "./clock.ts";
import type { DeviceContext } from "./context.ts";
import { isCorruption } from "./database.ts";
import { tellRepaired } from "./telemetry.ts";

/** The most nodes of a report. */
const MAX_NODES = 200;
/** If more than this share of the rows is damaged, fetching everything is the smaller download, because pages are large. */
const MAX_DAMAGED_SHARE = 0.5;

/** The options of settling. */
export interface SettleOptions {
  client: Client;
  retry: Retry;
  signal?: AbortSignal | undefined;
}

/** A repair. */
export interface Repair {
  /** Skills and domains that were damaged. */
  nodes: string[];
  /** Fetched rows. */
  rows: number;
  /** Bytes of those rows, before compression. */
  bytes: number;
}

/** The result of settling. */
export type Settled =
  /** The version is in effect. `rows`: written and removed. */
  | { is: "settled"; rows: number; repair: Repair | null }
  /** The learner has chosen other domains meanwhile. */
  | { is: "stale" }
  /** Nothing can be trusted: only a snapshot helps. */
  | { is: "hopeless" };

const HOPELESS: Settled = { is: "hopeless" };

/** Whether the server's answer is the problem, not the network. */
const isAnswer = (error: unknown): boolean =>
  error instanceof ContractError ||
  (error instanceof ProblemError && !error.retryable && [404, 410].includes(error.status));

/** The server's answer, or undefined if it is of no use. */
async function ask<T>(o: SettleOptions, work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await o.retry.run(work, o.signal);
  } catch (error) {
    if (isAnswer(error)) return undefined;
    throw error;
  }
}

/** The target's manifest, if its hashes give the target's root. */
export async function fetchManifest(target: Target, o: SettleOptions): Promise<Manifest | undefined> {
  const { history, until_version: version, root } = target;
  const manifest = await ask(o, () => o.client.manifest({ history, version, signal: o.signal }));
  return manifest && hasRoot(publishedTree(manifest), root) ? manifest : undefined;
}

/** The hashes of the target's domains, if they give its root. A device that holds all domains needs none. */
async function fetchDomains(
  { target, wanted }: Candidate,
  o: SettleOptions,
): Promise<ReadonlyMap<string, string> | undefined> {
  if (wanted === null) return undefined;
  const { history, until_version: version, root } = target;
  const nodes = await ask(o, () => o.client.domainNodes({ history, version, signal: o.signal }));
  const hashes = new Map(nodes?.domains.map(({ id, hash }) => [id, hash]));
  return rootHash(hashes) === root ? hashes : undefined;
}

/** Reports to the server. The report is only for its statistics, so a failure has no effect. */
async function report(o: SettleOptions, report: ContentReport): Promise<void> {
  try {
    await o.client.report({ ...report, nodes: report.nodes.slice(0, MAX_NODES) }, { signal: o.signal });
  } catch (error) {
    o.signal?.throwIfAborted();
    if (!(error instanceof ProblemError || error instanceof NetworkError)) throw error;
  }
}

const nodesOf = ({ skills, domains }: Damage): string[] => [...domains, ...skills];

/** The share of all rows that a repair would fetch. */
function damagedShare({ domains }: Manifest, damage: Damage, { wanted }: Candidate): number {
  const held = domains.filter(({ id }) => wanted === null || wanted.has(id));
  const rows = held.flatMap(({ skills }) => skills).reduce(
    (sum, { id, rows }) => sum + (damage.skills.has(id) ? rows : 0),
    damage.domains.size,
  );
  return rows / Math.max(held.reduce((sum, { rows }) => sum + rows, 0), 1);
}

/** Damaged, surplus and missing rows, as far as the device can know without the right ones. */
function wrongRows({ domains }: Manifest, { skills, drop }: Damage, { rubbish }: Candidate): number {
  const missing = domains.flatMap(({ skills }) => skills).filter(({ id }) => skills.has(id)).map((skill) => {
    const held = drop.filter((row) => (row.kind === "skill" ? row.id : row.parent) === skill.id);
    return Math.max(skill.rows - held.length, 0);
  });
  return missing.reduce((sum, count) => sum + count, 0) + rubbish.length +
    drop.filter(({ isSound }) => !isSound).length;
}

/** Fetches the rows of one node and checks them against its hash; undefined if they are not the published ones. */
async function fetchNode(
  id: string,
  { target, tree, hash }: { target: Target; tree: PublishedTree; hash: HashBytes | undefined },
  o: SettleOptions,
): Promise<FetchedRow[] | undefined> {
  const { history, until_version: version } = target;
  const changes = await ask(o, () => o.client.node({ history, version, id, signal: o.signal }));
  if (!changes || changes.some(({ row }) => row.kind === "tombstone" || row.kind === "same")) {
    return undefined;
  }
  const rows: FetchedRow[] = changes.map((change) => ({ ...change, hash: sha256(change.line, hash) }));
  const own = rows.find(({ row }) => row.id === id);
  const others = rows.filter((row) => row !== own).map(({ row, hash }) => [row.id, hash] as const);
  const domain = tree.get(id);
  const [published, children] = domain
    ? [domain.hash, domain.skills]
    : [[...tree.values()].find(({ skills }) => skills.has(id))?.skills.get(id), others];
  const isOfNode = domain ? others.length === 0 : rows.every(({ line, row }) => {
    const { kind, parent } = treeRow(line);
    return row === own?.row ? kind === "skill" : kind === "question" && parent === id;
  });
  if (!own || !isOfNode || nodeHash([id, own.hash], children, hash) !== published) return undefined;
  return rows;
}

/** Does what a damaged file may prevent. In that case only clearing the whole table avoids the damage. */
function unlessCorrupt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (isCorruption(error)) return undefined;
    throw error;
  }
}

/** Applies the changes. After a repair it checks again, because a damaged disk may return something else than was written. */
function apply(context: DeviceContext, verified: Verified, repair: Repair | null): Settled {
  const { isDownload, suspects } = verified.candidate;
  const settled = unlessCorrupt((): Settled => {
    const rows = context.db.transaction(() => applyVerified(context, verified));
    return rows === undefined ? { is: "stale" } : { is: "settled", rows, repair };
  });
  if (settled?.is !== "settled" || (isDownload && !repair)) return settled ?? HOPELESS;
  const isWhole = suspects ? areWhole(context.db, suspects) : verifyContent(context.db).ok;
  return isWhole ? settled : HOPELESS;
}

async function repair(
  context: DeviceContext,
  candidate: Candidate,
  damage: Damage,
  tree: PublishedTree,
  o: SettleOptions,
): Promise<Settled> {
  const { target } = candidate;
  const nodes = nodesOf(damage);
  const version = target.until_version;
  const since = clockTime(context.clock);
  const fetched: FetchedRow[] = [];
  for (const id of nodes) {
    const rows = await fetchNode(id, { target, tree, hash: context.db.hash }, o);
    if (!rows) return HOPELESS;
    fetched.push(...rows);
  }
  const bytes = fetched.reduce((sum, { line }) => sum + new TextEncoder().encode(line).byteLength, 0);
  const repair = { nodes, rows: fetched.length, bytes };
  const settled = apply(context, { candidate, tree, drop: damage.drop, fetched }, repair);
  if (settled.is === "settled") {
    tellRepaired(context, fetched.length, false, since);
    await report(o, { kind: "repair", version, rows: fetched.length, nodes });
  }
  return settled;
}

/** The tree of rows that are exactly those of the release, or of the wanted domains. Neither needs the manifest. */
async function wholeTree(
  { db }: DeviceContext,
  candidate: Candidate,
  o: SettleOptions,
): Promise<PublishedTree | undefined> {
  const { rows, rubbish, wanted, suspects, target: { root } } = candidate;
  if (suspects || rubbish.length > 0 || rows.some(({ isSound }) => !isSound)) return undefined;
  const { hash } = db;
  const tree = hashTree(rows, hash);
  if (tree.orphans.length > 0) return undefined;
  return matchedTree(computedTree(tree, rows), { wanted, root, hash }, await fetchDomains(candidate, o));
}

/**
 * Makes the download's version, or without a download the held version, equal to what was published, and puts it into effect. Throws the client's
 * errors; then nothing was changed.
 */
export async function settle(context: DeviceContext, o: SettleOptions): Promise<Settled> {
  const delta = await readDelta(context, (candidate) => fetchDomains(candidate, o));
  if (delta) return apply(context, delta, null);
  const candidate = unlessCorrupt(() => readSuspects(context) ?? readCandidate(context));
  if (!candidate) return HOPELESS;
  const whole = await wholeTree(context, candidate, o);
  const manifest = whole ? undefined : await fetchManifest(candidate.target, o);
  const tree = whole ?? (manifest && publishedTree(manifest));
  const version = candidate.target.until_version;
  if (!tree) {
    if (!candidate.isDownload) await report(o, { kind: "mismatch", version, rows: 0, nodes: [] });
    return HOPELESS;
  }
  const damage = findDamage(candidate, tree, context.db.hash);
  if (isNone(damage) && candidate.rubbish.length === 0) {
    return apply(context, { candidate, tree, drop: [], fetched: [] }, null);
  }
  const rows = manifest ? wrongRows(manifest, damage, candidate) : candidate.rubbish.length;
  await report(o, { kind: "mismatch", version, rows, nodes: nodesOf(damage) });
  if (!manifest || damagedShare(manifest, damage, candidate) > MAX_DAMAGED_SHARE) return HOPELESS;
  return await repair(context, candidate, damage, tree, o);
}
