// Event ids: ULIDs that ascend on one device and that no other device makes, not even one with a copy of its database.
import { incrementBase32, ulid } from "ulid";
import { systemRandom } from "./entropy.ts";

const TIME_DIGITS = 10;
/** Digits after the time that count ids of one millisecond: 15 bits. The 13 digits after them are 65 random bits. */
const COUNTER_DIGITS = 3;
const RANDOM_DIGITS = 13;
const LAST_COUNTER = "Z".repeat(COUNTER_DIGITS);

/** A ULID of this time (milliseconds since 1970), with 80 fresh random bits. */
export function freshUlid(now: number, random: () => number = systemRandom): string {
  // The package reads the time 0, that of a phone without a clock, as "not given", and then asks the system.
  return ulid(Math.max(now, 1), random);
}

/**
 * A ULID greater than `last`, of the time `now` or later. It always has at least 65 fresh random bits. So two phones that were
 * restored from one backup, and therefore have the same `last`, make different ids, also while their clocks stand or run back.
 * The package's monotonicFactory adds one to `last` instead, and both phones would make the same ids.
 */
export function nextUlid(last: string | null, now: number, random: () => number = systemRandom): string {
  const fresh = freshUlid(now, random);
  if (last === null || fresh.slice(0, TIME_DIGITS) > last.slice(0, TIME_DIGITS)) return fresh;
  const counter = last.slice(TIME_DIGITS, TIME_DIGITS + COUNTER_DIGITS);
  // All counters of this millisecond are used: the next millisecond is as good.
  if (counter === LAST_COUNTER) return incrementBase32(last.slice(0, TIME_DIGITS)) + fresh.slice(TIME_DIGITS);
  return last.slice(0, TIME_DIGITS) + incrementBase32(counter) + fresh.slice(-RANDOM_DIGITS);
}
