// Dead letters: what the device has given up is handed in by the same door as events, and the server keeps it.
import { z } from "zod";
import type { EventResult } from "../contract/batch.ts";
import { MAX_BATCH_EVENTS } from "../contract/limits.ts";
import { instant } from "./clock.ts";
import type { DeviceContext } from "./context.ts";
import { fitBatch, nextId } from "./event_line.ts";
import { dueAt, retryAt } from "./outbox.ts";
import { refreshProgress } from "./progress.ts";
import { readSteering } from "./steering.ts";

/** Bytes of a batch of dead letters that its header may take: 500 reasons of 200 characters, of at most 4 bytes. */
const HEADER_BYTES = 408 * 1024;

const Letter = z.object({
  letter_id: z.string(),
  event_id: z.string().nullable(),
  letter: z.string(),
  reason: z.string(),
});
const Skill = z.object({ skill_id: z.string() });

/** A dead letter as it is sent. */
export interface LetterLine {
  letterId: string;
  eventId: string | null;
  line: string;
  reason: string;
}

/**
 * Keeps a record that could not be made an event, such as one that is too large, or that the app can't read any more.
 * At most 256 KiB; the reason, at most 200 characters, is for support.
 */
export function keepLetter(context: DeviceContext, letter: string, reason: string): void {
  const { db, clock } = context;
  db.transaction(() =>
    db.run(
      "insert into dead_letter (letter_id, letter, reason, created_at) values (?, ?, ?, ?)",
      nextId(context),
      letter,
      reason,
      instant(clock),
    )
  );
}

/** One line of the wire: a text that would be several, or none, or that UTF-8 can't hold, goes as a JSON string. */
function lineOf(letter: string): string {
  return /[\n\r]/.test(letter) || letter.trim() === "" || !letter.isWellFormed()
    ? JSON.stringify(letter)
    : letter;
}

/** The oldest dead letters that are still to be handed in, as many as one batch may hold. */
export function takeLetters(context: DeviceContext): LetterLine[] {
  const waiting = context.db.all(
    Letter,
    `select letter_id, event_id, letter, reason from dead_letter
     where handed_in_at is null and (retry_at is null or retry_at <= ? or retry_at > ?) order by letter_id limit ?`,
    ...dueAt(context),
    Math.min(MAX_BATCH_EVENTS, readSteering(context.db).batch_events),
  ).map(({ letter_id, event_id, letter, reason }) => ({
    letterId: letter_id,
    eventId: event_id,
    line: lineOf(letter),
    reason,
  }));
  const fitting = fitBatch(waiting, HEADER_BYTES);
  // One that is larger than the room beside all those reasons goes alone.
  return fitting.length > 0 ? fitting : waiting.slice(0, 1);
}

/** Records the server's results, in the order of the letters; gives how many it holds now. Within a transaction. */
export function recordLetters(
  context: DeviceContext,
  letters: readonly LetterLine[],
  results: readonly EventResult[],
): number {
  const { db, clock } = context;
  const now = instant(clock);
  let handedIn = 0;
  letters.forEach(({ letterId, eventId }, place) => {
    const result = results[place];
    if (!result || result.status === "retry") {
      db.run(
        "update dead_letter set retry_at = ? where letter_id = ?",
        result ? retryAt(context, result) : null,
        letterId,
      );
      return;
    }
    handedIn++;
    const code = result.status === "quarantined" ? result.code ?? "internal" : null;
    db.run(
      "update dead_letter set handed_in_at = ?, code = ?, retry_at = null where letter_id = ?",
      now,
      code,
      letterId,
    );
    if (eventId === null) return;
    db.run(
      "update outbox set state = ?, delivered_at = ?, code = ?, field = ? where event_id = ? and state = 'dead'",
      code === null ? "delivered" : "quarantined",
      now,
      code,
      code === null ? null : result.field ?? null,
      eventId,
    );
    const skill = db.get(
      Skill,
      "select skill_id from outbox where event_id = ? and skill_id is not null",
      eventId,
    );
    if (skill) refreshProgress(db, skill.skill_id);
  });
  return handedIn;
}
