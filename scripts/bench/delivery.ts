// Delivery: what a delta costs the database, what an unchanged poll costs the function, and bytes on the wire, those of a
// repair among them.
import { type BenchStack, publishTwice, startBenchStack } from "./bench_stack.ts";
import { benchDeltaCost } from "./delta_cost.ts";
import { load, type Result, runPair } from "./measure.ts";
import { benchRepair } from "./repair.ts";
import { benchSavedBytes } from "./saved_bytes.ts";
import { benchWireBytes } from "./wire_bytes.ts";

const CONNECTIONS = 8;

async function benchPoll(
  { stack, tokens }: BenchStack,
  runs: number,
  seconds: number,
  progress: (line: string) => void,
): Promise<Result> {
  const token = await tokens();
  const fetchPath = (path: string, headers: Record<string, string> = {}) =>
    fetch(`${stack.apiUrl}/functions/v1/${path}`, {
      headers: { authorization: `Bearer ${token()}`, ...headers },
    });
  const first = await fetchPath("content/head?schema=2");
  const head: { version: number; history: string } = await first.json();
  const etag = first.headers.get("etag") ?? "";
  const polls = async (path: string) => {
    const { rate } = await load(CONNECTIONS, seconds, async () => {
      const response = await fetchPath(path, { "if-none-match": etag });
      if (response.status !== 304) throw new Error(`${path}: ${response.status} ${await response.text()}`);
      await response.body?.cancel();
    });
    return rate;
  };
  const device = crypto.randomUUID();
  return await runPair({
    name: `unchanged poll against a handler that only verifies the token (${CONNECTIONS} connections)`,
    unit: "polls/s",
    runs,
    more: true,
    budget: 0.6,
    measure: () =>
      polls(`content/head?schema=2&history=${head.history}&device=${device}&version=${head.version}`),
    baseline: () => polls("token_only"),
  }, progress);
}

/** Runs the measurements: `runs` pairs, of `seconds` each where they are timed. */
export async function benchDelivery(
  runs: number,
  seconds: number,
  progress: (line: string) => void,
): Promise<Result[]> {
  const results = await benchDeltaCost(runs, progress);
  await using bench = await startBenchStack();
  progress("publishing twice");
  const head = await publishTwice(bench);
  results.push(await benchPoll(bench, runs, seconds, progress));
  const { snapshotBytes, bytes } = await benchWireBytes(bench, head, progress);
  results.push(...bytes, await benchRepair(bench, snapshotBytes, progress));
  return [...results, ...await benchSavedBytes(bench, head, progress)];
}
