// The download of a newer version: its target and its parts. It is kept in the device's database, so that a device that was killed
// continues it.
import { z } from "zod";
import type { ContentChange, DeltaPage } from "../client/mod.ts";
import { CONTENT_SCHEMA } from "../contract/limits.ts";
import { Bundle, type Manifest } from "../contract/manifest.ts";
import { parseJson } from "../contract/json.ts";
import { type Head, type SameRow, withVersion } from "../contract/content.ts";
import { discardDownload } from "./content_discard.ts";
import type { Database } from "./database.ts";
import { readScope } from "./content_scope.ts";
import { readable } from "./content_tree.ts";
import { type DeviceContext, readState } from "./context.ts";
import * as queries from "./queries.gen.ts";

/** The most domains of one request. The server allows 200; 100 ids are 3.7 KB of URL. */
const MAX_DOMAINS = 100;

const Target = z.object({
  history: z.string(),
  row_schema: z.number(),
  until_version: z.number(),
  root: z.string(),
});
/** The version that a download leads to. */
export type Target = z.infer<typeof Target>;

const Part = z.object({
  part: z.number(),
  domains: z.string().nullable().transform((ids) => ids === null ? null : ids.split(",")),
  since_version: z.number(),
  bundle: z.string().nullable().transform((text) =>
    text === null ? null : Bundle.safeParse(parseJson(text)).data ?? null
  ),
  next_page: z.string().nullable(),
  complete: z.number(),
});
/** Domains that are fetched together; null: all. */
export type Part = z.infer<typeof Part>;

/** A part before its first page. */
interface NewPart {
  domains: string[] | null;
  since: number;
  bundle?: Bundle | undefined;
}

/** The current download. */
export const currentTarget = ({ db }: DeviceContext): Target | undefined =>
  db.get(Target, queries.currentDownload);

/** Its parts. */
export const currentParts = ({ db }: DeviceContext): Part[] => db.all(Part, queries.downloadParts);

function chunks(ids: string[]): string[][] {
  const count = Math.ceil(ids.length / MAX_DOMAINS);
  return Array.from({ length: count }, (_, n) => ids.slice(n * MAX_DOMAINS, (n + 1) * MAX_DOMAINS));
}

/** The version to ask a delta from: 0, a snapshot, if the server can no longer compare with `version`. */
const cursorAt = (version: number, head: Head, isUsable: boolean): number =>
  isUsable && version <= head.version && version >= head.horizon ? version : 0;

/** The parts to fetch so that the device holds the head. `manifest` is the head's. */
async function partsTo(
  context: DeviceContext,
  head: Head,
  isUsable: boolean,
  manifest: () => Promise<Manifest>,
): Promise<NewPart[]> {
  const { kind, cursors } = readScope(context.db);
  const whole = { domains: null, since: 0 };
  if (kind === "all") {
    return [{ domains: null, since: cursorAt(readState(context.db).content_version, head, isUsable) }];
  }
  const since = new Map([...cursors].map(([id, version]) => [id, cursorAt(version, head, isUsable)]));
  if (kind === "growing") {
    const held = [...since.values()].some((version) => version > 0);
    if (!held) return [whole];
    for (const { id } of (await manifest()).domains) if (!since.has(id)) since.set(id, 0);
  }
  return [...Map.groupBy(since.keys(), (id) => since.get(id) ?? 0)].flatMap(([since, ids]) =>
    chunks(ids).map((domains) => ({ domains, since }))
  );
}

/** The files of the domains that have all of theirs: a domain without one of them comes as pages. */
function wholeBundles({ bundles, domains }: Manifest): Bundle[] {
  const rows = new Map(domains.map(({ id, rows }) => [id, rows]));
  const files = Map.groupBy(bundles, ({ domain_id }) => domain_id);
  return [...files].flatMap(([id, own]) =>
    own.reduce((sum, { rows }) => sum + rows, 0) === rows.get(id) ? own : []
  );
}

/**
 * Splits snapshots into bundles, and pages for the rest. `held`: the domains with a cursor. If the release no longer has one of them,
 * no bundle says so; an empty page does.
 */
function withBundles(parts: NewPart[], manifest: Manifest, held: Iterable<string>): NewPart[] {
  const all = [...new Set([...manifest.domains.map(({ id }) => id), ...held])];
  const bundles = wholeBundles(manifest);
  return parts.flatMap((part): NewPart[] => {
    if (part.since > 0) return [part];
    const wanted = part.domains ?? all;
    const own = bundles.filter(({ domain_id }) => wanted.includes(domain_id));
    if (own.length === 0) return [part];
    const rest = wanted.filter((id) => !own.some(({ domain_id }) => domain_id === id));
    return [
      ...own.map((bundle) => ({ domains: [bundle.domain_id], since: 0, bundle })),
      ...chunks(rest).map((domains) => ({ domains, since: 0 })),
    ];
  });
}

/** A release that a download leads to. */
export interface Release {
  history: string;
  version: number;
  root: string;
}

/** The parameters of planning. */
export interface PlanOptions {
  /** Fetch everything anew, because the server can't continue from what the device holds. */
  fromZero: boolean;
  /** The manifest of a release, requested only if it is needed. */
  manifest: (release: Release) => Promise<Manifest>;
}

