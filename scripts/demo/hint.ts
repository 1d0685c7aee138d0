// A device that is kept in sync as by an app in the foreground: it polls, and follows the hints that it hears.
import { systemClock } from "../../client-contract/device/clock.ts";
import type { Device } from "../../client-contract/device/device.ts";
import { listenForHints } from "../../client-contract/client/listen.ts";
import { runSchedule } from "../../client-contract/device/schedule.ts";
import type { SyncReport } from "../../client-contract/device/sync.ts";
import { until } from "../local/until.ts";
import type { Person } from "./cast.ts";

/** The loop; disposing of it ends it. */
export interface Keeping extends AsyncDisposable {
  /** The report of the next sync that has not been taken yet. */
  next(): Promise<SyncReport>;
}

/** Runs the device's schedule, and resolves once the device is up to date and hears hints. */
export async function keepInSync({ id, client }: Person, device: Device): Promise<Keeping> {
  const end = new AbortController();
  const reports: SyncReport[] = [];
  let isListening = false;
  const loop = runSchedule(
    device.schedule(),
    async (o) => void reports.push(await device.sync(o)),
    systemClock,
    end.signal,
  );
  const left = listenForHints(client, {
    learnerId: id,
    signal: end.signal,
    loop: {
      ...loop,
      onListening(isNow) {
        isListening = isNow;
        loop.onListening(isNow);
      },
    },
  });
  const next = async () => {
    await until("a sync", () => reports.length > 0);
    const [report] = reports.splice(0, 1);
    if (!report) throw new Error("another caller took the report");
    return report;
  };
  await next();
  await until("the channels", () => isListening);
  return {
    next,
    async [Symbol.asyncDispose]() {
      end.abort();
      await Promise.all([left, loop.done]);
      await client.realtime.disconnect();
    },
  };
}
