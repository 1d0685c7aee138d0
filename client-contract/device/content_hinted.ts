// Takes a release from its hint alone: the delta at once, without the head before it. The hint is still no proof. Nothing is stored unless the rows of
// the server give the hint's root. A hint that is wrong or too early costs one request, and then the head decides.
import { ContractError, type DeltaPage, ProblemError } from "../client/mod.ts";
import type { ContentHint } from "../contract/hint.ts";
import { CONTENT_SCHEMA } from "../contract/limits.ts";
import { hasRoot } from "../contract/published_tree.ts";
import { applyVerified } from "./content_apply.ts";
import { computeDelta } from "./content_delta.ts";
import { discardDownload } from "./content_discard.ts";
import { currentTarget, type Release, stageDelta } from "./content_download.ts";
import type { FetchOptions } from "./content_fetch.ts";
import { readScope } from "./content_scope.ts";
import { type DeviceContext, readState } from "./context.ts";
import { clockTime } from "./clock.ts";
import { isCorruption } from "./database.ts";
import { rememberHintedRelease } from "./standing.ts";
import { tellRefreshed } from "./telemetry.ts";

/** A larger delta may be several pages. Beside these the head's request takes no time, and it lets the device continue a download. */
const MOST_BYTES = 256 * 1024;

/** The release of a hint, if the device can take it without the head: it holds all domains of an earlier release, and knows of no newer one. */
function releaseOf(
  { db }: DeviceContext,
  { history, version, bytes, roots }: ContentHint,
): Release | undefined {
  const state = readState(db);
  const root = roots?.find(({ schema }) => schema === CONTENT_SCHEMA)?.root;
  const continues = state.content_history === history && state.content_schema === CONTENT_SCHEMA &&
    state.content_version > 0 && state.head_version <= version;
  const isSound = state.content_suspect === 0 && readScope(db).kind === "all";
  return root && continues && isSound && bytes <= MOST_BYTES ? { history, version, root } : undefined;
}

/** The whole delta to the release, if it is one page; undefined if the server has another answer. */
async function fetchDelta(
  { db, deviceId }: DeviceContext,
  { history, version }: Release,
  o: FetchOptions,
): Promise<DeltaPage | undefined> {
  const since = readState(db).content_version;
  const first = () =>
    o.client.delta({
      since,
      history,
      until: version,
      same: true,
      limit: o.pageRows,
      deviceId,
      signal: o.signal,
    }).next();
  try {
    const { value } = await o.retry.run(first, o.signal);
    if (!value) return undefined;
    const { page, end } = value;
    const isWhole = page.history === history && page.since === since && page.until === version &&
      end.next === null;
    return isWhole ? value : undefined;
  } catch (error) {
    if (error instanceof ContractError || (error instanceof ProblemError && !error.retryable)) {
      return undefined;
    }
    throw error;
  }
}

/** Applies the delta, if its rows give the release's root, and returns the number of rows written and removed. */
function applyDelta(context: DeviceContext, release: Release, page: DeltaPage): number | undefined {
  const { db } = context;
  try {
    return db.transaction(() => {
      // Another sync may have come first.
      if (currentTarget(context) || readState(db).content_version !== page.page.since) return undefined;
      stageDelta(context, release, page);
      const target = currentTarget(context);
      const delta = target && computeDelta(context, target);
      const rows = delta && hasRoot(delta.tree, release.root, db.hash)
        ? applyVerified(context, delta)
        : undefined;
      if (rows === undefined) discardDownload(db);
      return rows;
    });
  } catch (error) {
    // The full way finds the damage and repairs it.
    if (isCorruption(error)) return undefined;
    throw error;
  }
}

/** Updates the content to the release of a hint, and returns the number of rows written and removed; undefined if the head must be asked. */
export async function takeHinted(
  context: DeviceContext,
  hint: ContentHint,
  o: FetchOptions,
): Promise<number | undefined> {
  const release = releaseOf(context, hint);
  if (!release || currentTarget(context)) return undefined;
  const since = clockTime(context.clock);
  const from = readState(context.db).content_version;
  const page = await fetchDelta(context, release, o);
  const rows = page && applyDelta(context, release, page);
  if (rows === undefined) return undefined;
  rememberHintedRelease(context, release.version);
  tellRefreshed(context, from, rows, since);
  return rows;
}
