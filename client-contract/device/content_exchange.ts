// The content's part of a sync: it checks a part of the cache and then updates to the head. The head comes with the sync's answer. After a
// hint the delta is requested alone, and the head only if that is not enough.
import { NetworkError } from "../client/mod.ts";
import type { Head } from "../contract/content.ts";
import type { ContentHint } from "../contract/hint.ts";
import { checkContent } from "./content_check.ts";
import type { Repair } from "./content_settle.ts";
import { takeHinted } from "./content_hinted.ts";
import { freshHead, updateContent, type UpdateOptions, type UpdateReport } from "./content_update.ts";
import { clockTime } from "./clock.ts";
import { type DeviceContext, readState } from "./context.ts";
import { takeLetters } from "./dead_letter.ts";
import { pendingEvents } from "./outbox.ts";
import { isUpgradeRequired, rememberHead, rememberHintedHead, rememberRefusal } from "./standing.ts";
import { tellChecked } from "./telemetry.ts";

/** The options of the content's part. */
export interface ContentOptions extends UpdateOptions {
  /** The hint, if the sync has no other cause. */
  hint?: ContentHint | undefined;
  /** The least number of cached rows that a sync checks. */
  checkRows?: number | undefined;
}

/** The result. */
export interface ContentExchange {
  /** Content rows written and removed. */
  rows: number;
  /** Cached rows that were checked: each sync checks the next part of the cache. */
  checked: number;
  /** Damage that was found in the cache, and fetched. */
  repairs: Repair[];
}

/** An app that is too old for the head keeps its content, and everything else works. */
async function bringContent(
  context: DeviceContext,
  update: () => Promise<UpdateReport | undefined>,
  o: ContentOptions,
  report: ContentExchange,
): Promise<void> {
  const since = clockTime(context.clock);
  const { rows, damaged } = checkContent(context, o.checkRows);
  report.checked = rows;
  if (rows + damaged > 0) tellChecked(context, rows, damaged, since);
  try {
    const updated = await update();
    if (!updated) return;
    report.rows = updated.rows;
    report.repairs = updated.repairs;
    rememberRefusal(context, false);
  } catch (error) {
    if (!isUpgradeRequired(error)) throw error;
    rememberRefusal(context, true);
  }
}

/** Whether a head does not have the release of the hint yet. */
const isBehind = (head: Head, hint: ContentHint): boolean =>
  head.history === hint.history && head.version < hint.version;

/**
 * The head with the release of a hint. A hint may overtake its release, on a replica for some time. Then the head is asked for again, like
 * after a failure. If it stays behind, the older head counts until the next poll.
 */
async function hintedHead(
  context: DeviceContext,
  { hint, expected }: { hint: ContentHint; expected: number },
  o: ContentOptions,
): Promise<Head | undefined> {
  const { content_history, content_version: version } = readState(context.db);
  const holds = { deviceId: context.deviceId, version, history: content_history };
  const attempts = o.retry.attempts(o.signal);
  for (;;) {
    const head = await freshHead(o, { history: hint.history, expected, holds });
    if (!head || !isBehind(head, hint)) return head;
    try {
      await attempts.failed(new NetworkError("the head is older than the hint"));
    } catch {
      o.signal?.throwIfAborted();
      return head;
    }
  }
}

/** Asks for the head with the release of a hint, and updates the content to it. */
async function updateToHinted(
  context: DeviceContext,
  hinted: { hint: ContentHint; expected: number },
  o: ContentOptions,
): Promise<UpdateReport | undefined> {
  const head = await hintedHead(context, hinted, o);
  if (!head) return undefined;
  rememberHintedHead(context, head);
  return await updateContent(context, head, o);
}

/** Updates the content to the head of a sync's answer, or to the release of the hint that caused the sync. */
export async function exchangeContent(
  context: DeviceContext,
  head: Head,
  o: ContentOptions,
  report: ContentExchange,
): Promise<void> {
  const { hint } = o;
  rememberHead(context, head);
  const update = () =>
    hint && isBehind(head, hint)
      ? updateToHinted(context, { hint, expected: hint.version }, o)
      : updateContent(context, head, o);
  await bringContent(context, update, o, report);
}

/**
 * Whether a hint needs only the content: nothing waits to be sent, and a sync could not learn of a restore, or that the revocation of this
 * device was lifted.
 */
export function concernsContentAlone(context: DeviceContext, { history }: ContentHint): boolean {
  const state = readState(context.db);
  return state.history === history && state.revoked === 0 && state.adoption !== "pending" &&
    pendingEvents(context) === 0 &&
    takeLetters(context).length === 0;
}

/**
 * Updates the content to the release of a hint, or to a newer one that the device knows of. The server shares one head and one delta: 10,000 hinted
 * devices cost it two queries an isolate, whereas their syncs would cost 10,000 transactions under a learner's lock.
 */
export async function followHint(
  context: DeviceContext,
  hint: ContentHint,
  o: ContentOptions,
  report: ContentExchange,
): Promise<void> {
  const { content_history, content_version: version, head_version } = readState(context.db);
  // A sync may have fetched the release after the hint came.
  if (content_history === hint.history && version >= hint.version) return;
  const update = async () => {
    const rows = await takeHinted(context, hint, o);
    if (rows !== undefined) return { rows, repairs: [] };
    return await updateToHinted(context, { hint, expected: Math.max(hint.version, head_version) }, o);
  };
  await bringContent(context, update, o, report);
}
