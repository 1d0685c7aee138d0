// The device's time as the protocol has it: within its range, and whole.
import type { Clock } from "../client/mod.ts";

export { type Clock, systemClock } from "../client/mod.ts";

/** Minutes: 18 hours. */
const MAX_UTC_OFFSET = 1080;

/** The last millisecond of 2999: the latest time of the protocol, which ULIDs can hold too. */
const LATEST = Date.UTC(3000, 0) - 1;

/** The clock's time, limited to the protocol's range (1970 to 2999). */
export function clockTime(clock: Clock): number {
  return Math.min(Math.max(Math.trunc(clock.now()) || 0, 0), LATEST);
}

/** Minutes that local time is ahead of UTC, as the protocol has them: whole, and at most 18 hours either way. */
export function utcOffset(clock: Clock): number {
  return Math.min(Math.max(Math.round(clock.utcOffsetMinutes()) || 0, -MAX_UTC_OFFSET), MAX_UTC_OFFSET);
}

/** The clock's time as the wire and the database write it. */
export function instant(clock: Clock): string {
  return new Date(clockTime(clock)).toISOString();
}
