// Fetching what a download still lacks: bundles where there are some, pages for the rest.
import { type Client, ContractError, NetworkError } from "../client/mod.ts";
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
import type { Retry } from "./retry.ts";

/** After this a bundle is too slow, in milliseconds: pages come in small answers that need not start over. */
const BUNDLE_MS = 30_000;

/** What fetching takes besides the device itself. */
export interface FetchOptions {
  client: Client;
  retry: Retry;
  /** Rows a page; by default the server's choice. */
  pageRows?: number | undefined;
  /** Milliseconds after which a bundle is given up for pages. */
  bundleMs?: number | undefined;
  signal?: AbortSignal | undefined;
}

/** Tries a part's bundle, once: whatever is wrong with it, its rows are to be had as pages. */
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
    after: part.next_page ?? undefined,
    limit: o.pageRows,
    signal: o.signal,
  });
  for await (const page of pages) {
    const { history, until, since } = page.page;
    // A snapshot's request names no history that the server could refuse; a function that was not told of a restore yet
    // answers for another one for a second.
    if (history !== target.history) throw new NetworkError("the page is of another history");
    // Where the snapshot is the smaller answer, that is the answer.
    const isSnapshotInstead = since === 0 && part.next_page === null;
    if (until !== target.until_version || (since !== part.since_version && !isSnapshotInstead)) {
      throw new ContractError("the page is between other versions than were asked for");
    }
    if (!stagePage(context, part, page)) return;
    succeeded();
  }
}

/** Fetches the parts that are not complete, each page and bundle kept as soon as it is whole. */
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
