// The content's part of a sync: a look at the cache, then the way to the head, which the sync's answer brought, or which is
// asked for by itself after a hint.
import type { Head } from "../contract/content.ts";
import type { ContentHint } from "../contract/hint.ts";
import { checkContent } from "./content_check.ts";
import type { Repair } from "./content_settle.ts";
import { freshHead, updateContent, type UpdateOptions } from "./content_update.ts";
import { clockTime } from "./clock.ts";
import { type DeviceContext, readState } from "./context.ts";
import { takeLetters } from "./dead_letter.ts";
import { pendingEvents } from "./outbox.ts";
import { isUpgradeRequired, rememberHead, rememberHintedHead, rememberRefusal } from "./standing.ts";
import { tellChecked } from "./telemetry.ts";

/** What the content's part takes besides the device itself. */
export interface ContentOptions extends UpdateOptions {
  /** Rows of the cache that a sync looks at, at least. */
  checkRows?: number | undefined;
}

/** What it did. */
export interface ContentExchange {
  /** Content rows written and removed. */
  rows: number;
  /** Cached rows that were looked at: each sync checks the next part of the cache. */
  checked: number;
  /** What was found damaged in the cache, and fetched. */
  repairs: Repair[];
}

/** An app that is too old for the head keeps what it has, and everything else goes on. */
async function bringContent(
  context: DeviceContext,
  askHead: () => Promise<Head | undefined>,
  o: ContentOptions,
  report: ContentExchange,
): Promise<void> {
  const since = clockTime(context.clock);
  const { rows, damaged } = await checkContent(context, o.checkRows);
  report.checked = rows;
  if (rows + damaged > 0) tellChecked(context, rows, damaged, since);
  try {
    const head = await askHead();
    if (!head) return;
    const { rows, repairs } = await updateContent(context, head, o);
    report.rows = rows;
    report.repairs = repairs;
    rememberRefusal(context, false);
  } catch (error) {
    if (!isUpgradeRequired(error)) throw error;
    rememberRefusal(context, true);
  }
}

/** Brings the content to the head that a sync's answer named. */
export async function exchangeContent(
  context: DeviceContext,
  head: Head,
  o: ContentOptions,
  report: ContentExchange,
): Promise<void> {
  rememberHead(context, head);
  await bringContent(context, () => Promise.resolve(head), o, report);
}

/**
 * Whether a hint is to be followed to the content alone: nothing waits to go up, and no sync is due that would learn more,
 * of a restore or that the device was signed off.
 */
export function concernsContentAlone(context: DeviceContext, { history }: ContentHint): boolean {
  const state = readState(context.db);
  return state.history === history && state.revoked === 0 && state.adoption !== "pending" &&
    pendingEvents(context) === 0 &&
    takeLetters(context).length === 0;
}

/**
 * Brings the content to the release that a hint told of, or to a newer one that the device has heard of. The head is one
 * that the server shares: 10,000 devices that were hinted at once cost it a query an isolate, where as many syncs would cost 10,000
 * transactions under a learner's lock.
 */
export async function followHint(
  context: DeviceContext,
  { history, version: hinted }: ContentHint,
  o: ContentOptions,
  report: ContentExchange,
): Promise<void> {
  const { content_history, content_version: version, head_version } = readState(context.db);
  // A sync may have brought it since the hint came.
  if (content_history === history && version >= hinted) return;
  const expected = Math.max(hinted, head_version);
  const askHead = async () => {
    const head = await freshHead(o, {
      history,
      expected,
      holds: { deviceId: context.deviceId, version, history: content_history },
    });
    if (head) rememberHintedHead(context, head);
    return head;
  };
  await bringContent(context, askHead, o, report);
}
