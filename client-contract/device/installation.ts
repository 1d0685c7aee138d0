// Binds a database to its learner and to this installation. A database that was restored from a backup gets a new device id, so
// that the phone and the one that the backup came from are two devices.
import { randomUuid } from "../client/mod.ts";
import { z } from "zod";
import { readState } from "./context.ts";
import type { Database } from "./database.ts";
import { DeviceError, requireUuid } from "./device_error.ts";
import * as queries from "./queries.gen.ts";

const Former = z.object({ device_id: z.string() });

/** Who opens the database. */
export interface Installation {
  learnerId: string;
  /** The app's id for this device; undefined: the database's, or a new one. */
  deviceId: string | undefined;
  /** The app's marker of this installation; undefined: the app has none. */
  marker: string | undefined;
}

/**
 * Binds the database and returns the device's id. Within a transaction. Throws DeviceError `invalid_id`, or `wrong_learner` if the
 * database belongs to another learner or, where the app uses no marker, to another device.
 */
export function bindInstallation(db: Database, { learnerId, deviceId, marker }: Installation): string {
  requireUuid(learnerId);
  if (deviceId !== undefined) requireUuid(deviceId);
  db.run(
    queries.bindDevice,
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
    db.run(queries.rememberMarker, marker);
    return state.device_id;
  }
  db.run(queries.rememberFormerDevice);
  // An app that keeps its device id outside of the backup has made a new one already. One that was used before is another phone's.
  const isNew = isOtherDevice &&
    !db.get(Former, queries.readFormerDevice, deviceId);
  const id = isNew ? deviceId : randomUuid();
  // Another clock: what the former one measured says nothing of it. The server's own time of the last answer stays true.
  db.run(
    queries.renameDevice,
    id,
    marker,
  );
  db.run(queries.forgetEventWaits);
  db.run(queries.forgetLetterWaits);
  return id;
}
