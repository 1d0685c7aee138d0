// What a team would pick instead of an ingest of its own: upserts over REST, one by one or in bulk, and a push RPC as
// WatermelonDB's sync protocol describes it. Each keeps an id and a body: no checks, no projections, no results per event.
import { startBenchStack } from "./bench_stack.ts";
import { batchOf, newSender } from "./ingest_batches.ts";
import { makeBaselines, publishedContent } from "./ingest_sql.ts";
import { load, type Result, runPair } from "./measure.ts";

const EVENTS = 50;
const CONNECTIONS = 8;

/** Rows as a client library would send them. */
const rowsOf = (batch: string) =>
  batch.split("\n").slice(1).map((line) => ({ id: JSON.parse(line).id, body: JSON.parse(line) }));

interface Adapter {
  name: string;
  /** Stores a batch. */
  push(api: string, headers: Record<string, string>, batch: string): Promise<void>;
}

async function post(url: string, headers: Record<string, string>, body: unknown): Promise<void> {
  const response = await fetch(url, {
    method: "POST",
    headers: { ...headers, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${url}: ${response.status} ${text.slice(0, 300)}`);
}

const UPSERT = { prefer: "resolution=ignore-duplicates,return=minimal" };

const ADAPTERS: Adapter[] = [
  {
    name: "one upsert per event over REST",
    async push(api, headers, batch) {
      for (const row of rowsOf(batch)) {
        await post(`${api}/rest/v1/bench_answer`, { ...headers, ...UPSERT }, row);
      }
    },
  },
  {
    name: "one bulk upsert over REST",
    push: (api, headers, batch) =>
      post(`${api}/rest/v1/bench_answer`, { ...headers, ...UPSERT }, rowsOf(batch)),
  },
  {
    name: "a push RPC as WatermelonDB's",
    push: (api, headers, batch) =>
      post(`${api}/rest/v1/rpc/bench_push`, headers, {
        last_pulled_at: 0,
        changes: { answers: { created: rowsOf(batch).map(({ body }) => body), updated: [], deleted: [] } },
      }),
  },
];

/** Carrel's function against each; batches of 50 on 8 connections. */
export async function benchAlternatives(
  runs: number,
  seconds: number,
  progress: (line: string) => void,
): Promise<Result[]> {
  await using bench = await startBenchStack();
  const { sql, stack, token } = bench;
  await makeBaselines(sql);
  const { questions, version } = await publishedContent(sql);
  const rate = async (push: Adapter["push"]): Promise<number> => {
    const learners = await Promise.all(Array.from({ length: CONNECTIONS }, async () => {
      const sender = newSender();
      return {
        sender,
        headers: { authorization: `Bearer ${await token(sender.learner)}`, apikey: stack.publishableKey },
      };
    }));
    const { rate } = await load(CONNECTIONS, seconds, async (worker) => {
      const learner = learners[worker];
      if (!learner) throw new Error("more workers than learners");
      await push(stack.apiUrl, learner.headers, batchOf(learner.sender, questions, version, EVENTS));
    });
    return rate * EVENTS;
  };
  const carrel: Adapter["push"] = async (api, headers, batch) => {
    const response = await fetch(`${api}/functions/v1/sync`, {
      method: "POST",
      headers: { ...headers, "content-type": "application/x-ndjson" },
      body: batch,
    });
    const text = await response.text();
    if (!response.ok || text.includes("quarantined")) {
      throw new Error(`sync: ${response.status} ${text.slice(0, 300)}`);
    }
  };
  const results: Result[] = [];
  for (const { name, push } of ADAPTERS) {
    results.push(
      await runPair({
        name: `ingest through the function, against ${name}`,
        unit: "events/s",
        runs,
        more: true,
        budget: null,
        measure: () => rate(carrel),
        baseline: () => rate(push),
      }, progress),
    );
  }
  return results;
}
