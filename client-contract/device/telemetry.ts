// What the device tells about itself (../tracking.ts), in a table of its own beside the outbox. It goes up with batches
// that are sent anyway, in the room that the learner's events leave: it never asks for a batch, holds none up, and is
// not among what waits for the learner. What a restored server has lost of it is not sent again.
import { z } from "zod";
import type { EventResult } from "../contract/batch.ts";
import { ContractError, NetworkError, ProblemError } from "../client/mod.ts";
import { MAX_INTEGER } from "../contract/fields.ts";
import { MAX_BATCH_EVENTS, MAX_DURATION_MS } from "../contract/limits.ts";
import { Code } from "../contract/tracking.ts";
import { clockTime, instant } from "./clock.ts";
import { type DeviceContext, readState } from "./context.ts";
import { DeviceError } from "./device_error.ts";
import { EventLine, fitBatch, makeEvent, type TrackingDraft } from "./event_line.ts";
import { readSteering } from "./steering.ts";

/**
 * Most that waits: two full batches, 300 KiB, and weeks of a device that finds no network at the usual poll. The oldest goes
 * first, since what support asks about is what happened last.
 */
export const MAX_WAITING = 1000;
/** A cache that is sound is worth a word a day; syncs look at it every quarter of an hour. */
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

/** Something in the app went wrong. */
export interface Failure {
  /** Of the error registry, or the app's own: `^[a-z][a-z0-9_.]{0,63}$`, and so is `place`. */
  code: string;
  /** Where in the app, such as a screen. */
  place?: string | undefined;
  /** The app does not survive it: it has recovered when the device is opened again. */
  fatal: boolean;
}

/** When a sync began to send a batch, and how often it was sent. */
export interface Sending {
  /** The learner's events in it. */
  events: number;
  since: number;
  attempts: number;
}

const readTelemetry = ({ db }: DeviceContext) => db.get(State, "select * from telemetry_state");

/** A code's form, or the word for what has none. */
export const asCode = (text: string): string => Code.safeParse(text).success ? text : "unknown";

/** What went wrong with a request, as a code. */
function codeOf(error: unknown): string {
  if (error instanceof ProblemError || error instanceof DeviceError) return asCode(error.code);
  if (error instanceof NetworkError) return "network_failed";
  if (error instanceof ContractError) return "contract_broken";
  return error instanceof DOMException && error.name === "AbortError" ? "aborted" : "unknown";
}

/** Milliseconds since then; a clock that was set meanwhile makes no nonsense of it. */
function elapsed({ clock }: DeviceContext, since: number, most = MAX_DURATION_MS): number {
  return Math.min(Math.max(clockTime(clock) - since, 0), most);
}

/** Tells something, where the app has not opted out. Called within a transaction. */
export function tell(context: DeviceContext, draft: TrackingDraft): void {
  const { db, telemetry } = context;
  if (telemetry === null) return;
  const { event, line } = makeEvent(context, draft);
  db.run("insert into telemetry (event_id, type, line) values (?, ?, ?)", event.id, event.type, line);
  db.run(
    "delete from telemetry where event_id <= (select event_id from telemetry order by event_id desc limit 1 offset ?)",
    MAX_WAITING,
  );
}

/** Begins, or goes on after a restart: an app that did not survive a failure has recovered. Who opts out leaves nothing. */
export function openTelemetry(context: DeviceContext): void {
  const { db, telemetry } = context;
  db.transaction(() => {
    if (telemetry === null) {
      db.run("delete from telemetry");
      db.run("delete from telemetry_state");
      return;
    }
    // What the outbox held before is not news.
    db.run(
      "insert into telemetry_state (told_event) select max(event_id) from outbox where true on conflict do nothing",
    );
    const { failed_code = null, failed_at = null } = readTelemetry(context) ?? {};
    if (failed_code !== null && failed_at !== null) {
      tellRecovered(context, failed_code, Date.parse(failed_at));
    }
  });
}

/** What waits, oldest first, as far as the learner's events leave room for it in their batch. */
export function takeTelemetry({ db }: DeviceContext, events: readonly EventLine[]): EventLine[] {
  const room = Math.min(MAX_BATCH_EVENTS, readSteering(db).batch_events) - events.length;
  const waiting = db.all(
    EventLine,
    "select event_id, line from telemetry order by event_id limit ?",
    Math.max(room, 0),
  );
  return fitBatch([...events, ...waiting]).slice(events.length);
}

/** Lets go of what the server has, whatever it makes of it; the rest goes with the next sync. Within a transaction. */
export function recordTelemetry(
  { db }: DeviceContext,
  sent: readonly EventLine[],
  results: readonly EventResult[],
): void {
  sent.forEach(({ event_id }, place) => {
    if (results[place] && results[place].status !== "retry") {
      db.run("delete from telemetry where event_id = ?", event_id);
    }
  });
}

