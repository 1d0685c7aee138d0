// One sync: sends the device's events, pulls the learner's rows, and then updates the content.
import { z } from "zod";
import type { BatchHeader, SyncAnswer } from "../contract/batch.ts";
import type { PullAnswer } from "../contract/changes.ts";
import { ContractError, freshUlid } from "../client/mod.ts";
import type { Head } from "../contract/content.ts";
import { CONTENT_SCHEMA, CONTRACT_VERSION } from "../contract/limits.ts";
import { adoptPending } from "./adoption.ts";
import { forgetOldCell } from "./cell.ts";
import { clockTime, instant } from "./clock.ts";
import {
  concernsContentAlone,
  type ContentExchange,
  type ContentOptions,
  exchangeContent,
  followHint,
} from "./content_exchange.ts";
import { type DeviceContext, readState } from "./context.ts";
import { recordLetters, takeLetters } from "./dead_letter.ts";
import { DeviceError } from "./device_error.ts";
import type { EventLine } from "./event_line.ts";
import {
  type BatchOutcome,
  pendingEvents,
  pruneOutbox,
  recordResults,
  resendAll,
  takeBatch,
} from "./outbox.ts";
import { pullAnew, pullCursor, stagePull } from "./pull.ts";
import { refreshProgress } from "./progress.ts";
import * as queries from "./queries.gen.ts";
import { rememberRefusedSync, rememberSteering } from "./steering.ts";
import {
  beginSending,
  noteOffline,
  noteOnline,
  recordTelemetry,
  type Sending,
  takeTelemetry,
  tellAttempted,
  tellCreated,
} from "./telemetry.ts";
import { noteServerTime, type RoundTrip } from "./clock_offset.ts";

/** How often one sync may start over before the server counts as unstable. */
const MAX_RESTARTS = 3;

/** The options of a sync. */
export interface SyncOptions extends ContentOptions {
  platform?: string | undefined;
  appVersion?: string | undefined;
  /** Changes a pull; by default the server's choice. */
  pullRows?: number | undefined;
}

/** The result of a sync. */
export interface SyncReport extends BatchOutcome, ContentExchange {
  /** Answered batches, including empty ones; 0 if a hint needed only the content. */
  batches: number;
  /** Dead letters that were handed in. */
  handedIn: number;
  /** Pulled changes of the learner's rows. */
  pulled: number;
  /** Whether the server had lost data, so that all kept events were sent again and all rows pulled again. */
  restarted: boolean;
  /** The held content version. */
  version: number;
}

const SkillId = z.object({ skill_id: z.string() });

function headerOf(context: DeviceContext, o: SyncOptions, wantsPull: boolean): BatchHeader {
  return {
    batch_id: freshUlid(clockTime(context.clock)),
    device_id: context.deviceId,
    sent_at: instant(context.clock),
    platform: o.platform ?? null,
    app_version: o.appVersion ?? null,
    contract_version: CONTRACT_VERSION,
    content_version: readState(context.db).content_version,
    content_schema: CONTENT_SCHEMA,
    pull: wantsPull ? { cursor: pullCursor(context), limit: o.pullRows ?? null } : null,
  };
}

/** The effect of an answer. */
interface Step {
  /** The device must start over: the pulled rows are void. */
  isReset: boolean;
  /** There is nothing left to pull. */
  isPulled: boolean;
  pulled: number;
}

/** Stores the answer to a pull. Within a transaction. */
function takePull(context: DeviceContext, pull: PullAnswer | null): Step {
  if (pull === null) return { isReset: false, isPulled: false, pulled: 0 };
  if ("reset" in pull) {
    if (pull.reset !== "cursor_invalid") resendAll(context);
    pullAnew(context);
    return { isReset: true, isPulled: false, pulled: 0 };
  }
  return { isReset: false, isPulled: !pull.more, pulled: stagePull(context, pull) };
}

/** Stores the answer to a batch of events and telemetry. Within a transaction. */
function takeAnswer(
  context: DeviceContext,
  batch: EventLine[],
  telemetry: EventLine[],
  { answer, ...trip }: Answered,
): Step & { outcome: BatchOutcome } {
  const { db } = context;
  const { batch: { results, received_at }, head, steering, pull } = answer;
  noteServerTime(context, received_at, trip);
  const { history } = readState(db);
  // The cursor shows this too, but a device that has never finished a pull has none, and may have delivered events.
  const isNewHistory = history !== null && history !== head.history;
  if (isNewHistory) {
    resendAll(context);
    pullAnew(context);
  }
  db.run(queries.rememberHistory, head.history);
  rememberSteering(context, steering);
  noteOnline(context);
  const outcome = recordResults(context, batch, results);
  recordTelemetry(context, telemetry, results.slice(batch.length));
  if (outcome.quarantined > 0) {
    // Quarantined events stop counting at once, not only after the next pull.
    const skills = db.all(SkillId, queries.skillsOfQuarantined);
    for (const { skill_id } of skills) refreshProgress(db, skill_id);
  }
  if (isNewHistory) return { outcome, isReset: true, isPulled: false, pulled: 0 };
  return { outcome, ...takePull(context, pull) };
}

/** A batch's answer, and the times of the attempt that got it. */
interface Answered extends RoundTrip {
  answer: SyncAnswer;
}

