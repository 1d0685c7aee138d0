// POST /bundle: works on due tasks until its share of time or bytes is used, and then requests another call. If the isolate
// is killed, its leases expire and another call takes over. The database prefers an answer before the work.
import { type WaitUntil, workAndRespond } from "../_shared/background.ts";
import { type Handler, requireMethod } from "../_shared/serve.ts";
import { hexOf } from "../_shared/reply.ts";
import type { BundleStore, FileBytes } from "./store.ts";
import type { BundleRef, MediaWork, Work, WorkList } from "./work_list.ts";

/** No new task is claimed after this time in milliseconds. Hosted ends an isolate after 150 s, and a lease ends after 60 s. */
const TIME_MS = 3000;
/** No new task is claimed after this many bytes of text. Hosted allows 2 s of CPU; 34.7 MB (51,926 rows) took 0.74 s in four calls. */
const TEXT_BYTES = 16 * 1024 * 1024;

const DAY_S = 86_400;

/** The result of one call: bundles that were written, bundles and media that were signed or removed. */
export interface BundleReport {
  written: number;
  signed: number;
  removed: number;
  /** Whether another call was asked for. */
  more: boolean;
}

async function gzip(text: string): Promise<FileBytes> {
  const stream = new Response(text).body?.pipeThrough(new CompressionStream("gzip"));
  return await new Response(stream).arrayBuffer();
}

const pathsOf = (bundles: readonly BundleRef[]) => bundles.flatMap(({ path }) => path ?? []);

/** What the handler needs. */
export interface BundleDependencies {
  work: WorkList;
  store: BundleStore;
  waitUntil: WaitUntil;
  /** Milliseconds since 1970; by default the system's clock. */
  now?: () => number;
}

/** Creates the handler for a work list and a store. */
export function bundleHandler({ work, store, waitUntil, now = Date.now }: BundleDependencies): Handler {
  /** Returns the size of the text in UTF-16 units, which is close enough to bytes for the limit. */
  async function write(lease: string): Promise<number> {
    const text = await work.text(lease);
    if (text === null) return 0;
    const bytes = await gzip(text);
    const path = await work.name(
      lease,
      bytes.byteLength,
      hexOf(await crypto.subtle.digest("SHA-256", bytes)),
    );
    if (path !== null) {
      await store.put(path, bytes);
      await work.stored(lease);
    }
    return text.length;
  }

  const expiry = (days: number) => new Date(now() + days * DAY_S * 1000);

  async function sign({ lease, bundles, url_days }: Work): Promise<void> {
    const urls = await store.sign("content", pathsOf(bundles), url_days * DAY_S);
    await work.signed(lease, urls, expiry(url_days));
  }

  async function remove({ lease, bundles }: Work): Promise<void> {
    const paths = pathsOf(bundles);
    if (paths.length > 0) await store.remove("content", paths);
    await work.removed(lease);
  }

  async function onMedia({ task, names, url_days }: MediaWork): Promise<void> {
    if (task === "remove") {
      await store.remove("media", names);
      await work.mediaRemoved(names);
    } else {
      await work.mediaSigned(names, await store.sign("media", names, url_days * DAY_S), expiry(url_days));
    }
  }

  async function run(): Promise<BundleReport> {
    const report: BundleReport = { written: 0, signed: 0, removed: 0, more: false };
    const end = now() + TIME_MS;
    let text = 0;
    while (text < TEXT_BYTES && now() < end) {
      const next = await work.claim();
      if (!next) break;
      if (next.task === "write") {
        text += await write(next.lease);
        report.written += next.bundles.length;
      } else if (next.task === "sign") {
        await sign(next);
        report.signed += next.bundles.length;
      } else {
        await remove(next);
        report.removed += next.bundles.length;
      }
    }
    while (text < TEXT_BYTES && now() < end) {
      const next = await work.claimMedia();
      if (!next) return report;
      await onMedia(next);
      report[next.task === "sign" ? "signed" : "removed"] += next.names.length;
    }
    return { ...report, more: await work.continue() };
  }

  return async ({ request }) => {
    requireMethod(request, "POST");
    return await workAndRespond("bundle", request, run, waitUntil);
  };
}
