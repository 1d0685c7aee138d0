// The outbox: events are made here, wait for the server, and are kept some days longer.
import { z } from "zod";
import type { EventResult } from "../batch.ts";
import type { Event, EventType } from "../event.ts";
import { MAX_BATCH_BYTES, MAX_BATCH_EVENTS, MAX_EVENT_BYTES } from "../limits.ts";
import { clockTime, instant } from "./clock.ts";
import { type DeviceContext, readState } from "./context.ts";
import { DeviceError } from "./device_error.ts";
import { readSteering } from "./steering.ts";
import { nextUlid } from "./ulid.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
/** No server asks for a longer delay; a greater one is a clock that was set back, and does not count. */
const MAX_DELAY_MS = 7 * DAY_MS;

/** Answers that the server could not take an event yet, and did not say why it will, after which it is given up. */
const GIVE_UP_AFTER = 50;

/** Bytes of a batch that the header and line breaks may take. */
const HEADER_BYTES = 4 * 1024;

/** An event before it has an id: its type and body. */
export type EventDraft = {
  [T in EventType]: { type: T; body: Extract<Event, { type: T }>["body"] };
}[EventType];

const OutboxLine = z.object({ event_id: z.string(), line: z.string() });
/** An event that waits to be sent. */
export type OutboxLine = z.infer<typeof OutboxLine>;

const Count = z.object({ count: z.number() });
const StateCount = z.object({ state: z.string(), count: z.number() });

/** How many events are in which state. */
export interface OutboxCounts {
  pending: number;
  delivered: number;
  quarantined: number;
  held_back: number;
  /** Given up, and not handed in yet. */
  dead: number;
}

/** How the events of one batch fared. */
export interface BatchOutcome {
  delivered: number;
  quarantined: number;
  heldBack: number;
  /** To be sent again later. */
  retried: number;
}

const encoder = new TextEncoder();

/** Makes an id that ascends over all ids of this device. Called within a transaction. */
export function nextId({ db, clock, random }: DeviceContext): string {
  const id = nextUlid(readState(db).last_ulid, clockTime(clock), random);
  db.run("update sync_state set last_ulid = ?", id);
  return id;
}

/**
 * Appends an event, whose line never changes from then on. Called within the transaction that also writes what the
 * event means for the device's own rows. `skillId` is null for events of sessions. Throws DeviceError
 * `event_too_large`.
 */
export function appendEvent(context: DeviceContext, draft: EventDraft, skillId: string | null): Event {
  const event = {
    id: nextId(context),
    version: 1 as const,
    learner_id: context.learnerId,
    device_id: context.deviceId,
    occurred_at: instant(context.clock),
    utc_offset_minutes: context.clock.utcOffsetMinutes(),
    ...draft,
  };
  const line = JSON.stringify(event);
  if (encoder.encode(line).byteLength > MAX_EVENT_BYTES) {
    throw new DeviceError("event_too_large", `An event is at most ${MAX_EVENT_BYTES} bytes.`);
  }
  context.db.run(
    "insert into outbox (event_id, type, line, skill_id, created_at) values (?, ?, ?, ?, ?)",
    event.id,
    event.type,
    line,
    skillId,
    event.occurred_at,
  );
  return event;
}

/** When something may be sent: what waits for a later time is passed by, so that it never stands in the way. */
export function dueAt({ clock }: DeviceContext): [now: string, latest: string] {
  const now = clockTime(clock);
  return [new Date(now).toISOString(), new Date(now + MAX_DELAY_MS).toISOString()];
}

/** When to send again what the server wants later; null: with the next sync. */
export function retryAt({ clock }: DeviceContext, { retry_after_s }: EventResult): string | null {
  const delay = Math.min((retry_after_s ?? 0) * 1000, MAX_DELAY_MS);
  return delay > 0 ? new Date(clockTime(clock) + delay).toISOString() : null;
}

/** The first of the lines that fit one batch. */
export function fitBatch<T extends { line: string }>(waiting: readonly T[], headerBytes = HEADER_BYTES): T[] {
  let room = MAX_BATCH_BYTES - headerBytes;
  return waiting.filter(({ line }) => (room -= encoder.encode(line).byteLength + 1) >= 0);
}

const DUE = "(retry_at is null or retry_at <= ? or retry_at > ?)";

/** Takes the oldest waiting events, as many as one batch may hold, and counts the attempt. */
export function takeBatch(context: DeviceContext): OutboxLine[] {
  const { db } = context;
  return db.transaction(() => {
    const batch = fitBatch(db.all(
      OutboxLine,
      `select event_id, line from outbox where state = 'pending' and ${DUE} order by event_id limit ?`,
      ...dueAt(context),
      Math.min(MAX_BATCH_EVENTS, readSteering(db).batch_events),
    ));
    for (const { event_id } of batch) {
      db.run("update outbox set attempts = attempts + 1 where event_id = ?", event_id);
    }
    return batch;
  });
}

