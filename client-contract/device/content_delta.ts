// Applies a small download by touching only the nodes that it changes. The hashes of all other rows and nodes are those on the disk. If one of
// them is damaged, the root is another one, and the whole cache is read instead.
import { z } from "zod";
import { nodeHash } from "../contract/hash_tree.ts";
import type { PublishedTree } from "../contract/published_tree.ts";
import type { Verified } from "./content_apply.ts";
import type { Candidate } from "./content_candidate.ts";
import { currentParts, currentTarget, type Target } from "./content_download.ts";
import { type HeldRow, scanStaged } from "./content_rows.ts";
import { readScope } from "./content_scope.ts";
import { keptTree, matchedTree, readable } from "./content_tree.ts";
import { type DeviceContext, readState } from "./context.ts";
import type { Database } from "./database.ts";
import * as queries from "./queries.gen.ts";

// Without checks: what a damaged column says leads to another root.
const text = z.unknown().transform(String);
const Key = z.object({ kind: text, id: text });
const Cached = Key.extend({ rowid: z.number(), domain_id: text, skill_id: text, sha256: text });
type Cached = z.infer<typeof Cached>;
const Question = z.object({ id: text, sha256: text });

const keyOf = ({ kind, id }: { kind: string; id: string }) => `${kind}/${id}`;

/** A row's node: its skill, or the domain itself. */
const skillOf = ({ kind, id }: { kind: string; id: string }, skillId: string | null) =>
  kind === "skill" ? id : kind === "question" ? skillId : null;

/** The rows of a download, and the cached rows that they replace or remove. */
interface Change {
  incoming: Map<string, HeldRow>;
  leaving: Map<string, Cached>;
}

function readChange(db: Database): Change | undefined {
  const { rows, rubbish } = scanStaged(db);
  if (rubbish.length > 0 || rows.some(({ isSound }) => !isSound)) return undefined;
  const keys = db.all(Key, queries.stagedKeys);
  const cached = keys.flatMap(({ kind, id }) => db.all(Cached, queries.cachedRow, kind, id));
  return {
    incoming: new Map(rows.map((row) => [keyOf(row), row])),
    leaving: new Map(cached.map((row) => [keyOf(row), row])),
  };
}

/** The row of a skill or domain itself after the change. */
function ownRow(db: Database, { incoming, leaving }: Change, kind: "skill" | "domain", id: string) {
  const key = keyOf({ kind, id });
  const fetched = incoming.get(key);
  if (fetched) return { hash: fetched.hash, domainId: fetched.domainId ?? "" };
  const cached = leaving.has(key) ? undefined : db.get(Cached, queries.cachedRow, kind, id);
  return cached && { hash: cached.sha256, domainId: cached.domain_id };
}

/** Computes the nodes that the change touches. Returns false if the rows do not make a tree. */
function updateTree(db: Database, tree: PublishedTree, change: Change): boolean {
  const rows = [...change.incoming.values()].map((row) => ({ ...row, skillId: row.parent }));
  const former = [...change.leaving.values()].map((row) => ({
    ...row,
    domainId: row.kind === "domain" ? row.id : row.domain_id,
    skillId: row.skill_id,
  }));
  const domainOf = new Map(
    [...tree].flatMap(([id, { skills }]) => [...skills.keys()].map((skill) => [skill, id])),
  );
  const skills = new Set([...rows, ...former].flatMap((row) => skillOf(row, row.skillId) ?? []));
  const domains = new Set([...rows, ...former].flatMap(({ domainId }) => domainId ?? []));
  for (const { kind, id } of rows) {
    if (kind === "domain" && !tree.has(id)) tree.set(id, { hash: "", skills: new Map() });
  }

  const arrivals = Map.groupBy(rows.filter(({ kind }) => kind === "question"), ({ skillId }) => skillId);
  for (const id of skills) {
    const before = domainOf.get(id);
    if (before !== undefined) {
      domains.add(before);
      tree.get(before)?.skills.delete(id);
    }
    const stay = db.all(Question, queries.cachedQuestions, id)
      .filter((question) => !change.leaving.has(keyOf({ kind: "question", id: question.id })));
    const questions = [
      ...stay.map(({ id, sha256 }) => [id, sha256] as const),
      ...(arrivals.get(id) ?? []).map(({ id, hash }) => [id, hash] as const),
    ];
    const own = ownRow(db, change, "skill", id);
    if (!own) {
      if (questions.length > 0) return false;
      continue;
    }
    const domain = tree.get(own.domainId);
    if (!domain) return false;
    domain.skills.set(id, nodeHash([id, own.hash], questions, db.hash));
  }
  for (const id of domains) {
    const domain = tree.get(id);
    const own = ownRow(db, change, "domain", id);
    if (domain && own) domain.hash = nodeHash([id, own.hash], domain.skills, db.hash);
    else if (own || domain && domain.skills.size > 0) return false;
    else tree.delete(id);
  }
  return true;
}

/** The changes of a download to what is held, and the tree that they give, which is not compared with the published one yet. */
export function computeDelta(context: DeviceContext, target: Target): Verified | undefined {
  const { db } = context;
  const { content_history, content_schema, content_suspect } = readState(db);
  const scope = readScope(db);
  const isDelta = content_history === target.history && content_schema === target.row_schema &&
    scope.kind !== "growing" && currentParts(context).every(({ since_version }) => since_version > 0);
  if (!isDelta || content_suspect === 1) return undefined;
  const change = readChange(db);
  const tree = keptTree(db);
  if (!change || !updateTree(db, tree, change)) return undefined;
  const { incoming, leaving } = change;
  const candidate = {
    target,
    scope,
    isDownload: true,
    wanted: scope.kind === "all" ? null : new Set(scope.cursors.keys()),
    isReplacement: false,
    rows: [...incoming.values()],
    gone: [...leaving.values()].map(({ rowid }) => rowid),
    rewritten: [...leaving.keys()].filter((key) => incoming.has(key)).length,
    rubbish: [],
    suspects: null,
  };
  return { candidate, tree, drop: [], fetched: [] };
}

/**
 * The verified changes of a download; undefined if only reading all rows helps. `published` asks for the hashes of the domains, unless the device
 * holds all.
 */
export async function readDelta(
  context: DeviceContext,
  published: (candidate: Candidate) => Promise<ReadonlyMap<string, string> | undefined>,
): Promise<Verified | undefined> {
  const target = currentTarget(context);
  const delta = target && readable(() => computeDelta(context, target));
  if (!delta) return undefined;
  const { candidate, tree: computed } = delta;
  const { wanted, target: { root } } = candidate;
  const tree = matchedTree(computed, { wanted, root, hash: context.db.hash }, await published(candidate));
  return tree && { ...delta, tree };
}
