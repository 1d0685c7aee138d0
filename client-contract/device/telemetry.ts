// Telemetry: events of the tracking plan (../contract/tracking.ts), in a table of their own. They fill the room that the learner's events leave in
// batches that are sent anyway. So telemetry never causes a batch, never delays one, and does not count as waiting. It is not sent
// again after a restore of the server.
import { z } from "zod";
import type { EventResult } from "../contract/batch.ts";
import { ContractError, fitBatch, NetworkError, ProblemError } from "../client/mod.ts";
import { MAX_INTEGER } from "../contract/fields.ts";
import { MAX_BATCH_EVENTS, MAX_DURATION_MS } from "../contract/limits.ts";
import { Code } from "../contract/tracking.ts";
import { clockTime, instant } from "./clock.ts";
import { type DeviceContext, readState } from "./context.ts";
import { DeviceError } from "./device_error.ts";
import { EventLine, makeEvent, type TrackingDraft } from "./event_line.ts";
import * as queries from "./queries.gen.ts";
import { readSteering } from "./steering.ts";

/**
 * The most telemetry events that wait: two full batches, 300 KiB, or weeks of a device that polls without a network. The oldest are dropped
 * first, because support asks about what happened last.
 */
export const MAX_WAITING = 1000;
/** An intact cache is reported once a day, although syncs check it every quarter of an hour. */
const CHECK_EVERY_MS = 86_400_000;
const MAX_COUNT = 1_000_000;

const State = z.object({
  told_event: z.string().nullable(),
  checked_at: z.string().nullable(),
  offline_since: z.string().nullable(),
  offline_after: z.string().nullable(),
  offline_reads: z.number(),
  failed_code: z.string().nullable(),
  failed_at: z.string().nullable(),
});
const Created = z.object({ events: z.number(), last: z.string().nullable(), waiting: z.number() });
const Used = z.object({ attempts: z.number(), unfinished: z.number() });

/** A failure in the app. */
export interface Failure {
  /** A code of the error registry or of the app: `^[a-z][a-z0-9_.]{0,63}$`. `place` has the same form. */
  code: string;
  /** The place in the app, such as a screen. */
  place?: string | undefined;
  /** The app ends. It has recovered when the device is opened again. */
  fatal: boolean;
}

/** The sending of a batch: when it began, and how often the batch was sent. */
export interface Sending {
  /** The number of the learner's events in the batch. */
  events: number;
  since: number;
  attempts: number;
}

const readTelemetry = ({ db }: DeviceContext) => db.get(State, queries.readTelemetryState);

/** The text if it is a code, otherwise `unknown`. */
export const asCode = (text: string): string => Code.safeParse(text).success ? text : "unknown";

/** The code of a failed request. */
function codeOf(error: unknown): string {
  if (error instanceof ProblemError || error instanceof DeviceError) return asCode(error.code);
  if (error instanceof NetworkError) return "network_failed";
  if (error instanceof ContractError) return "contract_broken";
  return error instanceof DOMException && error.name === "AbortError" ? "aborted" : "unknown";
}

/** Milliseconds since then, within the allowed range even if the clock was set meanwhile. */
function elapsed({ clock }: DeviceContext, since: number, most = MAX_DURATION_MS): number {
  return Math.min(Math.max(clockTime(clock) - since, 0), most);
}

/** Stores a telemetry event, unless the app has turned telemetry off. Called within a transaction. */
export function tell(context: DeviceContext, draft: TrackingDraft): void {
  if (context.telemetry !== null) keepTelemetry(context, draft);
}

/** Stores a telemetry event, whatever the app has chosen, and returns its id. Called within a transaction. */
export function keepTelemetry(context: DeviceContext, draft: TrackingDraft): string {
  const { db } = context;
  const { event, line } = makeEvent(context, draft);
  db.run(queries.addTelemetry, event.id, event.type, line);
  db.run(queries.capTelemetry, MAX_WAITING);
  return event.id;
}

/** Opens the telemetry. After a fatal failure it reports the recovery. If the app has turned telemetry off, it deletes everything. */
export function openTelemetry(context: DeviceContext): void {
  const { db, telemetry } = context;
  db.transaction(() => {
    if (telemetry === null) {
      db.run(queries.dropTelemetry);
      db.run(queries.dropTelemetryState);
      return;
    }
    // Events that the outbox held before are not reported.
    db.run(queries.openTelemetry);
    const { failed_code = null, failed_at = null } = readTelemetry(context) ?? {};
    if (failed_code !== null && failed_at !== null) {
      tellRecovered(context, failed_code, Date.parse(failed_at));
    }
  });
}

/** The oldest waiting telemetry that fits into the batch beside the learner's events. */
export function takeTelemetry({ db }: DeviceContext, events: readonly EventLine[]): EventLine[] {
  const room = Math.min(MAX_BATCH_EVENTS, readSteering(db).batch_events) - events.length;
  const waiting = db.all(
    EventLine,
    queries.waitingTelemetry,
    Math.max(room, 0),
  );
  return fitBatch([...events, ...waiting]).slice(events.length);
}

/** Deletes telemetry with a final result; the rest is sent with the next sync. Within a transaction. */
export function recordTelemetry(
  { db }: DeviceContext,
  sent: readonly EventLine[],
  results: readonly EventResult[],
): void {
  sent.forEach(({ event_id }, place) => {
    if (results[place] && results[place].status !== "retry") {
      db.run(queries.deleteTelemetry, event_id);
    }
  });
}

