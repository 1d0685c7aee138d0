// Days of practice: the local days on which a learner did something, and the streaks that they make. A set of days, kept as
// ranges: its union is the merge, so no order of arrival matters, and years of daily study are one range.

const DAY_MS = 86_400_000;
/** By how much a reading of an event's time may miss what is known of it: an hour. */
export const MAX_CLOCK_ERROR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/** A run of days in a row, both ends included; each `YYYY-MM-DD`. */
export interface DayRange {
  from: string;
  to: string;
}

/** What a set of days comes to. */
export interface Streaks {
  last_day: string;
  /** Days in a row that end with the last one. */
  streak: number;
  /** Most days in a row. */
  longest_streak: number;
}

const numberOf = (day: string) => Date.parse(`${day}T00:00:00Z`) / DAY_MS;
const dayOf = (milliseconds: number) => new Date(milliseconds).toISOString().slice(0, 10);
const lengthOf = ({ from, to }: DayRange) => numberOf(to) - numberOf(from) + 1;

/** The day on the learner's wall at a time (milliseconds since 1970), at an offset from UTC in minutes. */
export function localDay(milliseconds: number, utcOffsetMinutes: number): string {
  return dayOf(milliseconds + utcOffsetMinutes * MINUTE_MS);
}

/** What decides the day of an event. Times are milliseconds since 1970. */
export interface Practised {
  /** By the device's clock. */
  occurred_at: number;
  utc_offset_minutes: number;
  /** Server time minus device time, as the event has it. */
  clock_offset_ms?: number | null | undefined;
  /** When the server received what the device last had an answer to when it made the event; absent or null: unknown. */
  answered_at?: number | null | undefined;
  /** When the server received the event. */
  received_at: number;
  /** Server time minus device time when the event's batch was sent; null: unknown. */
  clock_skew_ms: number | null;
}

/**
 * The day of practice of an event. It came after the last answer that its device had, and before its arrival. Of three readings of its
 * time the first that fits, give or take an hour, counts: corrected by the event's clock offset, by its batch's skew if that exceeds
 * a day (a smaller skew may be the network's), or as the device has it. No day is before that answer, or after the arrival.
 */
export function practiceDay(o: Practised): string {
  const { occurred_at, clock_offset_ms, answered_at, received_at, clock_skew_ms, utc_offset_minutes } = o;
  const answered = answered_at ?? -Infinity;
  const skew = clock_skew_ms !== null && Math.abs(clock_skew_ms) > DAY_MS ? clock_skew_ms : null;
  const time = [clock_offset_ms ?? null, skew]
    .flatMap((correction) => correction === null ? [] : [occurred_at + correction])
    .find((time) => time >= answered - MAX_CLOCK_ERROR_MS && time <= received_at + MAX_CLOCK_ERROR_MS) ??
    occurred_at;
  return localDay(Math.min(Math.max(time, answered), received_at), utc_offset_minutes);
}

/** The union of any ranges, in any order: ascending, none of them touching another. */
export function unionDays(ranges: Iterable<DayRange>): DayRange[] {
  const union: DayRange[] = [];
  for (const { from, to } of [...ranges].sort((a, b) => numberOf(a.from) - numberOf(b.from))) {
    const last = union.at(-1);
    if (last === undefined || numberOf(from) > numberOf(last.to) + 1) union.push({ from, to });
    else if (numberOf(to) > numberOf(last.to)) last.to = to;
  }
  return union;
}

/** The streaks of a union that is not empty; undefined of one that is. */
export function streaksOf(union: readonly DayRange[]): Streaks | undefined {
  const last = union.at(-1);
  if (last === undefined) return undefined;
  const longest_streak = union.reduce((longest, range) => Math.max(longest, lengthOf(range)), 0);
  return { last_day: last.to, streak: lengthOf(last), longest_streak };
}

/** The streak as of a day: it goes on while the last day of practice is that day, or the one before. */
export function streakOn(union: readonly DayRange[], today: string): number {
  const streaks = streaksOf(union);
  return streaks !== undefined && numberOf(streaks.last_day) >= numberOf(today) - 1 ? streaks.streak : 0;
}