/** The number of events that wait to be sent, and may be. */
export function pendingEvents(context: DeviceContext): number {
  const sql = `select count(*) as count from outbox where state = 'pending' and ${DUE}`;
  return context.db.get(Count, sql, ...dueAt(context))?.count ?? 0;
}

/** Puts an event aside that is given up: it is handed in as a dead letter. Called within a transaction. */
export function giveUp(context: DeviceContext, eventId: string, reason: string): void {
  const { db, clock } = context;
  const given = db.run(
    "update outbox set state = 'dead', retry_at = null, code = null, field = null where event_id = ? and state = 'pending'",
    eventId,
  );
  if (given === 0) return;
  db.run(
    `insert into dead_letter (letter_id, event_id, letter, reason, created_at)
     select ?, event_id, line, ?, ? from outbox where event_id = ?
     on conflict (event_id) do update set reason = excluded.reason, handed_in_at = null, code = null, retry_at = null`,
    nextId(context),
    reason,
    instant(clock),
    eventId,
  );
}

/**
 * Records the server's results, which are in the order of the batch. Called within a transaction. The same results
 * may be recorded again.
 */
export function recordResults(
  context: DeviceContext,
  batch: readonly OutboxLine[],
  results: readonly EventResult[],
): BatchOutcome {
  const { db, clock } = context;
  const outcome: BatchOutcome = { delivered: 0, quarantined: 0, heldBack: 0, retried: 0 };
  const now = instant(clock);
  const set = (eventId: string, state: string, deliveredAt: string | null, result?: EventResult) =>
    db.run(
      "update outbox set state = ?, delivered_at = ?, code = ?, field = ?, retry_at = null where event_id = ?",
      state,
      deliveredAt,
      result ? result.code ?? "internal" : null,
      result?.field ?? null,
      eventId,
    );
  batch.forEach(({ event_id }, place) => {
    const result = results[place];
    switch (result?.status) {
      case "applied":
      case "duplicate":
        set(event_id, "delivered", now);
        outcome.delivered++;
        break;
      case "quarantined":
        set(event_id, "quarantined", now, result);
        outcome.quarantined++;
        break;
      case "retry":
        if (result.code === "wrong_learner") {
          set(event_id, "held_back", null, result);
          outcome.heldBack++;
          break;
        }
        outcome.retried++;
        refuse(context, event_id, result);
        break;
      case undefined:
        // No word on it: it waits, as if it had not been sent.
        outcome.retried++;
    }
  });
  return outcome;
}

const Refusals = z.object({ refusals: z.number() });

/** Lets an event wait that the server could not take yet, or gives it up. */
function refuse(context: DeviceContext, eventId: string, result: EventResult): void {
  const { db } = context;
  db.run(
    "update outbox set refusals = refusals + 1, retry_at = ? where event_id = ?",
    retryAt(context, result),
    eventId,
  );
  // A full quarantine would not take it as a dead letter either.
  if (result.code === "quarantine_full") return;
  const row = db.get(Refusals, "select refusals from outbox where event_id = ?", eventId);
  if (row && row.refusals >= GIVE_UP_AFTER) {
    giveUp(context, eventId, `refused ${row.refusals} times, as ${result.code ?? "retry"}`.slice(0, 200));
  }
}

/**
 * Marks everything that is still kept as waiting again: the server may have lost it. What of it the server still
 * holds comes back as `duplicate`. Called within a transaction.
 */
export function resendAll({ db }: DeviceContext): void {
  db.run(`update outbox set state = 'pending', delivered_at = null, code = null, field = null, refusals = 0
    where state in ('delivered', 'quarantined')`);
  // An event's letter is sent again as the event.
  db.run("update dead_letter set handed_in_at = null, code = null where event_id is null");
}

/** Lets events wait again that were held back for another learner: theirs is signed in now. */
export function releaseHeldBack({ db }: DeviceContext): void {
  db.run("update outbox set state = 'pending', code = null, field = null where state = 'held_back'");
}

/**
 * Deletes events that the server has held for so long that no restore goes back behind them: a server restored from a
 * backup gets the lost time back from what devices keep.
 */
export function pruneOutbox({ db, clock }: DeviceContext): number {
  const before = new Date(Math.max(clockTime(clock) - readSteering(db).keep_sent_days * DAY_MS, 0))
    .toISOString();
  db.run("delete from dead_letter where handed_in_at < ?", before);
  return db.run(
    "delete from outbox where state in ('delivered', 'quarantined') and settled = 1 and delivered_at < ?",
    before,
  );
}

/** Counts the events by state. */
export function countOutbox({ db }: DeviceContext): OutboxCounts {
  const counts = new Map(
    db.all(StateCount, "select state, count(*) as count from outbox group by state").map((
      row,
    ) => [row.state, row.count]),
  );
  return {
    pending: counts.get("pending") ?? 0,
    delivered: counts.get("delivered") ?? 0,
    quarantined: counts.get("quarantined") ?? 0,
    held_back: counts.get("held_back") ?? 0,
    dead: db.get(Count, "select count(*) as count from dead_letter where handed_in_at is null")?.count ?? 0,
  };
}
