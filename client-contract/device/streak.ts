// The learner's streak: the server's days of practice, and those of events that it has not heard of yet. A union, so it does not
// matter that some days are in both.
import { z } from "zod";
import { type DayRange, localDay, streakOn, streaksOf, unionDays } from "../contract/practice.ts";
import { clockTime } from "./clock.ts";
import type { DeviceContext } from "./context.ts";
import type { Database } from "./database.ts";

/** Days of practice in a row. */
export interface Streak {
  /** 0 where the last day of practice is before yesterday. */
  current: number;
  /** The most days in a row that there ever were. */
  longest: number;
}

const Ranges = z.array(z.object({ from: z.string(), to: z.string() }));
const Practice = z.object({ days: z.string().transform((text) => Ranges.parse(JSON.parse(text))) });
const Done = z.object({ occurred_at: z.string(), utc_offset_minutes: z.number() });

/** The days on which the learner practised, as far as this device knows. */
export function practiceDays(db: Database): DayRange[] {
  const ranges = db.get(Practice, "select days from practice")?.days ?? [];
  // What the server has put into quarantine does not count, here as there.
  const done = db.all(
    Done,
    `select json_extract(line, '$.occurred_at') as occurred_at, json_extract(line, '$.utc_offset_minutes') as utc_offset_minutes
     from outbox
     where settled = 0 and state <> 'quarantined' and type in ('attempt.recorded', 'progress.advanced')`,
  );
  for (const { occurred_at, utc_offset_minutes } of done) {
    const day = localDay(Date.parse(occurred_at), utc_offset_minutes);
    ranges.push({ from: day, to: day });
  }
  return unionDays(ranges);
}

/** The streak as of the device's own day. */
export function readStreak({ db, clock }: DeviceContext): Streak {
  const days = practiceDays(db);
  const today = localDay(clockTime(clock), clock.utcOffsetMinutes());
  return { current: streakOn(days, today), longest: streaksOf(days)?.longest_streak ?? 0 };
}
