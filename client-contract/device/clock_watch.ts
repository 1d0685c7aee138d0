// Notices that the device's clock was set back. Waits are kept as times of this clock, so one that ran ahead would make them last
// for days or years.
import { clockTime } from "./clock.ts";
import { type DeviceContext, readState } from "./context.ts";

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
    db.run("update outbox set retry_at = null where retry_at is not null");
    db.run("update dead_letter set retry_at = null where retry_at is not null");
    db.run(
      "update sync_state set clock_seen_at = null, retry_at = null, paused_reason = null",
    );
  }
  db.run(
    "update sync_state set clock_seen_at = max(coalesce(clock_seen_at, ''), ?)",
    new Date(now).toISOString(),
  );
}
