// Event ids that ascend in the order of the events.
import { decodeTime, encodeTime, incrementBase32, ulid } from "ulid";

const TIME_DIGITS = 10;
const MAX_RANDOM = "Z".repeat(16);

/** A ULID that follows none. */
export function freshUlid(now: number, random: () => number): string {
  // The package takes the time 0, that of a phone without a clock, for none, and then asks the system.
  return ulid(Math.max(now, 1), random);
}

/**
 * The ULID after `last`: of the time `now`, or, where the clock has not gone on since or was set back, `last` plus
 * one. The package's monotonicFactory does the same, but forgets `last` with its process; here the database keeps it.
 */
export function nextUlid(last: string | null, now: number, random: () => number): string {
  if (last === null) return freshUlid(now, random);
  const lastTime = decodeTime(last);
  if (now > lastTime) return freshUlid(now, random);
  const digits = last.slice(TIME_DIGITS);
  // 80 random bits are used up: the next millisecond is as good.
  if (digits === MAX_RANDOM) return freshUlid(lastTime + 1, random);
  return encodeTime(lastTime, TIME_DIGITS) + incrementBase32(digits);
}
