// How far the device's clock is from the server's. Every answer to a batch says when the server received it, and each event that
// is made from then on carries this time and the difference. So a wrong clock moves no day of practice.
import { MAX_CLOCK_OFFSET_MS } from "../contract/limits.ts";
import { clockTime } from "./clock.ts";
import { watchClock } from "./clock_watch.ts";
import { type DeviceContext, readState } from "./context.ts";
import * as queries from "./queries.gen.ts";

/** A longer round trip, or one that ends before it begins, is a clock that was set or a phone that slept meanwhile. */
const LONGEST_TRIP_MS = 60_000;

/** A request by the device's clock, in milliseconds since 1970. */
export interface RoundTrip {
  sentAt: number;
  answeredAt: number;
}

/**
 * Server time minus device time, in milliseconds. The server's time is taken to be that of the middle of the round trip, so the
 * error is at most half the trip: 30 s. Where the clock jumped during the request, the time of the answer counts, and the error is
 * the time that the answer was under way.
 */
export function offsetOf(receivedAt: string, { sentAt, answeredAt }: RoundTrip): number {
  const trip = answeredAt - sentAt;
  const isMeasured = trip >= 0 && trip <= LONGEST_TRIP_MS;
  return Math.round(Date.parse(receivedAt) - answeredAt + (isMeasured ? trip / 2 : 0));
}

/** Remembers what an answer says about the clock. Within a transaction. */
export function noteServerTime(context: DeviceContext, receivedAt: string, trip: RoundTrip): void {
  watchClock(context);
  const offset = offsetOf(receivedAt, trip);
  context.db.run(
    queries.rememberClockOffset,
    Math.abs(offset) <= MAX_CLOCK_OFFSET_MS ? offset : null,
    new Date(receivedAt).toISOString(),
    new Date(clockTime(context.clock)).toISOString(),
  );
}

/**
 * The time by the server's clock; null: unknown, since there was no answer on this installation yet, or the clock was set back so far
 * that it seems to be before the last answer.
 */
export function serverTime({ db, clock }: DeviceContext): number | null {
  const { clock_offset_ms, answered_at } = readState(db);
  if (clock_offset_ms === null) return null;
  const time = clockTime(clock) + clock_offset_ms;
  return answered_at !== null && time < Date.parse(answered_at) - LONGEST_TRIP_MS ? null : time;
}
