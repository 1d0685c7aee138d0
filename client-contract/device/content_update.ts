// From the cached release to the newest: fetched page by page, applied in one transaction, or not at all.
import { z } from "zod";
import type { Client } from "../client.ts";
import { NetworkError, ProblemError } from "../client_error.ts";
import type { Head } from "../content.ts";
import type { DeltaPage } from "../delta_page.ts";
import { treeAfterApply } from "./content_tree.ts";
import { type DeviceContext, readState } from "./context.ts";
import { DeviceError } from "./device_error.ts";
import type { Retry } from "./retry.ts";

/** Times that one update may start over before the server is called unstable. */
const MAX_RESTARTS = 3;

const Download = z.object({
  history: z.string(),
  since_version: z.number(),
  until_version: z.number(),
  root: z.string(),
  next_page: z.string().nullable(),
  complete: z.number(),
});
type Download = z.infer<typeof Download>;
const Staged = z.object({ kind: z.string(), id: z.string(), version: z.number(), body: z.string() });

/** What an update takes besides the device itself. */
export interface UpdateOptions {
  client: Client;
  retry: Retry;
  /** Rows a page; by default the server's choice. */
  pageRows?: number;
  signal?: AbortSignal;
}

/** What an update did. */
export interface UpdateReport {
  /** Rows written and removed. */
  rows: number;
  /** Whether the cache was replaced as a whole. */
  replaced: boolean;
}

function currentDownload({ db }: DeviceContext): Download | undefined {
  return db.get(Download, "select * from content_download");
}

function discardDownload({ db }: DeviceContext): void {
  db.run("delete from content_staged");
  db.run("delete from content_download");
}

/** The download that leads to the head: the one under way, if it still does, or a new one; none where it is here. */
function planDownload(context: DeviceContext, head: Head): Download | undefined {
  const { db } = context;
  const state = readState(db);
  // Without a release the server has nothing better than what is cached.
  if (head.version === 0 || head.root === null) return undefined;
  const isContinuation = state.content_history === head.history && state.content_version <= head.version &&
    state.content_suspect === 0;
  const since = isContinuation ? state.content_version : 0;
  if (since === head.version) return undefined;

  // An older target is fine: its pages are still served, and the next round goes on from there.
  const current = currentDownload(context);
  if (
    current && current.history === head.history && current.since_version === since &&
    current.until_version <= head.version
  ) return current;
  const { history, version, root } = head;
  db.transaction(() => {
    discardDownload(context);
    db.run(
      "insert into content_download (history, since_version, until_version, root) values (?, ?, ?, ?)",
      history,
      since,
      version,
      root,
    );
  });
  return { history, since_version: since, until_version: version, root, next_page: null, complete: 0 };
}

function stagePage({ db }: DeviceContext, { changes, end }: DeltaPage): void {
  db.transaction(() => {
    for (const { row, line } of changes) {
      const [kind, body] = row.kind === "tombstone" ? [row.of, null] : [row.kind, line];
      db.run("insert or replace into content_staged (kind, id, body) values (?, ?, ?)", kind, row.id, body);
    }
    db.run("update content_download set next_page = ?, complete = ?", end.next, end.next === null ? 1 : 0);
  });
}

/** Fetches the pages that are still missing, each kept as soon as it is whole. */
async function fetchPages(context: DeviceContext, o: UpdateOptions): Promise<void> {
  const attempts = o.retry.attempts(o.signal);
  for (;;) {
    const download = currentDownload(context);
    if (!download || download.complete === 1) return;
    try {
      const pages = o.client.delta({
        since: download.since_version,
        history: download.history,
        until: download.until_version,
        after: download.next_page ?? undefined,
        limit: o.pageRows,
        signal: o.signal,
      });
      for await (const page of pages) {
        // A snapshot's request names no history that the server could refuse; a function that was not told of a
        // restore yet answers for another one for a second.
        if (page.page.history !== download.history) throw new NetworkError("the page is of another history");
        stagePage(context, page);
        attempts.succeeded();
      }
    } catch (error) {
      await attempts.failed(error);
    }
  }
}

/** Applies a complete download, if the result is what was published; says whether it was. */
async function applyDownload(context: DeviceContext, download: Download): Promise<UpdateReport | undefined> {
  const { db } = context;
  const isSnapshot = download.since_version === 0;
  // Before the transaction, since WebCrypto is asynchronous; nothing but a sync changes these rows.
  const tree = await treeAfterApply(db, isSnapshot);
  if (tree.root !== download.root || tree.orphans.length > 0) {
    db.transaction(() => {
      discardDownload(context);
      // The delta is not to blame for a cache that was damaged before: only a snapshot can tell.
      db.run("update sync_state set content_suspect = 1");
    });
    return undefined;
  }
  return db.transaction(() => {
    let rows = 0;
    if (isSnapshot) db.run("delete from content_row");
    else {
      rows += db.run(`delete from content_row
        where (kind, id) in (select kind, id from content_staged where body is null)`);
    }
    const staged = db.all(
      Staged,
      `select kind, id, json_extract(body, '$.version') as version, body from content_staged where body is not null`,
    );
    for (const { kind, id, version, body } of staged) {
      rows += db.run(
        `insert into content_row (kind, id, version, body, sha256) values (?, ?, ?, ?, ?)
         on conflict (kind, id) do update set
           version = excluded.version, body = excluded.body, sha256 = excluded.sha256`,
        kind,
        id,
        version,
        body,
        tree.rows.get(id) ?? "",
      );
    }
    db.run(
      `update sync_state set
         content_history = ?, content_version = ?, content_root = ?, content_suspect = 0`,
      download.history,
      download.until_version,
      download.root,
    );
    discardDownload(context);
    return { rows, replaced: isSnapshot };
  });
}

/** Whether the server says that what the device holds is of no use to it. */
function meansStartOver(error: unknown): boolean {
  return error instanceof ProblemError && (error.code === "history_changed" || error.code === "cursor_ahead");
}

/**
 * Brings the cache to the head. Throws the client's errors once retrying is no use, and DeviceError
 * `content_mismatch` or `unstable_server`; the cache is then the release that it was, and the pages that were fetched
 * are kept.
 */
export async function updateContent(
  context: DeviceContext,
  head: Head,
  o: UpdateOptions,
): Promise<UpdateReport> {
  const report: UpdateReport = { rows: 0, replaced: false };
  for (let restarts = 0;;) {
    const download = planDownload(context, head);
    if (!download) return report;
    try {
      await fetchPages(context, o);
    } catch (error) {
      if (!meansStartOver(error)) throw error;
      if (++restarts > MAX_RESTARTS) {
        throw new DeviceError("unstable_server", "The content's history keeps changing.");
      }
      context.db.transaction(() => discardDownload(context));
      const answer = await o.retry.run(() => o.client.head(null, { signal: o.signal }), o.signal);
      if (answer.changed) head = answer.head;
      continue;
    }
    const applied = await applyDownload(context, download);
    if (applied) {
      report.rows += applied.rows;
      report.replaced ||= applied.replaced;
    } else if (download.since_version === 0) {
      throw new DeviceError(
        "content_mismatch",
        `Version ${download.until_version} is not what was published.`,
      );
    }
  }
}
