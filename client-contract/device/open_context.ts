// Opens a device's database.
import { systemRandom } from "../client/mod.ts";
import { type Adopts, takeOver } from "./adoption.ts";
import { type Clock, systemClock } from "./clock.ts";
import { watchClock } from "./clock_watch.ts";
import type { DeviceContext } from "./context.ts";
import { openDatabase } from "./database.ts";
import { bindInstallation } from "./installation.ts";
import { releaseHeldBack } from "./outbox.ts";
import type { DeviceStorage } from "./storage.ts";

/** Options of a device (device.ts describes them) that concern its database. */
interface ContextOptions {
  storage: DeviceStorage;
  learnerId: string;
  deviceId?: string | undefined;
  installationMarker?: string | undefined;
  adopts?: Adopts | undefined;
  telemetry?: boolean | undefined;
  clock?: Clock | undefined;
  random?: (() => number) | undefined;
}

/** Opens the database for the learner, on this installation. Throws what `openDevice` does, and then closes the database. */
export function openContext(o: ContextOptions): DeviceContext {
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
