// What it costs to repair one damaged row: every byte on the wire, against those of the snapshot's pages alone.
import { openDevice } from "../../client-contract/device/device.ts";
import { openNodeSqlite } from "../../client-contract/device/node_sqlite.ts";
import type { BenchStack } from "./bench_stack.ts";
import { type Result, runPair } from "./measure.ts";
import { startWire } from "../testkit/wire.ts";

/** Runs the measurement over what is published there; bytes are the same in every run. */
export async function benchRepair(
  bench: BenchStack,
  snapshotBytes: number,
  progress: (line: string) => void,
): Promise<Result> {
  await using wire = await startWire(bench.stack.apiUrl);
  const folder = await Deno.makeTempDir({ prefix: "carrel-bench-" });
  await using cleanup = new AsyncDisposableStack();
  cleanup.defer(() => Deno.remove(folder, { recursive: true }));
  const learnerId = crypto.randomUUID();
  const token = await bench.token(learnerId);
  const bytesOf = async (work: () => Promise<unknown>) => {
    const before = wire.bytes();
    await work();
    return wire.bytes() - before;
  };

  using device = openDevice({
    storage: openNodeSqlite(`${folder}/device.sqlite`),
    learnerId,
    deviceId: crypto.randomUUID(),
    url: wire.url,
    getToken: () => token,
  });
  progress("a device fetches everything");
  const { rows } = await device.sync();
  return await runPair({
    name: `repair of one damaged row of ${rows}: bytes on the wire, against the snapshot's`,
    unit: "bytes",
    runs: 1,
    more: false,
    budget: 0.02,
    async measure() {
      device.db.run(
        `update content_row set body = json_set(body, '$.prompt', 'damaged')
         where rowid = (select min(rowid) from content_row where kind = 'question')`,
      );
      const bytes = await bytesOf(async () => {
        const { repairs } = await device.repair();
        if (repairs.length !== 1 || repairs[0]?.nodes.length !== 1) {
          throw new Error("not one node was repaired");
        }
      });
      if (!(await device.verify()).ok) throw new Error("the cache is not what was published");
      return bytes;
    },
    baseline: () => Promise.resolve(snapshotBytes),
  }, progress);
}
