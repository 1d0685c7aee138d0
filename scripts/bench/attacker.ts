// One hostile learner who reads content: the answers that another learner still gets, against the same without the hostile one.
import type { Attack } from "./attack.ts";
import { type BenchStack, publishChanges, publishQuestions, startBenchStack } from "./bench_stack.ts";
import { median, quantile, type Result, resultOf } from "./measure.ts";

const QUESTIONS = 5700;
const RELEASES = 5;
const CONNECTIONS = [20, 100];
const ISOLATES = 2;
/** The victim's p99 may grow to this multiple. */
const BUDGET = 3;

/** The 99th percentile of the victim's answers, in milliseconds. */
interface Felt {
  head: number;
  delta: number;
}

type Target = Omit<Attack, "token" | "connections">;

async function publish({ sql, stack }: BenchStack): Promise<Target> {
  await publishQuestions(sql, QUESTIONS);
  let head = await publishChanges(sql);
  for (let release = 2; release < RELEASES; release++) head = await publishChanges(sql);
  const domains = await sql<{ id: string }[]>`select id from content.domain order by id`;
  const [skill] = await sql<{ id: string }[]>`select id from content.skill order by id limit 1`;
  return {
    content: `${stack.apiUrl}/functions/v1/content`,
    history: head.history,
    version: head.version,
    domains: domains.map(({ id }) => id),
    skill: skill?.id ?? "",
  };
}

/** Polls and fetches the newest changes, as a device does, one request after the other, until the time is over. */
async function feel({ content, history, version }: Target, token: string, seconds: number): Promise<Felt> {
  const ask = async (path: string, times: number[]) => {
    const began = performance.now();
    for (;;) {
      const response = await fetch(`${content}/${path}`, { headers: { authorization: `Bearer ${token}` } });
      await response.arrayBuffer();
      if (response.status === 200) break;
      // What is put off comes late, and counts as late.
      if (response.status !== 503) throw new Error(`a learner who did nothing wrong got ${response.status}`);
    }
    times.push(performance.now() - began);
  };
  const heads: number[] = [];
  const deltas: number[] = [];
  for (const end = performance.now() + seconds * 1000; performance.now() < end;) {
    await ask("head?schema=2", heads);
    await ask(`delta?schema=2&history=${history}&since=${version - 1}&until=${version}`, deltas);
    // A device that is always in a hurry would be over its own limits.
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  return { head: quantile(heads, 0.99), delta: quantile(deltas, 0.99) };
}

/** Runs the measurement: `runs` pairs of `seconds` each, for each number of connections. */
export async function benchAttacker(
  runs: number,
  seconds: number,
  progress: (line: string) => void,
): Promise<Result[]> {
  await using bench = await startBenchStack({}, ISOLATES);
  const target = await publish(bench);

  async function beside(connections: number, answers: Map<string, number>): Promise<Felt> {
    const token = await bench.token(crypto.randomUUID());
    const worker = new Worker(new URL("attack_worker.ts", import.meta.url), { type: "module" });
    worker.addEventListener(
      "message",
      ({ data }: MessageEvent<string>) => answers.set(data, (answers.get(data) ?? 0) + 1),
    );
    worker.postMessage({ ...target, token, connections } satisfies Attack);
    // From the first requests on, so with the burst that full buckets let through.
    const felt = await feel(target, await bench.token(crypto.randomUUID()), seconds);
    worker.terminate();
    return felt;
  }

  const results: Result[] = [];
  for (const connections of CONNECTIONS) {
    const calm: Felt[] = [];
    const pressed: Felt[] = [];
    const answers = new Map<string, number>();
    for (let run = 0; run <= runs; run++) {
      progress(`${connections} connections, run ${run} of ${runs}`);
      const before = await feel(target, await bench.token(crypto.randomUUID()), seconds);
      const during = await beside(connections, answers);
      // The first pair warms up.
      if (run === 0) continue;
      calm.push(before);
      pressed.push(during);
    }
    const notes = `the hostile one's requests: ${
      [...answers].map(([kind, count]) => `${count} ${kind}`).sort().join(", ")
    }`;
    for (const kind of ["head", "delta"] as const) {
      results.push(resultOf(
        {
          name: `${kind} of a learner beside a hostile one on ${connections} connections: p99`,
          unit: "ms",
          more: false,
          budget: BUDGET,
          notes: `${notes}; median p99 of the calm runs ${
            median(calm.map((felt) => felt[kind])).toFixed(1)
          } ms`,
        },
        pressed.map((felt) => felt[kind]),
        calm.map((felt) => felt[kind]),
      ));
    }
  }
  return results;
}
