// Devices for tests: files in a folder that is removed afterwards, a clock that is set, randomness that repeats.
import { join } from "node:path";
import { type Device, type DeviceOptions, openDevice } from "../../../client-contract/device/device.ts";
import { openNodeSqlite } from "../../../client-contract/device/node_sqlite.ts";
import { type TestClock, testClock } from "./clock.ts";
import { seededRandom } from "./random.ts";
import { type Handle, testToken } from "./server.ts";

/** Where the test server is said to be; nothing listens there. */
const URL_OF_NOWHERE = "http://carrel.test";

/** What a test device needs to be told. */
export interface TestDeviceOptions extends Partial<DeviceOptions> {
  handle?: Handle;
  learnerId: string;
}

/** Makes devices. */
export interface DeviceLab extends Disposable {
  readonly folder: string;
  /** The clock of all its devices. */
  readonly clock: TestClock;
  /** Opens device number `n` of the lab; the same number again is the same file, id and randomness. */
  open(n: number, o: TestDeviceOptions): Device;
}

function offline(): Promise<Response> {
  return Promise.reject(new TypeError("there is no network"));
}

/** The id of the lab's device number `n`. */
export function deviceId(n: number): string {
  return `0d0d0d0d-0000-4000-8000-${String(n).padStart(12, "0")}`;
}

/** A lab in a new folder; `seed` is what its devices' randomness is made of. */
export function openLab(seed = 1): DeviceLab {
  const folder = Deno.makeTempDirSync({ prefix: "carrel-device-" });
  const clock = testClock();
  const randoms = new Map<number, () => number>();
  return {
    folder,
    clock,
    open(n, { handle, ...o }) {
      const random = randoms.get(n) ?? seededRandom(seed * 1000 + n);
      // Not begun again when a device is opened again: a restarted app draws new numbers too.
      randoms.set(n, random);
      const device = openDevice({
        storage: openNodeSqlite(join(folder, `${n}.sqlite`)),
        deviceId: deviceId(n),
        url: URL_OF_NOWHERE,
        getToken: () => testToken(o.learnerId),
        fetch: handle ? (input, init) => handle(new Request(input, init)) : offline,
        clock,
        random,
        ...o,
      });
      // The files need not survive the machine, and waiting for the disk is most of the time of a test.
      device.db.run("pragma synchronous = off");
      return device;
    },
    [Symbol.dispose]: () => Deno.removeSync(folder, { recursive: true }),
  };
}
