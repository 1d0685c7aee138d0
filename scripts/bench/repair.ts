// What it costs to repair one damaged row: every byte on the wire, against those of fetching everything.
import { openDevice } from "../../client-contract/device/device.ts";
import { publishQuestions, startBenchStack } from "./bench_stack.ts";
import { type Result, runPair } from "./measure.ts";
import { startWire } from "./wire.ts";

const QUESTIONS = 50_000;
const SKILLS = 500;

/** Runs the measurement; bytes are the same in every run. */
export async function benchRepair(progress: (line: string) => void): Promise<Result> {
  await using bench = await startBenchStack();
  progress(`publishing ${QUESTIONS} questions in ${SKILLS} skills`);
  await publishQuestions(bench.sql, QUESTIONS, SKILLS);
  await using wire = startWire(bench.stack.apiUrl);
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
    file: `${folder}/device.sqlite`,
    learnerId,
    deviceId: crypto.randomUUID(),
    url: wire.url,
    getToken: () => token,
  });
  progress("a device fetches everything");
  const whole = await bytesOf(() => device.sync());
  return await runPair({
    name:
      `repair of one damaged row of ${QUESTIONS} in ${SKILLS} skills: bytes on the wire, against everything's`,
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
    baseline: () => Promise.resolve(whole),
  }, progress);
}
