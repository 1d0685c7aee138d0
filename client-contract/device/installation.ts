// Binds a database to its learner and to this installation. A database that was restored from a backup gets a new device id, so
// that the phone and the one that the backup came from are two devices.
import { z } from "zod";
import { readState } from "./context.ts";
import type { Database } from "./database.ts";
import { DeviceError, requireUuid } from "./device_error.ts";
import { randomUuid } from "./entropy.ts";

const Former = z.object({ device_id: z.string() });

/** Who opens the database. */
export interface Installation {
  learnerId: string;
  /** The app's id for this device; undefined: the database's, or a new one. */
  deviceId: string | undefined;
  /** The app's marker of this installation; undefined: the app has none. */
  marker: string | undefined;
}

/** A session that this device began, also under an id from before a restore. Takes the device's id as its parameter. */
export const OWN_SESSION = `(session.device_id = ? or exists (
  select 1 from former_device f where f.device_id = session.device_id and session.session_id <= f.last_ulid))`;

/**
 * Binds the database and returns the device's id. Within a transaction. Throws DeviceError `invalid_id`, or `wrong_learner` if the
 * database belongs to another learner or, where the app uses no marker, to another device.
 */
export function bindInstallation(db: Database, { learnerId, deviceId, marker }: Installation): string {
  requireUuid(learnerId);
  if (deviceId !== undefined) requireUuid(deviceId);
  db.run(
    "insert into sync_state (learner_id, device_id, installation_marker) values (?, ?, ?) on conflict do nothing",
    learnerId,
    deviceId ?? randomUuid(),
    marker ?? null,
  );
  const state = readState(db);
  const isOtherDevice = deviceId !== undefined && deviceId !== state.device_id;
  const usesMarker = marker !== undefined || state.installation_marker !== null;
  if (state.learner_id !== learnerId || (isOtherDevice && !usesMarker)) {
    throw new DeviceError("wrong_learner", "The database belongs to another learner or to another device.");
  }
  if (marker === undefined || marker === state.installation_marker) return state.device_id;
  if (state.installation_marker === null) {
    // The app begins to pass a marker: nothing says that the database was restored.
    db.run("update sync_state set installation_marker = ?", marker);
    return state.device_id;
  }
  db.run(
    `insert into former_device (device_id, last_ulid) select device_id, coalesce(last_ulid, '') from sync_state where true
     on conflict (device_id) do update set last_ulid = excluded.last_ulid`,
  );
  // An app that keeps its device id outside of the backup has made a new one already. One that was used before is another phone's.
  const isNew = isOtherDevice &&
    !db.get(Former, "select device_id from former_device where device_id = ?", deviceId);
  const id = isNew ? deviceId : randomUuid();
  // Another clock: what the former one measured says nothing of it. The server's own time of the last answer stays true.
  db.run(
    `update sync_state set device_id = ?, installation_marker = ?, revoked = 0, clock_offset_ms = null, clock_seen_at = null,
       retry_at = null, paused_reason = null`,
    id,
    marker,
  );
  db.run("update outbox set retry_at = null where retry_at is not null");
  db.run("update dead_letter set retry_at = null where retry_at is not null");
  return id;
}
