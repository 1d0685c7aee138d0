// Opens a device's database.
import { systemRandom } from "../client/mod.ts";
import { takeOver } from "./adoption.ts";
import { systemClock } from "./clock.ts";
import { watchClock } from "./clock_watch.ts";
import type { DeviceContext } from "./context.ts";
import { openDatabase } from "./database.ts";
import type { DeviceOptions } from "./device.ts";
import { bindInstallation } from "./installation.ts";
import { releaseHeldBack } from "./outbox.ts";

/** Opens the database for the learner, on this installation. Throws what `openDevice` does, and then closes the database. */
export function openContext(o: DeviceOptions): DeviceContext {
  const { learnerId, deviceId, installationMarker: marker, clock = systemClock, random = systemRandom } = o;
  const db = openDatabase(o.storage);
  try {
    return db.transaction(() => {
      if (o.adopts) takeOver({ db }, learnerId, o.adopts);
      const id = bindInstallation(db, { learnerId, deviceId, marker });
      const telemetry = o.telemetry === false ? null : { reads: 0 };
      const context = {
        db,
        clock,
        random,
        learnerId,
        deviceId: id,
        telemetry,
        cellWatchers: new Set<() => void>(),
      };
      watchClock(context);
      releaseHeldBack(context);
      return context;
    });
  } catch (error) {
    db[Symbol.dispose]();
    throw error;
  }
}
