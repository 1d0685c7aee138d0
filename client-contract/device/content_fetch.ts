// Fetches the missing parts of a download: bundles where there are any, pages for the rest.
import { type Client, ContractError, NetworkError, type Retry } from "../client/mod.ts";
import {
  currentParts,
  currentTarget,
  dropBundle,
  type Part,
  stageBundle,
  stagePage,
  type Target,
} from "./content_download.ts";
import type { DeviceContext } from "./context.ts";

/** Milliseconds after which a bundle is too slow. Pages are small answers, so a broken one costs little. */
const BUNDLE_MS = 30_000;

/** The options of fetching. */
export interface FetchOptions {
  client: Client;
  retry: Retry;
  /** Rows a page; by default the server's choice. */
  pageRows?: number | undefined;
  /** Milliseconds after which a bundle is replaced by pages. */
  bundleMs?: number | undefined;
  signal?: AbortSignal | undefined;
}

/** Tries the bundle of a part, once. If anything is wrong with it, its rows are fetched as pages. */
async function fetchBundle(context: DeviceContext, part: Part, o: FetchOptions): Promise<void> {
  if (part.bundle === null) return;
  const slow = AbortSignal.timeout(o.bundleMs ?? BUNDLE_MS);
  const signal = o.signal ? AbortSignal.any([o.signal, slow]) : slow;
  try {
    stageBundle(context, part, await o.client.bundle(part.bundle, { signal }));
  } catch {
    o.signal?.throwIfAborted();
    dropBundle(context, part);
  }
}

async function fetchPages(
  context: DeviceContext,
  target: Target,
  part: Part,
  o: FetchOptions,
  succeeded: () => void,
): Promise<void> {
  const pages = o.client.delta({
    since: part.since_version,
    history: target.history,
    until: target.until_version,
    domains: part.domains ?? undefined,
    same: true,
    after: part.next_page ?? undefined,
    limit: o.pageRows,
    signal: o.signal,
  });
  for await (const page of pages) {
    const { history, until, since } = page.page;
    // The request of a snapshot names no history that the server could refuse. For a second after a restore, a function may still answer for
    // the old history.
    if (history !== target.history) throw new NetworkError("the page is of another history");
    // The server answers with a snapshot where that is smaller.
    const isSnapshotInstead = since === 0 && part.next_page === null;
    if (until !== target.until_version || (since !== part.since_version && !isSnapshotInstead)) {
      throw new ContractError("the page is between other versions than were asked for");
    }
    if (!stagePage(context, part, page)) return;
    succeeded();
  }
}

/** Fetches the incomplete parts. Each page and each bundle is stored as soon as it is complete. */
export async function fetchParts(context: DeviceContext, o: FetchOptions): Promise<void> {
  const attempts = o.retry.attempts(o.signal);
  for (;;) {
    const target = currentTarget(context);
    const part = currentParts(context).find(({ complete }) => complete === 0);
    if (!target || !part) return;
    if (part.bundle !== null) {
      await fetchBundle(context, part, o);
      continue;
    }
    try {
      await fetchPages(context, target, part, o, () => attempts.succeeded());
    } catch (error) {
      await attempts.failed(error);
    }
  }
}
