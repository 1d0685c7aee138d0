// Content for a client that keeps all of it in memory or in one file: from what it holds to what the head names, verified.
import type { Client } from "./client.ts";
import { ContractError, historyChanged, ProblemError } from "./client_error.ts";
import type { Head } from "../contract/content.ts";
import { hashTree, treeRow } from "../contract/hash_tree.ts";
import { CONTENT_SCHEMA } from "../contract/limits.ts";

/** A version of the content. */
export interface HeldContent {
  /** The history that the version belongs to; null: no content is held. */
  history: string | null;
  /** 0: no content is held. */
  version: number;
  /** The rows' exact lines as they came, by kind and id: `question/179d50dd-…`. */
  rows: Record<string, string>;
}

/** How often one call may start over before the server counts as unstable. */
const MAX_RESTARTS = 3;
const STALE = ["history_changed", "cursor_ahead", "cursor_too_old"];

type ContentClient = Pick<Client, "head" | "delta">;

/** The rows of the head's version: those that are held with what changed since, or a snapshot where the server can't say that. */
async function download(
  client: ContentClient,
  held: HeldContent,
  { history, version, horizon }: Head,
): Promise<Record<string, string>> {
  const isOnTheWay = held.history === history && held.version <= version && held.version >= horizon;
  let since = isOnTheWay ? held.version : 0;
  let rows: Record<string, string> = since > 0 ? { ...held.rows } : {};
  for await (const { page, changes } of client.delta({ since, history, until: version })) {
    // A snapshot's request names a history that a server of a moment ago may not know.
    if (page.history !== history) throw historyChanged();
    // The server answers with a snapshot where that is smaller: all its pages say 0.
    if (page.since < since) {
      since = page.since;
      rows = {};
    }
    for (const { row, line } of changes) {
      if (row.kind === "tombstone") delete rows[`${row.of}/${row.id}`];
      else rows[`${row.kind}/${row.id}`] = line;
    }
  }
  return rows;
}

/** Whether these are exactly the rows of a release: each is readable, under its own key, and in the tree of this root. */
function areRowsOf(root: string | null, rows: Readonly<Record<string, string>>): boolean {
  try {
    const placed = Object.values(rows).map(treeRow);
    const tree = hashTree(placed);
    return tree.root === root && tree.orphans.length === 0 &&
      placed.every(({ kind, id, line }) => rows[`${kind}/${id}`] === line);
  } catch {
    // What is held may be damaged so that it can't be read.
    return false;
  }
}

/**
 * Fetches what the head names and `held` lacks, and verifies it. Store the result as a whole; `held` is not changed, and is returned itself where
 * there is nothing newer. If the rows do not come to the published root, or the server was restored, it starts over with a snapshot. Throws the
 * client's errors, and ContractError for content that is not the published one.
 */
export async function fetchContent(
  client: ContentClient,
  held: HeldContent,
  head: Head,
): Promise<HeldContent> {
  const freshHead = async () => {
    const answer = await client.head();
    if (!answer.changed) throw new ContractError("A request without an ETag has the answer 304.");
    return answer.head;
  };
  if (head.schema !== CONTENT_SCHEMA) head = await freshHead();
  for (let restarts = 0;; restarts++) {
    const isHeld = restarts === 0 && held.history === head.history && held.version === head.version;
    // A server without a release has nothing newer. It may also be one that was restored meanwhile.
    if (head.version === 0 || isHeld) return held;
    try {
      const rows = await download(
        client,
        restarts === 0 ? held : { history: null, version: 0, rows: {} },
        head,
      );
      if (areRowsOf(head.root, rows)) return { history: head.history, version: head.version, rows };
      if (restarts > 0) throw new ContractError("The content is not the published one.");
    } catch (error) {
      const isStale = error instanceof ProblemError && STALE.includes(error.code);
      if (!isStale || restarts === MAX_RESTARTS) throw error;
    }
    head = await freshHead();
  }
}
