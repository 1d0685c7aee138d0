// What a batch costs by its number of events: a device that is online sends 1 to 10, one with a backlog 500. A line through the sizes
// gives the cost of a batch and the cost of an event.
import { startBenchStack } from "./bench_stack.ts";
import { gzip } from "./gzip.ts";
import { callersInTurn, send } from "./ingest.ts";
import { batchOf } from "./ingest_batches.ts";
import { insertRows, makeBaselines, publishedContent, sqlBench, type Statement } from "./ingest_sql.ts";
import { median, type Result, resultOf } from "./measure.ts";

const SIZES = [1, 10, 50, 100, 250, 500];
/** Batches of a size in a run. */
const BATCHES = 15;

/** What the function asks for. */
const sync: Statement = (sql, { learner, session }, batch) =>
  sql`select s.answer from private.sync_for(${learner}::uuid, ${session}::uuid, ${batch}::text) s`;

/** Sends a batch of so many events and resolves with its milliseconds. */
type Send = (events: number) => Promise<number>;

const timed = async (work: () => Promise<unknown>) => {
  const began = performance.now();
  await work();
  return performance.now() - began;
};

/** The least squares of the relative errors: a small batch counts as much as a large one. */
function lineThrough(times: readonly number[]): { batch: number; event: number } {
  let [w, x, y, xx, xy] = [0, 0, 0, 0, 0];
  for (const [place, events] of SIZES.entries()) {
    const time = times[place] ?? NaN;
    const weight = 1 / time ** 2;
    w += weight;
    x += weight * events;
    y += weight * time;
    xx += weight * events ** 2;
    xy += weight * events * time;
  }
  const event = (w * xy - x * y) / (w * xx - x ** 2);
  return { batch: (y - event * x) / w, event };
}

/** The middle time of each size. The sizes take turns, so that a pause of the machine hits all of them. */
async function timesOf(send: Send): Promise<number[]> {
  const times = SIZES.map((): number[] => []);
  for (let batch = 0; batch < BATCHES; batch++) {
    for (const [place, events] of SIZES.entries()) times[place]?.push(await send(events));
  }
  return times.map(median);
}

async function compare(
  place: string,
  runs: number,
  progress: (line: string) => void,
  product: Send,
  baseline: Send,
): Promise<Result[]> {
  const measured: { product: number[]; baseline: number[] }[] = [];
  for (let run = 0; run <= runs; run++) {
    progress(`batches of ${SIZES.join(", ")} events ${place}, run ${run} of ${runs}`);
    const pair = { baseline: await timesOf(baseline), product: await timesOf(product) };
    // The first pair warms up.
    if (run > 0) measured.push(pair);
  }
  const figure = (name: string, unit: string, of: (times: readonly number[]) => number) =>
    resultOf(
      { name: `${name} ${place}`, unit, more: false, budget: null, notes: "" },
      measured.map(({ product }) => of(product)),
      measured.map(({ baseline }) => of(baseline)),
    );
  return [
    ...SIZES.map((events, at) => figure(`a batch of ${events} events`, "ms", (times) => times[at] ?? NaN)),
    figure("the cost of a batch", "us", (times) => lineThrough(times).batch * 1000),
    figure("the cost of an event", "us", (times) => lineThrough(times).event * 1000),
  ];
}

/** Runs the measurement: `runs` pairs, one connection. The baselines only insert. */
export async function benchBatchSizes(
  runs: number,
  _seconds: number,
  progress: (line: string) => void,
): Promise<Result[]> {
  const results: Result[] = [];
  {
    await using bench = await sqlBench(runs, progress);
    const { questions, version, senders } = bench;
    await bench.asEdge(1, async (edge) => {
      const through = (statement: Statement): Send => {
        const sender = senders(1);
        return (events) => {
          const from = sender(0);
          const batch = batchOf(from, questions, version, events);
          return timed(() => statement(edge, from, batch));
        };
      };
      results.push(...await compare("in SQL", runs, progress, through(sync), through(insertRows)));
    });
  }
  await using bench = await startBenchStack();
  await makeBaselines(bench.sql);
  const { questions, version } = await publishedContent(bench.sql);
  const callerOf = await callersInTurn(bench, 1);
  const through = (slug: string): Send => async (events) => {
    const caller = callerOf(0);
    const body = await gzip(batchOf(caller, questions, version, events));
    return await timed(() => send(bench, slug, caller, body));
  };
  results.push(
    ...await compare("through the function", runs, progress, through("sync"), through("insert_only")),
  );
  return results;
}
