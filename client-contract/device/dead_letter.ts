// Dead letters: what the device has given up. They are sent in batches like events, and the server keeps them for support.
import { z } from "zod";
import { fitBatch } from "../client/mod.ts";
import type { EventResult } from "../contract/batch.ts";
import { MAX_BATCH_EVENTS } from "../contract/limits.ts";
import { instant } from "./clock.ts";
import { watchClock } from "./clock_watch.ts";
import type { DeviceContext } from "./context.ts";
import { nextId } from "./event_line.ts";
import { DeviceError } from "./device_error.ts";
import { dueAt, letterReason, retryAt } from "./outbox.ts";
import { refreshProgress } from "./progress.ts";
import * as queries from "./queries.gen.ts";
import { readSteering } from "./steering.ts";

/** Most bytes of the header of a batch of dead letters: 500 reasons of 200 characters of 4 bytes each. */
const HEADER_BYTES = 408 * 1024;

/** Most bytes of a letter's line; carrel.drift has the same constraint. Two such lines may not fit into one batch, one always does. */
const MAX_LETTER_BYTES = 256 * 1024;

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

/** One line of the wire. A text of several lines or of none, and one with NUL or half a surrogate pair, goes as a JSON string. */
function lineOf(letter: string): string {
  return /[\n\r\0\p{Surrogate}]/u.test(letter) || letter.trim() === "" ? JSON.stringify(letter) : letter;
}

/**
 * Keeps a record that could not become an event, such as one that is too large, or that the app can't read any more. The reason is for
 * support; of a longer one the first 200 characters are kept. Within a transaction. Throws DeviceError `letter_too_large` beyond 256 KiB
 * as it is sent.
 */
export function keepLetter(context: DeviceContext, letter: string, reason: string): void {
  const { db, clock } = context;
  // SQLite would change a text that UTF-8 can't encode, so the letter is stored in the form in which it is sent.
  const line = lineOf(letter);
  if (new TextEncoder().encode(line).byteLength > MAX_LETTER_BYTES) {
    throw new DeviceError(
      "letter_too_large",
      `A dead letter is at most ${MAX_LETTER_BYTES} bytes as it is sent (dead_letter_letter_fits).`,
    );
  }
  db.run(
    queries.addLetter,
    nextId(context),
    line,
    letterReason(reason),
    instant(clock),
  );
}

/** The oldest dead letters that were not handed in yet, as many as fit into one batch. */
export function takeLetters(context: DeviceContext): LetterLine[] {
  context.db.transaction(() => watchClock(context));
  const waiting = context.db.all(
    Letter,
    queries.waitingLetters,
    ...dueAt(context),
    Math.min(MAX_BATCH_EVENTS, readSteering(context.db).batch_events),
  ).map(({ letter_id, event_id, letter, reason }) => ({
    letterId: letter_id,
    eventId: event_id,
    line: lineOf(letter),
    reason,
  }));
  const fitting = fitBatch(waiting, HEADER_BYTES);
  // A letter that does not fit beside the largest header is sent alone.
  return fitting.length > 0 ? fitting : waiting.slice(0, 1);
}

/** Records the server's results, in the order of the letters. Returns how many letters the server has now. Within a transaction. */
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
      db.run(queries.delayLetter, result ? retryAt(context, result) : null, letterId);
      return;
    }
    handedIn++;
    const code = result.status === "quarantined" ? result.code ?? "internal" : null;
    db.run(queries.settleLetter, now, code, letterId);
    if (eventId === null) return;
    db.run(
      queries.settleDeadEvent,
      code === null ? "delivered" : "quarantined",
      now,
      code,
      code === null ? null : result.field ?? null,
      eventId,
    );
    const skill = db.get(Skill, queries.skillOfEvent, eventId);
    if (skill) refreshProgress(db, skill.skill_id);
  });
  return handedIn;
}
