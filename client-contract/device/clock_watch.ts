// Notices that the device's clock was set back. Waits are kept as times of this clock, so one that ran ahead would make them last
// for days or years.
import { clockTime } from "./clock.ts";
import { type DeviceContext, readState } from "./context.ts";
import * as queries from "./queries.gen.ts";

/** Clocks are corrected by some seconds every day. A step of less than this changes no wait by more than this. */
const STEP_MS = 60_000;

/** Whether the clock is behind a time that it showed before. */
export function isSetBack({ db, clock }: DeviceContext): boolean {
  const { clock_seen_at } = readState(db);
  return clock_seen_at !== null && clockTime(clock) < Date.parse(clock_seen_at) - STEP_MS;
}

/**
 * Remembers the time. If the clock was set back, ends every wait: the server is asked at once, and says again what it wants. Within
 * a transaction.
 */
export function watchClock(context: DeviceContext): void {
  const { db, clock } = context;
  const now = clockTime(clock);
  if (isSetBack(context)) {
    db.run(queries.forgetEventWaits);
    db.run(queries.forgetLetterWaits);
    db.run(queries.forgetWaits);
  }
  db.run(queries.rememberClock, new Date(now).toISOString());
}