/** Sends a batch until it is answered. A final failure is reported as telemetry, and thrown. */
async function sendBatch(
  context: DeviceContext,
  lines: string[],
  header: BatchHeader,
  sending: Sending,
  o: SyncOptions,
): Promise<Answered> {
  const { clock } = context;
  try {
    const answered = await o.retry.run(async () => {
      sending.attempts++;
      const sentAt = clockTime(clock);
      // The server derives the clock skew from `sent_at`, so it is the time of this attempt.
      const stamped = { ...header, sent_at: new Date(sentAt).toISOString() };
      const answer = await o.client.sync(stamped, lines, { signal: o.signal });
      return { answer, sentAt, answeredAt: clockTime(clock) };
    }, o.signal);
    const { results } = answered.answer.batch;
    if (results.length !== lines.length) {
      throw new ContractError(`${lines.length} events have ${results.length} results`);
    }
    return answered;
  } catch (error) {
    context.db.transaction(() => tellAttempted(context, sending, error));
    throw error;
  }
}

/** Pushes and pulls until both sides have the same, and returns the newest head. */
async function exchange(context: DeviceContext, o: SyncOptions, report: SyncReport): Promise<Head> {
  const { db } = context;
  tellCreated(context);
  for (let restarts = 0;;) {
    if (restarts > MAX_RESTARTS) {
      throw new DeviceError("unstable_server", "The server's history keeps changing.");
    }
    // Before the account's token sends events of the anonymous learner.
    await adoptPending(context, o);
    const batch = takeBatch(context);
    // Telemetry alone is no reason for another batch.
    const isLast = pendingEvents(context) === batch.length;
    const telemetry = takeTelemetry(context, batch);
    const lines = [...batch, ...telemetry].map(({ line }) => line);
    const sending = beginSending(context, batch.length);
    const answered = await sendBatch(context, lines, headerOf(context, o, isLast), sending, o);
    const { answer } = answered;
    const taken = db.transaction(() => {
      tellAttempted(context, sending);
      return takeAnswer(context, batch, telemetry, answered);
    });
    const { delivered, quarantined, heldBack, retried } = taken.outcome;
    report.batches++;
    report.delivered += delivered;
    report.quarantined += quarantined;
    report.heldBack += heldBack;
    report.retried += retried;
    report.pulled += taken.pulled;
    // If the server wants the whole batch later, sending it again at once would be an endless loop.
    const isStuck = retried === batch.length;
    if (!isLast && !isStuck && !taken.isReset) continue;

    let step: Step = taken;
    while (!step.isReset && !step.isPulled) {
      const cursor = pullCursor(context);
      const pull = await o.retry.run(
        () =>
          o.client.pull(cursor, {
            limit: o.pullRows,
            // The pull must contain what was just pushed, whichever replica answers.
            atLeast: answer.batch.token,
            device: context.deviceId,
            signal: o.signal,
          }),
        o.signal,
      );
      step = db.transaction(() => {
        rememberSteering(context, pull.steering);
        return takePull(context, pull);
      });
      report.pulled += step.pulled;
    }
    if (!step.isReset) return answer.head;
    report.restarted = true;
    restarts++;
  }
}

/** Hands in dead letters, after all events, because nothing waits for them. */
async function handInLetters(context: DeviceContext, o: SyncOptions, report: SyncReport): Promise<void> {
  for (;;) {
    const letters = takeLetters(context);
    if (letters.length === 0) return;
    const header = { ...headerOf(context, o, false), dead_letters: letters.map(({ reason }) => reason) };
    const lines = letters.map(({ line }) => line);
    const { batch: { results } } = await o.retry.run(
      () => o.client.sync({ ...header, sent_at: instant(context.clock) }, lines, { signal: o.signal }),
      o.signal,
    );
    if (results.length !== letters.length) {
      throw new ContractError(`${letters.length} dead letters have ${results.length} results`);
    }
    const handedIn = context.db.transaction(() => recordLetters(context, letters, results));
    report.batches++;
    report.handedIn += handedIn;
    // If the server wants all of them later, sending them again at once would be an endless loop.
    if (handedIn === 0) return;
  }
}

/**
 * Sends the outbox, pulls the learner's rows and updates the content. After a hint with nothing to send, it only updates the content. If a later
 * part fails, the earlier parts stay done. Throws the client's errors when retries are used up, and DeviceError `unstable_server`,
 * `content_mismatch`, `wrong_learner` or `signed_out`.
 */
export async function syncDevice(context: DeviceContext, o: SyncOptions): Promise<SyncReport> {
  const report: SyncReport = {
    batches: 0,
    delivered: 0,
    quarantined: 0,
    heldBack: 0,
    retried: 0,
    handedIn: 0,
    pulled: 0,
    restarted: false,
    version: 0,
    rows: 0,
    checked: 0,
    repairs: [],
  };
  forgetOldCell(context);
  if (o.hint && concernsContentAlone(context, o.hint)) {
    await followHint(context, o.hint, o, report);
    return { ...report, version: readState(context.db).content_version };
  }
  let head: Head;
  try {
    head = await exchange(context, o, report);
    await handInLetters(context, o, report);
  } catch (error) {
    rememberRefusedSync(context, error);
    noteOffline(context, error);
    throw error;
  }
  await exchangeContent(context, head, o, report);
  context.db.transaction(() => {
    pruneOutbox(context);
    context.db.run(queries.rememberSync, instant(context.clock));
  });
  report.version = readState(context.db).content_version;
  return report;
}
