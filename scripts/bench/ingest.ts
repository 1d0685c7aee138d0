// Ingest: in SQL, through the function, when a batch comes again, and beside what a team would build instead.
import { type BenchStack, startBenchStack } from "./bench_stack.ts";
import { gzip } from "./gzip.ts";
import { batchOf, newSender, type Sender } from "./ingest_batches.ts";
import { LOADS, makeBaselines, publishedContent } from "./ingest_sql.ts";
import { ceiling, type Load, load, type Result, runPair } from "./measure.ts";

const LEARNERS_OF_A_CONNECTION = 25;
const MIB = 1024 * 1024;
const LARGEST = { events: 500, bytes: 512 * 1024, times: 40 };

/** A learner that can call the API. */
type Caller = Sender & { token: string };

/** So many new learners with tokens. */
async function callers(bench: BenchStack, count: number): Promise<Caller[]> {
  return await Promise.all(Array.from({ length: count }, async () => {
    const sender = newSender();
    return { ...sender, token: await bench.token(sender.learner) };
  }));
}

/** Learners of so many connections: those of one take turns on it. */
export async function callersInTurn(
  bench: BenchStack,
  connections: number,
): Promise<(connection: number) => Caller> {
  const learners = await callers(bench, connections * LEARNERS_OF_A_CONNECTION);
  let turn = 0;
  return (connection) => {
    const caller = learners[connection * LEARNERS_OF_A_CONNECTION + turn++ % LEARNERS_OF_A_CONNECTION];
    if (!caller) throw new Error("more connections than learners");
    return caller;
  };
}

/** Sends a batch to a function; anything but results of taken events ends the measurement. */
export async function send(
  bench: BenchStack,
  slug: string,
  { token }: Caller,
  body: string | Uint8Array<ArrayBuffer>,
): Promise<void> {
  const response = await fetch(`${bench.stack.apiUrl}/functions/v1/${slug}`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${token}`,
      "content-type": "application/x-ndjson",
      ...(typeof body === "string" ? {} : { "content-encoding": "gzip" }),
    },
    body,
  });
  const text = await response.text();
  if (!response.ok || /"status" ?: ?"(quarantined|retry)"/.test(text)) {
    throw new Error(`${slug}: ${response.status} ${text.slice(0, 300)}`);
  }
}

/** New batches through the function sync: `runs` pairs of `seconds` each. */
export async function benchFunction(
  runs: number,
  seconds: number,
  progress: (line: string) => void,
): Promise<Result[]> {
  const results: Result[] = [];
  for (const { events, connections } of LOADS) {
    await using bench = await startBenchStack();
    await makeBaselines(bench.sql);
    const { questions, version } = await publishedContent(bench.sql);
    const loads = new Map<string, Load[]>();
    // The warm-up's runs are their first contact; after that they are known, as nearly all are on any day.
    const callerOf = await callersInTurn(bench, connections);
    const through = async (slug: string): Promise<number> => {
      const measured = await load(connections, seconds, async (worker) => {
        const caller = callerOf(worker);
        // As client-contract sends a batch of that length.
        await send(bench, slug, caller, await gzip(batchOf(caller, questions, version, events)));
      });
      loads.set(slug, [...loads.get(slug) ?? [], measured]);
      return measured.rate * events;
    };
    results.push(
      await runPair({
        name: `ingest through the function (batches of ${events}, ${connections} connections, mixed types)`,
        unit: "events/s",
        runs,
        more: true,
        budget: 0.35,
        measure: () => through("sync"),
        baseline: () => through("insert_only"),
        notes: () => {
          const last = loads.get("sync")?.at(-1);
          return last ? `batch p50 ${last.p50.toFixed(0)} ms, p99 ${last.p99.toFixed(0)} ms` : "";
        },
      }, progress),
    );
  }
  return results;
}

/** What the largest batch costs an isolate that gets nothing else: as it is; and gzipped, with a full page to pull. */
export async function benchLargest(
  _runs: number,
  _seconds: number,
  progress: (line: string) => void,
): Promise<Result[]> {
  const results: Result[] = [];
  for (const [how, pull] of [["", false], [", gzipped, with a page of 1000 changes", true]] as const) {
    await using bench = await startBenchStack();
    const { questions, version } = await publishedContent(bench.sql);
    const [caller] = await callers(bench, 1);
    if (!caller) throw new Error("there is no learner");
    const plain = batchOf(caller, questions, version, LARGEST.events).length;
    // No two batches have quite the same length.
    const pad = Math.floor((LARGEST.bytes * 0.98 - plain) / LARGEST.events) - '"pad":"",'.length;
    const batch = async () => {
      const text = batchOf(caller, questions, version, LARGEST.events, pad);
      return pull ? await gzip(text.replace("{", '{"pull":{"cursor":null,"limit":1000},')) : text;
    };
    const used = async () => {
      const stats = (await bench.stack.functions.stats()).find(({ slug, state }) =>
        slug === "sync" && state === "running"
      );
      if (!stats?.usage) throw new Error("the isolate's use is not known");
      return stats.usage;
    };
    const name = `the largest batch (${LARGEST.events} events, 512 KiB${how})`;
    progress(name);
    for (let n = 0; n < 4; n++) await send(bench, "sync", caller, await batch());
    const before = await used();
    for (let n = 0; n < LARGEST.times; n++) await send(bench, "sync", caller, await batch());
    const after = await used();
    const cpu = (after.cpuMs - before.cpuMs) / LARGEST.times;
    results.push(
      ceiling(`${name}: CPU of the isolate`, "ms", cpu, 100),
      ceiling(`${name}: memory of the isolate`, "MiB", (after.peakRssBytes ?? after.rssBytes) / MIB, 256),
    );
  }
  return results;
}