/** Tells how much went into the outbox since it was last told; a sync begins with it. */
export function tellCreated(context: DeviceContext): void {
  const { db } = context;
  if (context.telemetry === null) return;
  db.transaction(() => {
    const created = db.get(
      Created,
      `select count(*) as events, max(event_id) as last,
         (select count(*) from outbox where state = 'pending') as waiting
       from outbox where event_id > coalesce((select told_event from telemetry_state), '')`,
    );
    if (!created || created.events === 0) return;
    tell(context, {
      type: "outbox.created",
      body: { events: Math.min(created.events, MAX_COUNT), waiting: Math.min(created.waiting, MAX_COUNT) },
    });
    db.run("update telemetry_state set told_event = ?", created.last);
  });
}

/** Begins to send a batch. */
export const beginSending = ({ clock }: DeviceContext, events: number): Sending => ({
  events,
  since: clockTime(clock),
  attempts: 0,
});

/**
 * Tells how sending a batch ended: once, however often it was sent, or a day without a network would drown all else. A batch
 * without anything of the learner is a poll, and each poll telling of the one before would never end. Within a transaction.
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

/** Tells that rows of the cache were compared with their hashes; `damaged`: at least so many were not what they should be. */
export function tellChecked(context: DeviceContext, rows: number, damaged: number, since: number): void {
  const { db, clock } = context;
  const { content_version } = readState(db);
  if (context.telemetry === null || content_version === 0) return;
  db.transaction(() => {
    const { checked_at } = readTelemetry(context) ?? { checked_at: null };
    const age = checked_at === null ? Infinity : clockTime(clock) - Date.parse(checked_at);
    // Of a clock that was set back, too.
    const isDue = age >= CHECK_EVERY_MS || age < 0;
    if (damaged === 0 && !isDue) return;
    if (damaged === 0) db.run("update telemetry_state set checked_at = ?", instant(clock));
    tell(context, {
      type: "cache.checked",
      body: { content_version, rows, damaged, duration_ms: elapsed(context, since) },
    });
  });
}

/** Tells that the cache was brought to the version that it has now. */
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

/** Tells that damage is gone: `whole` where everything was fetched for it. */
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

/** Writes down how often the learner has read content offline; what a killed process had not written is lost. */
export function keepReads({ db, telemetry }: DeviceContext): void {
  if (telemetry === null || telemetry.reads === 0) return;
  db.run(
    "update telemetry_state set offline_reads = offline_reads + ? where offline_since is not null",
    telemetry.reads,
  );
  telemetry.reads = 0;
}

/** A sync found no network: a stretch without one begins, or goes on. Called outside of a transaction. */
export function noteOffline(context: DeviceContext, error: unknown): void {
  const { db, clock, telemetry } = context;
  if (telemetry === null || !(error instanceof NetworkError)) return;
  keepReads(context);
  db.run(
    `update telemetry_state set offline_since = ?, offline_after = coalesce((select last_ulid from sync_state), '')
     where offline_since is null`,
    instant(clock),
  );
}

/** The server has answered: a stretch without a network is over, and told if the learner studied. Within a transaction. */
export function noteOnline(context: DeviceContext): void {
  const { db, deviceId, telemetry } = context;
  if (telemetry === null) return;
  keepReads(context);
  const { offline_since = null, offline_after = null, offline_reads: reads = 0 } = readTelemetry(context) ??
    {};
  if (offline_since === null || offline_after === null) return;
  const { attempts, unfinished } = db.get(
    Used,
    `select
       (select count(*) from attempt where device_id = ?1 and event_id > ?2) as attempts,
       (select count(*) from session where device_id = ?1 and session_id > ?2 and end_reason is not 'completed') as unfinished`,
    deviceId,
    offline_after,
  ) ?? { attempts: 0, unfinished: 0 };
  if (attempts + reads > 0) {
    const body = {
      duration_ms: elapsed(context, Date.parse(offline_since), MAX_INTEGER),
      attempts: Math.min(attempts, MAX_COUNT),
      // All content is read from the cache, so the device answers every read itself.
      reads: Math.min(reads, 10 * MAX_COUNT),
      local_reads: Math.min(reads, 10 * MAX_COUNT),
      completed: unfinished === 0,
    };
    tell(context, { type: "offline.used", body });
  }
  db.run("update telemetry_state set offline_since = null, offline_after = null, offline_reads = 0");
}

function tellRecovered(context: DeviceContext, code: string, since: number): void {
  tell(context, { type: "app.recovered", body: { code, duration_ms: elapsed(context, since) } });
  context.db.run(
    "update telemetry_state set failed_code = null, failed_at = null where failed_code = ?",
    code,
  );
}

/**
 * Tells that something in the app went wrong; what it gives is to be called, once, when the app works again. Throws DeviceError
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
    if (fatal) db.run("update telemetry_state set failed_code = ?, failed_at = ?", code, instant(clock));
  });
  let hasRecovered = false;
  return () => {
    if (hasRecovered) return;
    hasRecovered = true;
    db.transaction(() => tellRecovered(context, code, since));
  };
}