/**
 * The release whose bundles are of use. Right after a publish it is an older one: a device that holds nothing newer fetches that one, and then
 * the delta to the head.
 */
function bundledRelease(
  { db }: DeviceContext,
  { history, version, bundled }: Head,
  parts: NewPart[],
  fromZero: boolean,
): Release | undefined {
  if (!bundled || !parts.some(({ since }) => since === 0)) return undefined;
  const { content_history, content_version } = readState(db);
  const isOlder = bundled.version < version;
  const holdsNewer = content_history === history && content_version > bundled.version;
  const isUseful = !isOlder || (!fromZero && !holdsNewer && parts.every(({ since }) => since === 0));
  return isUseful ? { history, ...bundled } : undefined;
}

/** The download that leads to the head, or towards it: the current one if it still does, otherwise a new one; none if nothing is missing. */
export async function planDownload(
  context: DeviceContext,
  head: Head,
  { fromZero, manifest }: PlanOptions,
): Promise<Target | undefined> {
  const { db } = context;
  const state = readState(db);
  // A server without a release has nothing newer than the cache.
  if (head.version === 0 || head.root === null) return undefined;
  const current = currentTarget(context);
  // An older target is fine: the server still serves its pages, and the next round continues from it.
  if (
    !fromZero && current?.history === head.history && current.row_schema === CONTENT_SCHEMA &&
    current.until_version <= head.version && current.until_version >= head.horizon
  ) return current;

  const isUsable = !fromZero && state.content_history === head.history &&
    state.content_schema === CONTENT_SCHEMA && state.content_version <= head.version;
  let release: Release = { history: head.history, version: head.version, root: head.root };
  const all = await partsTo(context, head, isUsable, () => manifest(release));
  const isDue = all.some(({ since }) => since < head.version) || state.content_version < head.version ||
    readScope(db).kind === "growing";
  if (!isDue) return undefined;
  let parts = all.filter(({ since }) => since < head.version);
  const bundled = bundledRelease(context, head, parts, fromZero);
  if (bundled) {
    // Bundles only save time. Without a manifest, or without files in it, the device fetches pages.
    const published = await manifest(bundled).catch(() => undefined);
    const planned = published && withBundles(parts, published, readScope(db).cursors.keys());
    if (planned?.some(({ bundle }) => bundle)) {
      parts = planned;
      release = bundled;
    }
  }
  return db.transaction(() => {
    addDownload(db, release, parts);
    return currentTarget(context);
  });
}

/** Replaces the download. Within a transaction. */
function addDownload(db: Database, { history, version, root }: Release, parts: readonly NewPart[]): void {
  discardDownload(db);
  db.run(queries.addDownload, history, CONTENT_SCHEMA, version, root);
  parts.forEach(({ domains, since, bundle }, index) =>
    db.run(
      queries.addPart,
      index + 1,
      domains?.join(",") ?? null,
      since,
      bundle ? JSON.stringify(bundle) : null,
    )
  );
}

const Body = z.object({ body: z.string() });

/** The cached line with another version; undefined if it can't be read. Then the row is missing, and settling fetches its node. */
function heldLine({ db }: DeviceContext, { of, id, version }: SameRow): string | undefined {
  const held = readable(() => db.get(Body, queries.cachedBody, of, id));
  return held && withVersion(held.body, version);
}

function stage(context: DeviceContext, changes: readonly ContentChange[]): void {
  for (const { row, line } of changes) {
    if (row.kind === "tombstone") context.db.run(queries.stageRow, row.of, row.id, null);
    else if (row.kind !== "same") context.db.run(queries.stageRow, row.kind, row.id, line);
    else {
      const held = heldLine(context, row);
      if (held !== undefined) context.db.run(queries.stageRow, row.of, row.id, held);
    }
  }
}

/** Stores a page of a part. Returns false if the download was discarded meanwhile. */
export function stagePage(
  context: DeviceContext,
  { part }: Part,
  { changes, page, end }: DeltaPage,
): boolean {
  const { db } = context;
  return db.transaction(() => {
    const kept = db.run(
      queries.advancePart,
      page.since,
      end.next,
      end.next === null ? 1 : 0,
      part,
    );
    if (kept > 0) stage(context, changes);
    return kept > 0;
  });
}

/** Replaces the download by a delta that is one page. Within a transaction. */
export function stageDelta(
  context: DeviceContext,
  release: Release,
  { changes, page: { since } }: DeltaPage,
): void {
  addDownload(context.db, release, [{ domains: null, since }]);
  stage(context, changes);
}

/** Stores a bundle, which is the whole of its part. */
export function stageBundle(context: DeviceContext, { part }: Part, changes: readonly ContentChange[]): void {
  const { db } = context;
  db.transaction(() => {
    if (db.run(queries.completePart, part) > 0) stage(context, changes);
  });
}

/** Gives up a bundle: its domain is fetched as pages, once, however many files it has. */
export function dropBundle({ db }: DeviceContext, { part }: Part): void {
  db.transaction(() => {
    db.run(queries.dropOtherBundles, part);
    db.run(queries.dropBundleOf, part);
  });
}
