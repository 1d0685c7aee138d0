// Ingest for a length of time: whether the last minutes are as fast as the first, and what memory the isolates have come to.
import { startBenchStack } from "./bench_stack.ts";
import { callersInTurn, send } from "./ingest.ts";
import { batchOf } from "./ingest_batches.ts";
import { publishedContent } from "./ingest_sql.ts";
import { ceiling, type Load, load, median, type Result } from "./measure.ts";

const EVENTS = 100;
const CONNECTIONS = 8;
const WINDOWS = 10;
/** Windows at either end whose middle one is compared. */
const ENDS = 3;
const MIB = 1024 * 1024;

/** Ten windows of `seconds` without a pause; any answer that is no result ends the measurement. `runs` does not apply. */
export async function benchEndurance(
  _runs: number,
  seconds: number,
  progress: (line: string) => void,
): Promise<Result[]> {
  await using bench = await startBenchStack();
  const { questions, version } = await publishedContent(bench.sql);
  const callerOf = await callersInTurn(bench, CONNECTIONS);
  let batches = 0;
  const windows: Load[] = [];
  for (let window = 1; window <= WINDOWS; window++) {
    const measured = await load(CONNECTIONS, seconds, async (worker) => {
      batches++;
      const caller = callerOf(worker);
      await send(bench, "sync", caller, batchOf(caller, questions, version, EVENTS));
    });
    windows.push(measured);
    progress(
      `endurance: ${window} of ${WINDOWS}, ${(measured.rate * EVENTS).toFixed(0)} events/s, p99 ${
        measured.p99.toFixed(0)
      } ms`,
    );
  }
  const [kept] = await bench.sql<{ events: number }[]>`
    select (select count(*) from learner.event)::integer + (select count(*) from ops.telemetry)::integer as events`;
  if (kept?.events !== batches * EVENTS) {
    throw new Error(`${batches * EVENTS} events were sent, ${kept?.events} are there`);
  }
  const rate = (some: readonly Load[]) => median(some.map((window) => window.rate)) * EVENTS;
  const [first, last] = [rate(windows.slice(0, ENDS)), rate(windows.slice(-ENDS))];
  const rates = windows.map((window) => window.rate * EVENTS / first);
  const used = (await bench.stack.functions.stats()).map(({ usage }) =>
    usage?.peakRssBytes ?? usage?.rssBytes ?? 0
  );
  return [
    {
      name: `ingest for ${
        WINDOWS * seconds
      } s (batches of ${EVENTS}, ${CONNECTIONS} connections): its end against its beginning`,
      unit: "events/s",
      value: last,
      baseline: first,
      ratio: last / first,
      budget: 0.8,
      limit: null,
      pass: last / first >= 0.8,
      spread: [Math.min(...rates), Math.max(...rates)],
      notes: `${batches * EVENTS} events, each there once; p50 ${
        median(windows.map((window) => window.p50)).toFixed(0)
      } ms, p99 ${median(windows.map((window) => window.p99)).toFixed(0)} ms`,
    },
    ceiling("the same: memory of the largest isolate", "MiB", Math.max(...used) / MIB, 256),
  ];
}
