// Delivery: what a delta costs the database, what an unchanged poll costs the function, and bytes on the wire, those of a
// repair among them.
import { publishQuestions, startBenchStack } from "./bench_stack.ts";
import { benchDeltaCost } from "./delta_cost.ts";
import { load, type Result, runPair } from "./measure.ts";
import { benchRepair } from "./repair.ts";

const QUESTIONS = 50_000;
const SKILLS = 500;
const CHANGED = 100;
const CONNECTIONS = 8;

async function gzipBytes(text: string): Promise<number> {
  const gzip = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
  return (await new Response(gzip).arrayBuffer()).byteLength;
}

/** Runs the measurements: `runs` pairs, of `seconds` each where they are timed. */
export async function benchDelivery(
  runs: number,
  seconds: number,
  progress: (line: string) => void,
): Promise<Result[]> {
  const results = await benchDeltaCost(runs, progress);

  await using bench = await startBenchStack();
  const { sql, stack } = bench;
  progress(`publishing ${QUESTIONS} questions in ${SKILLS} skills, then ${CHANGED} changes`);
  await publishQuestions(sql, QUESTIONS, SKILLS);
  await sql`
    update content.question set answer = '{"choice": 0}', prompt = prompt || '!'
    where id in (select id from content.question order by id limit ${CHANGED})`;
  await sql`select public.publish_release('changes')`;
  const authorization = `Bearer ${await bench.token(crypto.randomUUID())}`;
  const fetchPath = (path: string, headers: Record<string, string> = {}) =>
    fetch(`${stack.apiUrl}/functions/v1/${path}`, { headers: { authorization, ...headers } });

  const device = crypto.randomUUID();
  const first = await fetchPath("content/head");
  const head = await first.json();
  const etag = first.headers.get("etag") ?? "";
  const polls = async (path: string) => {
    const { rate } = await load(CONNECTIONS, seconds, async () => {
      const response = await fetchPath(path, { "if-none-match": etag });
      if (response.status !== 304) throw new Error(`${path}: ${response.status} ${await response.text()}`);
      await response.body?.cancel();
    });
    return rate;
  };
  results.push(
    await runPair({
      name: `unchanged poll against a handler that only verifies the token (${CONNECTIONS} connections)`,
      unit: "polls/s",
      runs,
      more: true,
      budget: 0.6,
      measure: () =>
        polls(
          `content/head?schema=${head.schema}&history=${head.history}&device=${device}&version=${head.version}`,
        ),
      baseline: () => polls("token_only"),
    }, progress),
  );

  for (const [name, since] of [["snapshot", 0], ["delta", head.version - 1]] as const) {
    let sent = 0;
    let after = "";
    const rows: unknown[] = [];
    do {
      const path =
        `content/delta?history=${head.history}&since=${since}&until=${head.version}&after=${after}`;
      const text = await (await fetchPath(path, { "accept-encoding": "gzip" })).text();
      // The client's fetch inflates before anybody can count, so the page is gzipped again, as the function does it.
      sent += await gzipBytes(text);
      const lines = text.trimEnd().split("\n").map((line) => JSON.parse(line));
      rows.push(...lines.slice(1, -1));
      after = lines.at(-1).next ?? "";
    } while (after !== "");
    const minimal = await gzipBytes(JSON.stringify(rows));
    results.push(
      await runPair({
        name: `${name}: gzipped bytes of ${rows.length} rows against gzip over one JSON array of them`,
        unit: "bytes",
        runs: 1,
        more: false,
        budget: 1.1,
        measure: () => Promise.resolve(sent),
        baseline: () => Promise.resolve(minimal),
      }, progress),
    );
  }
  results.push(await benchRepair(bench, progress));
  return results;
}
