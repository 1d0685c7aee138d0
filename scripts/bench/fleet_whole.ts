// 50 devices that fetch all of a release at once, against a static file server with the same bytes: by pages that no isolate
// has served yet, by pages that it has, and by bundles, which devices prefer. Devices inflate what they get, and do nothing else.
import { configureSignals } from "../start/signals.ts";
import { Manifest } from "../../client-contract/contract/manifest.ts";
import {
  type BenchStack,
  type PublishedHead,
  publishTwice,
  releaseBundled,
  startBenchStack,
} from "./bench_stack.ts";
import { goal, type Result, runPair } from "./measure.ts";
import { startStaticFolder } from "./static_folder.ts";

const DEVICES = 50;
/** What 50 devices should take. */
const GOAL_S = 2;

/** Gives a text, and says whether the answer was fine. */
async function fetchText(url: string, o: { token?: string; isFile?: boolean } = {}): Promise<string> {
  const headers: Record<string, string> = o.token ? { authorization: `Bearer ${o.token}` } : {};
  const response = await fetch(url, { headers });
  // A bundle is a gzipped file; pages and the static server's files are inflated by fetch.
  const inflated = o.isFile && response.ok
    ? response.body?.pipeThrough(new DecompressionStream("gzip"))
    : response.body;
  const text = await new Response(inflated).text();
  if (!response.ok) throw new Error(`${url}: ${response.status} ${text.slice(0, 200)}`);
  return text;
}

/** Fetches a release; `keep` is given each text. */
type Download = (keep?: (text: string) => Promise<void>) => Promise<void>;

function downloads({ stack }: BenchStack, { version, history }: PublishedHead, tokenOf: () => string) {
  const content = `${stack.apiUrl}/functions/v1/content`;
  const pages: Download = async (keep) => {
    const token = tokenOf();
    for (let after: string | null = ""; after !== null;) {
      const cut = `schema=2&history=${history}&since=0&until=${version}&after=${after}`;
      const text = await fetchText(`${content}/delta?${cut}`, { token });
      await keep?.(text);
      const end: { next: string | null } = JSON.parse(text.slice(text.lastIndexOf("\n", text.length - 2)));
      after = end.next;
    }
  };
  const bundles: Download = async (keep) => {
    const text = await fetchText(`${content}/manifest?schema=2&history=${history}&version=${version}`, {
      token: tokenOf(),
    });
    await keep?.(text);
    const manifest = Manifest.parse(JSON.parse(text));
    if (manifest.bundles.length !== manifest.domains.length) throw new Error("bundles are missing");
    for (const { url } of manifest.bundles) {
      const text = await fetchText(new URL(url, stack.apiUrl).href, { isFile: true });
      await keep?.(text);
    }
  };
  return { pages, bundles };
}

/** Runs the measurement: `runs` pairs each. */
export async function benchWhole(runs: number, progress: (line: string) => void): Promise<Result[]> {
  await using bench = await startBenchStack();
  await using folder = await startStaticFolder();
  const { sql, stack } = bench;
  await configureSignals(stack.dbUrl(), stack.apiUrl);
  progress("publishing, and waiting for the bundles");
  const head = await publishTwice(bench);
  await releaseBundled(sql, head.version);
  const token = await bench.tokens();
  const { pages, bundles } = downloads(bench, head, token);

  const devicesASecond = async (device: () => Promise<void>) => {
    const started = performance.now();
    await Promise.all(Array.from({ length: DEVICES }, device));
    return DEVICES / ((performance.now() - started) / 1000);
  };
  const compare = async (name: string, download: Download, prepare = () => Promise.resolve()) => {
    const files: string[] = [];
    await download(async (text) => void files.push(await folder.add(text)));
    const result = await runPair({
      name:
        `the whole release of ${head.questions} questions to ${DEVICES} devices at once, ${name} (${files.length} answers)`,
      unit: "devices/s",
      runs,
      more: true,
      budget: 0.7,
      async measure() {
        await prepare();
        return await devicesASecond(() => download());
      },
      baseline: () =>
        devicesASecond(async () => {
          for (const file of files) await fetchText(file);
        }),
    }, progress);
    const seconds = goal(
      `  the same: until the last of ${DEVICES} has it`,
      "s",
      DEVICES / result.value,
      GOAL_S,
    );
    return [result, { ...seconds, notes: `the static server: ${(DEVICES / result.baseline).toFixed(1)} s` }];
  };
  /** New isolates, which have served nothing but a head. */
  const forget = async () => {
    await stack.functions.reload();
    await fetchText(`${stack.apiUrl}/functions/v1/content/head?schema=2`, { token: token() });
  };
  return [
    ...await compare("pages, cold caches", pages, forget),
    ...await compare("pages, warm caches", pages),
    ...await compare("bundles", bundles),
  ];
}
