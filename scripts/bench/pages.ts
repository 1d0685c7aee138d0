// Snapshot and delta of 5,700 questions in the current content schema through the function, against files with the same bytes.
import { publishChanges, publishQuestions, startBenchStack } from "./bench_stack.ts";
import { gzip } from "./gzip.ts";
import { load, type Result, runPair } from "./measure.ts";

const QUESTIONS = 5700;
const CHANGED = 338;
const CONNECTIONS = 8;

/** Runs the measurement: `runs` pairs of `seconds` each. */
export async function benchPages(
  runs: number,
  seconds: number,
  progress: (line: string) => void,
): Promise<Result[]> {
  const folder = await Deno.makeTempDir({ prefix: "carrel-bench-" });
  await using cleanup = new AsyncDisposableStack();
  cleanup.defer(() => Deno.remove(folder, { recursive: true }));
  await using bench = await startBenchStack({ STATIC_FOLDER: folder });
  const { sql, stack } = bench;

  progress(`publishing ${QUESTIONS} questions, then ${CHANGED} changes`);
  await publishQuestions(sql, QUESTIONS);
  const head = await publishChanges(sql, CHANGED);
  const token = await bench.tokens();

  async function fetchBytes(path: string): Promise<Uint8Array> {
    const response = await fetch(`${stack.apiUrl}/functions/v1/${path}`, {
      headers: { authorization: `Bearer ${token()}`, "accept-encoding": "gzip" },
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return new Uint8Array(await response.arrayBuffer());
  }

  /** Paths of all pages between two versions. */
  async function pagesOf(since: number, until: number): Promise<string[]> {
    const paths: string[] = [];
    let after: string | null = "";
    while (after !== null) {
      const path: string =
        `content/delta?schema=2&history=${head.history}&since=${since}&until=${until}&after=${after}`;
      paths.push(path);
      const end: string | undefined = new TextDecoder().decode(await fetchBytes(path)).trimEnd().split("\n")
        .at(-1);
      after = JSON.parse(end ?? "{}").next ?? null;
    }
    return paths;
  }

  const results: Result[] = [];
  for (const [name, since] of [["snapshot", 0], ["delta", head.version - 1]] as const) {
    const pages = await pagesOf(since, head.version);
    const files = await Promise.all(pages.map(async (path, i) => {
      const bytes = await fetchBytes(path);
      await Deno.writeFile(`${folder}/${name}.${i}`, await gzip(bytes.slice()));
      return `static_file/${name}.${i}`;
    }));
    const rate = async (paths: string[]) => {
      const { rate } = await load(CONNECTIONS, seconds, async () => {
        for (const path of paths) await fetchBytes(path);
      });
      return rate;
    };
    results.push(
      await runPair({
        name: `${name} of ${
          since === 0 ? QUESTIONS : CHANGED
        } questions (${pages.length} pages, ${CONNECTIONS} connections)`,
        unit: "devices/s",
        runs,
        more: true,
        budget: null,
        measure: () => rate(pages),
        baseline: () => rate(files),
      }, progress),
    );
  }
  return results;
}
