// The reference device as in an app in the foreground: it polls, and follows the hints that it hears.
import { systemClock } from "../../client-contract/device/clock.ts";
import { type Device, openDevice } from "../../client-contract/device/device.ts";
import { openNodeSqlite } from "../../client-contract/device/node_sqlite.ts";
import { runSchedule } from "../../client-contract/device/schedule.ts";
import { until } from "../local/until.ts";
import type { BenchStack } from "./bench_stack.ts";
import { listen } from "./hint_listener.ts";

/** Whose device it is, and where its database is. */
export interface Owner {
  file: string;
  learner: string;
  token: string;
  /** Called after each sync. */
  synced?(device: Device): void;
}

/** Opens a device, and resolves when it is up to date and hears hints. Disposing of it closes it. */
export async function openOnline(
  { stack }: BenchStack,
  { file, learner, token, synced }: Owner,
): Promise<AsyncDisposable & { device: Device }> {
  await using opened = new AsyncDisposableStack();
  const device = opened.use(openDevice({
    storage: openNodeSqlite(file),
    learnerId: learner,
    url: stack.apiUrl,
    getToken: () => token,
  }));
  const end = new AbortController();
  const loop = runSchedule(
    device.schedule(),
    async (o) => {
      await device.sync(o);
      synced?.(device);
    },
    systemClock,
    end.signal,
  );
  opened.defer(async () => {
    end.abort();
    await loop.done;
  });
  opened.use(await listen(stack, { learner, token, ...loop }));
  await until("the device's first sync", () => device.status().syncedAt !== null);
  const kept = opened.move();
  return { device, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}