/** Reports how many events were made since the last report. A sync begins with it. */
export function tellCreated(context: DeviceContext): void {
  const { db } = context;
  if (context.telemetry === null) return;
  db.transaction(() => {
    const created = db.get(Created, queries.untoldEvents);
    if (!created || created.events === 0) return;
    tell(context, {
      type: "outbox.created",
      body: { events: Math.min(created.events, MAX_COUNT), waiting: Math.min(created.waiting, MAX_COUNT) },
    });
    db.run(queries.rememberTold, created.last);
  });
}

/** Notes that sending a batch begins. */
export const beginSending = ({ clock }: DeviceContext, events: number): Sending => ({
  events,
  since: clockTime(clock),
  attempts: 0,
});

/**
 * Reports how sending a batch ended: once for all its attempts, because a day without a network would displace all other telemetry. Batches without the
 * learner's events are not reported, because each poll would report the one before. Within a transaction.
 */
export function tellAttempted(
  context: DeviceContext,
  { events, since, attempts }: Sending,
  error?: unknown,
): void {
  if (events === 0 || attempts === 0) return;
  const duration_ms = elapsed(context, since);
  const answered = error === undefined;
  const code = answered ? null : codeOf(error);
  tell(context, { type: "outbox.attempted", body: { events, attempts, answered, code, duration_ms } });
}

/** Reports a check of the cache; `damaged` is the least number of damaged rows. */
export function tellChecked(context: DeviceContext, rows: number, damaged: number, since: number): void {
  const { db, clock } = context;
  const { content_version } = readState(db);
  if (context.telemetry === null || content_version === 0) return;
  db.transaction(() => {
    const { checked_at } = readTelemetry(context) ?? { checked_at: null };
    const age = checked_at === null ? Infinity : clockTime(clock) - Date.parse(checked_at);
    // A negative age comes from a clock that was set back.
    const isDue = age >= CHECK_EVERY_MS || age < 0;
    if (damaged === 0 && !isDue) return;
    if (damaged === 0) db.run(queries.rememberCheck, instant(clock));
    tell(context, {
      type: "cache.checked",
      body: { content_version, rows, damaged, duration_ms: elapsed(context, since) },
    });
  });
}

/** Reports that the cache was updated to its present version. */
export function tellRefreshed(context: DeviceContext, from: number, rows: number, since: number): void {
  const { db } = context;
  const body = {
    from_version: from,
    to_version: readState(db).content_version,
    rows,
    duration_ms: elapsed(context, since),
  };
  db.transaction(() => tell(context, { type: "cache.refreshed", body }));
}

/** Reports that damage was repaired; `whole`: everything was fetched for it. */
export function tellRepaired(context: DeviceContext, rows: number, whole: boolean, since: number): void {
  const { db } = context;
  const body = {
    content_version: readState(db).content_version,
    rows,
    whole,
    duration_ms: elapsed(context, since),
  };
  db.transaction(() => tell(context, { type: "cache.repaired", body }));
}

/** Stores how often the learner has read content offline. A killed process loses the reads that were not stored. */
export function keepReads({ db, telemetry }: DeviceContext): void {
  if (telemetry === null || telemetry.reads === 0) return;
  db.run(
    queries.addOfflineReads,
    telemetry.reads,
  );
  telemetry.reads = 0;
}

/** Notes that a sync found no network: an offline period begins or continues. Called outside of a transaction. */
export function noteOffline(context: DeviceContext, error: unknown): void {
  const { db, clock, telemetry } = context;
  if (telemetry === null || !(error instanceof NetworkError)) return;
  keepReads(context);
  db.run(
    queries.beginOffline,
    instant(clock),
  );
}

/** Notes that the server has answered: an offline period ends, and is reported if the learner studied. Within a transaction. */
export function noteOnline(context: DeviceContext): void {
  const { db, deviceId, telemetry } = context;
  if (telemetry === null) return;
  keepReads(context);
  const { offline_since = null, offline_after = null, offline_reads: reads = 0 } = readTelemetry(context) ??
    {};
  if (offline_since === null || offline_after === null) return;
  const { attempts, unfinished } = db.get(
    Used,
    queries.usedOffline,
    deviceId,
    offline_after,
  ) ?? { attempts: 0, unfinished: 0 };
  if (attempts + reads > 0) {
    const body = {
      duration_ms: elapsed(context, Date.parse(offline_since), MAX_INTEGER),
      attempts: Math.min(attempts, MAX_COUNT),
      // The device reads all content from its cache, so every read is local.
      reads: Math.min(reads, 10 * MAX_COUNT),
      local_reads: Math.min(reads, 10 * MAX_COUNT),
      completed: unfinished === 0,
    };
    tell(context, { type: "offline.used", body });
  }
  db.run(queries.endOffline);
}

function tellRecovered(context: DeviceContext, code: string, since: number): void {
  tell(context, { type: "app.recovered", body: { code, duration_ms: elapsed(context, since) } });
  context.db.run(
    queries.forgetFailure,
    code,
  );
}

/**
 * Reports a failure in the app. The returned function reports the recovery; call it once, when the app works again. Throws DeviceError
 * `invalid_code`.
 */
export function recordFailure(context: DeviceContext, { code, place, fatal }: Failure): () => void {
  const { db, clock } = context;
  if (![code, place ?? code].every((text) => Code.safeParse(text).success)) {
    throw new DeviceError("invalid_code", "A failure's code and place are codes, such as `audio.no_device`.");
  }
  const since = clockTime(clock);
  db.transaction(() => {
    tell(context, { type: "app.failed", body: { code, place: place ?? null, fatal } });
    if (fatal) db.run(queries.rememberFailure, code, instant(clock));
  });
  let hasRecovered = false;
  return () => {
    if (hasRecovered) return;
    hasRecovered = true;
    db.transaction(() => tellRecovered(context, code, since));
  };
}
