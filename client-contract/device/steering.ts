// The server's steering for this device. It is stored, so that it holds after a restart and offline.
import { ProblemError, type RetryPolicy, steeredRetry } from "../client/mod.ts";
import { DEFAULT_STEERING, Steering } from "../contract/steering.ts";
import { clockTime } from "./clock.ts";
import { isSetBack, watchClock } from "./clock_watch.ts";
import { type DeviceContext, readState } from "./context.ts";
import type { Database } from "./database.ts";
import * as queries from "./queries.gen.ts";

/** The current steering: the last that the server sent, before that the defaults. */
export function readSteering(db: Database): Steering {
  const { steering } = readState(db);
  // A server or an app of before may have stored fewer fields.
  return steering === null
    ? DEFAULT_STEERING
    : Steering.parse({ ...DEFAULT_STEERING, ...JSON.parse(steering) });
}

/** Stores the steering. A device that gets it is neither revoked nor paused. Within a transaction or alone. */
export function rememberSteering({ db }: DeviceContext, steering: Steering): void {
  db.run(queries.rememberSteering, JSON.stringify(steering));
}

/** Forgets steering for another version of the app, such as the advice to update it. */
export function forgetForeignSteering(db: Database, appVersion: string | null): void {
  db.run(queries.forgetSteering, appVersion);
}

/** The retry policy that the server asks for. */
export const readRetryPolicy = (db: Database): RetryPolicy => steeredRetry(readSteering(db));

/**
 * Stores what a refusal means for later syncs: that the device was revoked, or when the server wants to be asked again. Within a transaction or
 * alone.
 */
export function rememberRefusedSync(context: DeviceContext, error: unknown): void {
  const { db, clock } = context;
  if (!(error instanceof ProblemError)) return;
  if (error.code === "device_revoked") db.run(queries.rememberRevoked);
  if (error.retryAfter === undefined || (error.code !== "paused" && error.code !== "rate_limited")) return;
  watchClock(context);
  const until = new Date(clockTime(clock) + error.retryAfter * 1000).toISOString();
  const reason = error.code === "paused" ? error.message : null;
  db.run(queries.rememberRefusal, until, reason);
}

/** The longest wait that a server asks for: a day and a quarter of it for the spread. */
const LONGEST_MS = 30 * 60 * 60 * 1000;

/** Milliseconds since 1970 before which the server does not want to be asked; 0: it may be asked now. */
export function notBefore(context: DeviceContext): number {
  const { db, clock } = context;
  const { retry_at } = readState(db);
  const at = retry_at === null ? 0 : Date.parse(retry_at);
  // A clock that was set back must not keep a device silent for years.
  return at - clockTime(clock) > LONGEST_MS || isSetBack(context) ? 0 : at;
}
