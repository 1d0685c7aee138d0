// What a device costs: bytes on the wire and stored bytes. docs/deploy.md makes quotas and prices of them.
import { createClient } from "../../client-contract/client/client.ts";
import { Manifest } from "../../client-contract/contract/manifest.ts";
import { configureSignals } from "../start/signals.ts";
import { publishChanges, publishQuestions, releaseBundled, startBenchStack } from "./bench_stack.ts";
import { gzip } from "./gzip.ts";
import { send } from "./ingest.ts";
import { batchOf, newSender } from "./ingest_batches.ts";
import { publishedContent } from "./ingest_sql.ts";
import { type Result, runPair } from "./measure.ts";
import { startWire } from "../testkit/wire.ts";

/** CARREL_BENCH_QUESTIONS makes it quicker, to try it out. */
const QUESTIONS = Number(Deno.env.get("CARREL_BENCH_QUESTIONS") ?? 5700);
const BATCH = 50;
const BATCHES = 40;

/** Runs the measurement. The baseline of each figure is the same content without headers. */
export async function benchCost(
  _runs: number,
  _seconds: number,
  progress: (line: string) => void,
): Promise<Result[]> {
  await using bench = await startBenchStack();
  const { sql, stack } = bench;
  await configureSignals(stack.dbUrl(), stack.apiUrl);
  progress(`publishing ${QUESTIONS} questions, then 100 changes, and waiting for the bundles`);
  await publishQuestions(sql, QUESTIONS);
  const head = await publishChanges(sql);
  await releaseBundled(sql, head.version);
  await using wire = await startWire(stack.apiUrl);
  const sender = newSender();
  const token = await bench.token(sender.learner);
  const readers = await bench.tokens();
  const client = createClient({ url: wire.url, getToken: readers });
  const counted = async (work: () => Promise<unknown>) => {
    const before = wire.bytes();
    await work();
    return wire.bytes() - before;
  };
  const fetchFunction = (path: string, init: RequestInit = {}) =>
    fetch(`${wire.url}/functions/v1/${path}`, {
      ...init,
      headers: { authorization: `Bearer ${readers()}`, "accept-encoding": "gzip", ...init.headers },
    });
  async function pages(since: number): Promise<string[]> {
    const lines: string[] = [];
    for await (const { changes } of client.delta({ history: head.history, since, until: head.version })) {
      lines.push(...changes.map(({ line }) => line));
    }
    return lines;
  }
  /** The files of all domains, as devices prefer them to pages. */
  async function bundles(): Promise<number> {
    const { history, version } = head;
    const answer = await fetchFunction(`content/manifest?schema=2&history=${history}&version=${version}`);
    const manifest = Manifest.parse(await answer.json());
    let bytes = 0;
    for (const { url } of manifest.bundles) {
      bytes += (await (await fetch(new URL(url, wire.url))).arrayBuffer()).byteLength;
    }
    return bytes;
  }
  /** A poll as most are: the device names the head that it has. */
  async function poll(): Promise<number> {
    const head = await fetchFunction("content/head?schema=2");
    await head.body?.cancel();
    const headers = { "if-none-match": head.headers.get("etag") ?? "" };
    return await counted(async () =>
      await (await fetchFunction("content/head?schema=2", { headers })).arrayBuffer()
    );
  }
  const headBytes = async () =>
    (await (await fetchFunction("content/head?schema=2")).arrayBuffer()).byteLength;

  const { questions, version } = await publishedContent(sql);
  const batch = () => gzip(batchOf(sender, questions, version, BATCH));
  const atWire = { ...bench, stack: { ...stack, apiUrl: wire.url } };
  const stored = async () => {
    const [row] = await sql<{ bytes: number }[]>`
      select sum(pg_total_relation_size(c.oid))::float8 as bytes from pg_class c
      where c.relkind = 'r' and c.relnamespace in ('learner'::regnamespace, 'ops'::regnamespace)`;
    return row?.bytes ?? NaN;
  };
  async function storedPerEvent(): Promise<number> {
    const before = await stored();
    for (let i = 0; i < BATCHES; i++) await send(atWire, "sync", { ...sender, token }, await batch());
    return (await stored() - before) / (BATCH * BATCHES);
  }

  const figures: [name: string, measure: () => Promise<number>, baseline: () => Promise<number>][] = [
    [
      "first sync of the whole release",
      () => counted(() => pages(0)),
      async () => (await gzip((await pages(0)).join("\n"))).byteLength,
    ],
    ["the same by bundles, manifest included", () => counted(bundles), bundles],
    [
      "delta of 100 changes",
      () => counted(() => pages(head.version - 1)),
      async () => (await gzip((await pages(head.version - 1)).join("\n"))).byteLength,
    ],
    ["poll without news", poll, headBytes],
    [
      "batch of 50 events, with its answer",
      () => counted(async () => send(atWire, "sync", { ...sender, token }, await batch())),
      async () => (await batch()).byteLength,
    ],
    [
      "stored bytes of an event, with its rows and indexes",
      storedPerEvent,
      () => Promise.resolve(batchOf(sender, questions, version, BATCH).length / BATCH),
    ],
  ];
  const results: Result[] = [];
  for (const [name, measure, baseline] of figures) {
    results.push(
      await runPair({ name, unit: "bytes", runs: 3, more: false, budget: null, measure, baseline }, progress),
    );
  }
  return results;
}
