// A release reaching its devices: 50 that fetch all of it at once, against a static file server with the same bytes;
// and 10,000 that were hinted at once, against the queries and the memory that 20 isolates may take for it.
import { fileURLToPath } from "node:url";
import { type BenchStack, publishQuestions, startBenchStack } from "./bench_stack.ts";
import { ceiling, type Result, runPair } from "./measure.ts";

const QUESTIONS = 50_000;
const SKILLS = 500;
const CHANGED = 100;
const DEVICES = 50;
const HINTED = 10_000;
const ISOLATES = 20;
/** Devices whose requests are under way at the same moment. */
const AT_ONCE = 100;
const MIB = 1024 * 1024;

interface Head {
  version: number;
  history: string;
}

async function publishTwice({ sql }: BenchStack): Promise<Head> {
  await publishQuestions(sql, QUESTIONS, SKILLS);
  await sql`
    update content.question set explanation = 'changed'
    where id in (select id from content.question order by id limit ${CHANGED})`;
  await sql`select public.publish_release('changes')`;
  const [head] = await sql<Head[]>`
    select max(version) as version, private.history() as history from content.release`;
  if (!head) throw new Error("nothing was published");
  return head;
}

async function fetchText(url: string, token?: string): Promise<string> {
  const headers: Record<string, string> = { "accept-encoding": "gzip" };
  if (token) headers.authorization = `Bearer ${token}`;
  const response = await fetch(url, { headers });
  const text = await response.text();
  if (!response.ok) throw new Error(`${url}: ${response.status} ${text.slice(0, 200)}`);
  return text;
}

/** All pages of a snapshot, one after the other as a device asks for them. */
async function fetchSnapshot(
  base: string,
  head: Head,
  token: string,
  keep?: (page: string) => Promise<void>,
) {
  let after: string | null = "";
  while (after !== null) {
    const text = await fetchText(`${base}/content/delta?since=0&until=${head.version}&after=${after}`, token);
    await keep?.(text);
    const end: { next: string | null } = JSON.parse(text.slice(text.lastIndexOf("\n", text.length - 2)));
    after = end.next;
  }
}

/** A static server over a folder; gives its address and stops with its disposal. */
async function startStatic(folder: string): Promise<AsyncDisposable & { url: string }> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--allow-all",
      "--quiet",
      fileURLToPath(new URL("./static_server.ts", import.meta.url)),
      folder,
    ],
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const { value = "" } = await reader.read();
  return {
    url: `http://127.0.0.1:${value.trim()}`,
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await Promise.all([child.status, reader.cancel()]);
    },
  };
}

async function benchWhole(runs: number, progress: (line: string) => void): Promise<Result> {
  await using bench = await startBenchStack();
  progress(`publishing ${QUESTIONS} questions`);
  const head = await publishTwice(bench);
  const token = await bench.token(crypto.randomUUID());
  const base = `${bench.stack.apiUrl}/functions/v1`;
  const folder = await Deno.makeTempDir({ prefix: "carrel-bench-" });
  await using cleanup = new AsyncDisposableStack();
  cleanup.defer(() => Deno.remove(folder, { recursive: true }));
  let pages = 0;
  await fetchSnapshot(base, head, token, async (page) => {
    const gzip = new Blob([page]).stream().pipeThrough(new CompressionStream("gzip"));
    await Deno.writeFile(`${folder}/page.${pages++}`, gzip);
  });
  const server = cleanup.use(await startStatic(folder));

  const devicesASecond = async (device: () => Promise<void>) => {
    const started = performance.now();
    await Promise.all(Array.from({ length: DEVICES }, device));
    return DEVICES / ((performance.now() - started) / 1000);
  };
  return await runPair({
    name: `the whole release of ${QUESTIONS} questions to ${DEVICES} devices at once (${pages} pages)`,
    unit: "devices/s",
    runs,
    more: true,
    budget: 0.7,
    measure: () => devicesASecond(() => fetchSnapshot(base, head, token)),
    baseline: () =>
      devicesASecond(async () => {
        for (let page = 0; page < pages; page++) await fetchText(`${server.url}/page.${page}`);
      }),
  }, progress);
}

async function benchHinted(progress: (line: string) => void): Promise<Result[]> {
  await using bench = await startBenchStack({}, ISOLATES);
  const head = await publishTwice(bench);
  const token = await bench.token(crypto.randomUUID());
  const base = `${bench.stack.apiUrl}/functions/v1/content`;
  const queries = async () => {
    const [row] = await bench.sql<{ calls: number }[]>`
      select coalesce(sum(calls), 0)::int as calls from extensions.pg_stat_statements
      where query like 'select private.content_%'`;
    return row?.calls ?? 0;
  };

  progress(`${HINTED} devices ask at once`);
  const before = await queries();
  const started = performance.now();
  let asked = 0;
  let current = 0;
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    while (asked++ < HINTED) {
      const known = JSON.parse(
        await fetchText(`${base}/head?expected=${head.version}&history=${head.history}`, token),
      );
      const cut = `history=${head.history}&since=${head.version - 1}&until=${head.version}`;
      const delta = await fetchText(`${base}/delta?${cut}`, token);
      if (known.version === head.version && delta.includes(`"kind":"end","rows":${CHANGED}`)) current++;
    }
  }));
  const seconds = (performance.now() - started) / 1000;
  if (current !== HINTED) throw new Error(`${HINTED - current} devices are not current`);
  const stats = (await bench.stack.functions.stats()).filter(({ slug, state }) =>
    slug === "content" && state === "running"
  );
  const used = stats.map(({ usage, requests }) => ({
    memory: (usage?.peakRssBytes ?? 0) / MIB,
    cpu: (usage?.cpuMs ?? 0) / Math.max(requests, 1),
  }));
  const per = (await queries() - before) / stats.length;
  progress(`${HINTED} devices current after ${seconds.toFixed(1)} s, ${stats.length} isolates`);
  return [
    ceiling(`${HINTED} devices hinted at once: content queries per isolate`, "queries", per, 3),
    ceiling(
      "  the same: memory of the largest isolate",
      "MiB",
      Math.max(...used.map(({ memory }) => memory)),
      256,
    ),
    ceiling(
      "  the same: CPU per request, of the busiest isolate",
      "ms",
      Math.max(...used.map(({ cpu }) => cpu)),
      100,
    ),
  ];
}

/** Runs both. */
export async function benchFleet(
  runs: number,
  _seconds: number,
  progress: (line: string) => void,
): Promise<Result[]> {
  return [await benchWhole(runs, progress), ...await benchHinted(progress)];
}
