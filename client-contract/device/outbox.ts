// The outbox: events wait here for the server, and stay some days after their delivery.
import { z } from "zod";
import { fitBatch } from "../client/mod.ts";
import type { EventResult } from "../contract/batch.ts";
import type { Event } from "../contract/event.ts";
import { MAX_BATCH_EVENTS } from "../contract/limits.ts";
import { clockTime, instant } from "./clock.ts";
import { watchClock } from "./clock_watch.ts";
import type { DeviceContext } from "./context.ts";
import { type EventDraft, EventLine, makeEvent, nextId } from "./event_line.ts";
import { supportText } from "./json_line.ts";
import * as queries from "./queries.gen.ts";
import { readSteering } from "./steering.ts";
import { asCode, tell } from "./telemetry.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
/** No server asks for a longer delay. A longer one comes from a clock that was set back, and has no effect. */
const MAX_DELAY_MS = 7 * DAY_MS;

/** After so many refusals without a stated remedy an event is given up. */
const GIVE_UP_AFTER = 50;

const Count = z.object({ count: z.number() });
const Attempts = z.object({ attempts: z.number() });
const StateCount = z.object({ state: z.string(), count: z.number() });

/** Characters of a dead letter's reason. */
const MAX_REASON = 200;

/** A dead letter's reason as the server takes it. */
export const letterReason = (reason: string): string => supportText(reason, MAX_REASON);

/** The number of events in each state. */
export interface OutboxCounts {
  /** Waiting to be sent. */
  pending: number;
  /** Stored by the server, and kept for some days in case the server is restored. */
  delivered: number;
  /** Not applied by the server; support can mend them. */
  quarantined: number;
  /** Refused for this learner, and sent again when the device is opened the next time. */
  held_back: number;
  /** Given up, and not handed in yet. */
  dead: number;
}

/** The results of one batch, counted. */
export interface BatchOutcome {
  delivered: number;
  quarantined: number;
  heldBack: number;
  /** To be sent again later. */
  retried: number;
}

/**
 * Appends an event, whose line never changes from then on. Called within the transaction that also changes the device's own rows. `skillId` is
 * null for events of sessions. Throws like `makeEvent`.
 */
export function appendEvent(context: DeviceContext, draft: EventDraft, skillId: string | null): Event {
  const { event, line } = makeEvent(context, draft);
  context.db.run(
    queries.addEvent,
    event.id,
    event.type,
    line,
    skillId,
    event.occurred_at,
  );
  return event;
}

/** The bounds of `retry_at` for what may be sent now. What waits for a later time is skipped, so it never blocks the rest. */
export function dueAt({ clock }: DeviceContext): [now: string, latest: string] {
  const now = clockTime(clock);
  return [new Date(now).toISOString(), new Date(now + MAX_DELAY_MS).toISOString()];
}

/** When to send again an event that the server wants later; null: with the next sync. */
export function retryAt({ clock }: DeviceContext, { retry_after_s }: EventResult): string | null {
  const delay = Math.min((retry_after_s ?? 0) * 1000, MAX_DELAY_MS);
  return delay > 0 ? new Date(clockTime(clock) + delay).toISOString() : null;
}

/** Takes the oldest waiting events, as many as fit into one batch, and counts the attempt. */
export function takeBatch(context: DeviceContext): EventLine[] {
  const { db } = context;
  return db.transaction(() => {
    watchClock(context);
    const batch = fitBatch(db.all(
      EventLine,
      queries.waitingEvents,
      ...dueAt(context),
      Math.min(MAX_BATCH_EVENTS, readSteering(db).batch_events),
    ));
    for (const { event_id } of batch) {
      db.run(queries.countAttempt, event_id);
    }
    return batch;
  });
}

/** The number of waiting events that may be sent now. */
export function pendingEvents(context: DeviceContext): number {
  return context.db.get(Count, queries.countWaitingEvents, ...dueAt(context))?.count ?? 0;
}

/**
 * Gives up an event: it is handed in as a dead letter. `code` is the reason for the telemetry, which holds no text. Called within a
 * transaction.
 */
export function giveUp(context: DeviceContext, eventId: string, reason: string, code = "given_up"): void {
  const { db, clock } = context;
  const given = db.run(queries.giveUpEvent, eventId);
  if (given === 0) return;
  db.run(
    queries.addLetterOfEvent,
    nextId(context),
    letterReason(reason),
    instant(clock),
    eventId,
  );
  const { attempts } = db.get(Attempts, queries.attemptsOf, eventId) ??
    { attempts: 0 };
  tell(context, { type: "outbox.dead_lettered", body: { event_id: eventId, code: asCode(code), attempts } });
}

/** Records the server's results, which are in the order of the batch. Recording them again changes nothing. Called within a transaction. */
export function recordResults(
  context: DeviceContext,
  batch: readonly EventLine[],
  results: readonly EventResult[],
): BatchOutcome {
  const { db, clock } = context;
  const outcome: BatchOutcome = { delivered: 0, quarantined: 0, heldBack: 0, retried: 0 };
  const now = instant(clock);
  const set = (eventId: string, state: string, deliveredAt: string | null, result?: EventResult) =>
    db.run(
      queries.settleEvent,
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
        // There is no result: the event waits, as if it had not been sent.
        outcome.retried++;
    }
  });
  return outcome;
}

const Refusals = z.object({ refusals: z.number() });

/** Lets an event wait that the server could not take yet, or gives it up after too many refusals. */
function refuse(context: DeviceContext, eventId: string, result: EventResult): void {
  const { db } = context;
  db.run(queries.delayEvent, retryAt(context, result), eventId);
  // A full quarantine or a full day would not take it as a dead letter either.
  if (result.code === "quarantine_full" || result.code === "daily_limit") return;
  const row = db.get(Refusals, queries.refusalsOf, eventId);
  if (row && row.refusals >= GIVE_UP_AFTER) {
    const code = result.code ?? "retry";
    giveUp(context, eventId, `refused ${row.refusals} times, as ${code}`, code);
  }
}

/**
 * Marks all events that are still kept as waiting, because the server may have lost them. Those that the server still has come back as
 * `duplicate`. Called within a transaction.
 */
export function resendAll({ db }: DeviceContext): void {
  db.run(queries.resendEvents);
  // The server may have lost an adoption as well. It moves what it has again.
  db.run(queries.resendAdoption);
  // A letter that belongs to an event is sent again as the event.
  db.run(queries.resendLetters);
}

/** Lets events wait again that were refused as another learner's: their own learner is signed in now. */
export function releaseHeldBack({ db }: DeviceContext): void {
  db.run(queries.releaseHeldBack);
}

/**
 * Deletes events that were delivered so long ago that no restore of the server can lose them. A server that is restored from a backup gets the
 * lost time back from the events that devices keep.
 */
export function pruneOutbox({ db, clock }: DeviceContext): number {
  const before = new Date(Math.max(clockTime(clock) - readSteering(db).keep_sent_days * DAY_MS, 0))
    .toISOString();
  db.run(queries.pruneLetters, before);
  return db.run(queries.pruneEvents, before);
}

/** Counts the events by state. */
export function countOutbox({ db }: DeviceContext): OutboxCounts {
  const counts = new Map(
    db.all(StateCount, queries.countEvents).map((
      row,
    ) => [row.state, row.count]),
  );
  return {
    pending: counts.get("pending") ?? 0,
    delivered: counts.get("delivered") ?? 0,
    quarantined: counts.get("quarantined") ?? 0,
    held_back: counts.get("held_back") ?? 0,
    dead: db.get(Count, queries.countLetters)?.count ?? 0,
  };
}
