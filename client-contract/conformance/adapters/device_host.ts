// The reference device within the runner's process, on databases in memory.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Device, DeviceStorage } from "../../device/mod.ts";
import { nodeSqlite } from "../../device/node_connection.ts";
import { openNodeSqlite } from "../../device/node_sqlite.ts";
import { type Host, inProcess } from "../adapter/host.ts";
import type { Adapter } from "../adapter/protocol.ts";
import { deviceAdapter, type DeviceEnv } from "./device.ts";

/** What a device and its adapter are made of, for those who change a part. */
export interface DeviceParts {
  env: DeviceEnv;
  /** The device, once it is open. */
  device: () => Device;
  /** Puts something between the runner and the adapter. */
  around: (wrap: (next: Adapter) => Adapter) => void;
}

/** A database that outlives the device, as a file does. */
function keptStorage(kept: Map<string, unknown>): DeviceStorage {
  const held = kept.get("device");
  const db = held instanceof DatabaseSync ? held : new DatabaseSync(":memory:");
  kept.set("device", db);
  return { ...nodeSqlite(db), close: () => {} };
}

/** Devices in this process. `change` may replace parts of each before it starts. */
export const deviceHost = (change: (parts: DeviceParts) => void = () => {}): Host =>
  inProcess(({ fetch, kept }) => {
    let device: Device | undefined;
    const env: DeviceEnv = {
      fetch,
      openStorage: () => keptStorage(kept),
      onOpen: (opened) => device = opened,
    };
    let adapter = deviceAdapter(env);
    change({
      env,
      device() {
        if (!device) throw new Error("the device is not open");
        return device;
      },
      around: (wrap) => adapter = wrap(adapter),
    });
    return adapter;
  });

/** Devices in this process, each on a file in a folder of its own. */
export const deviceOnDisk: Host = async (server) => {
  const storage = await mkdtemp(join(tmpdir(), "carrel-device-"));
  const opened = new Set<DeviceStorage>();
  const place = await deviceHost(({ env }) =>
    env.openStorage = () => {
      const one = openNodeSqlite(join(storage, "device.sqlite"));
      opened.add(one);
      return one;
    }
  )(server);
  return {
    ...place,
    storage,
    async [Symbol.asyncDispose]() {
      for (const one of opened) one.close();
      await rm(storage, { recursive: true, force: true });
    },
  };
};
