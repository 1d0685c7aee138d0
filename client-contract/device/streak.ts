// The learner's streak: the server's days of practice, and those of events that the server does not count yet. It is a union, so a
// day may be in both.
import { z } from "zod";
import {
  type DayRange,
  localDay,
  MAX_CLOCK_ERROR_MS,
  practiceDay,
  type Practised,
  streakOn,
  streaksOf,
  unionDays,
} from "../contract/practice.ts";
import { clockTime, utcOffset } from "./clock.ts";
import { serverTime } from "./clock_offset.ts";
import type { DeviceContext } from "./context.ts";
import type { Database } from "./database.ts";
import * as queries from "./queries.gen.ts";

/** Days of practice in a row. */
export interface Streak {
  /** Up to today or yesterday; 0 where the last day of practice is earlier. */
  current: number;
  /** The longest run of days so far. */
  longest: number;
}

const Ranges = z.array(z.object({ from: z.string(), to: z.string() }));
const Practice = z.object({ days: z.string().transform((text) => Ranges.parse(JSON.parse(text))) });
const Done = z.object({
  occurred_at: z.string().transform((text) => Date.parse(text)),
  utc_offset_minutes: z.number(),
  clock_offset_ms: z.number().nullable(),
  answered_at: z.string().nullable().transform((text) => text === null ? null : Date.parse(text)),
});

/** An arrival at the server: when, and the batch's clock skew. */
export type Arrival = Pick<Practised, "received_at" | "clock_skew_ms">;

/** The event by the device's clock, which was set back: an offset that leads before the last answer was read before that. */
function byOwnClock(event: z.output<typeof Done>): z.output<typeof Done> {
  const { occurred_at, clock_offset_ms, answered_at } = event;
  const isVoid = occurred_at + (clock_offset_ms ?? 0) < (answered_at ?? 0) - MAX_CLOCK_ERROR_MS;
  return { ...event, clock_offset_ms: isVoid ? null : clock_offset_ms, answered_at: null };
}

/** An arrival that corrects no event's time. */
const SOME_DAY: Arrival = { received_at: Infinity, clock_skew_ms: null };

/**
 * The days on which the learner practised, as far as this device knows. Events that wait count for the day that the server would
 * give them if they arrived as `arrival` says. If that is by a clock that was set back, they count for the days of this clock.
 */
export function practiceDays(db: Database, arrival = SOME_DAY, isSetBack = false): DayRange[] {
  const ranges = db.get(Practice, queries.practiceDays)?.days ?? [];
  // A quarantined event does not count, here as on the server.
  const done = db.all(Done, queries.uncountedPractice);
  for (const event of done) {
    const day = practiceDay({ ...(isSetBack ? byOwnClock(event) : event), ...arrival });
    ranges.push({ from: day, to: day });
  }
  return unionDays(ranges);
}

/** The streak as of today, by the server's clock if the device knows it, otherwise by its own. */
export function readStreak(context: DeviceContext): Streak {
  const device = clockTime(context.clock);
  const server = serverTime(context);
  const now = server ?? device;
  const days = practiceDays(
    context.db,
    { received_at: now, clock_skew_ms: now - device },
    server === null,
  );
  const today = localDay(now, utcOffset(context.clock));
  return { current: streakOn(days, today), longest: streaksOf(days)?.longest_streak ?? 0 };
}
