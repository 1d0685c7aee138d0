// How soon a release is with the devices that are connected, as deployed: with bundles, which are written at the same time. The baseline
// is the moment when they are complete.
import { setTimeout as delay } from "node:timers/promises";
import postgres from "postgres";
import type { ContentHint } from "../../client-contract/contract/hint.ts";
import { CONTENT_SCHEMA } from "../../client-contract/contract/limits.ts";
import { until } from "../local/until.ts";
import { configureSignals } from "../start/signals.ts";
import {
  type BenchStack,
  CHANGED,
  changeQuestions,
  draftQuestions,
  publish,
  startBenchStack,
} from "./bench_stack.ts";
import { listen } from "./hint_listener.ts";
import { type Result, resultOf } from "./measure.ts";
import { openOnline } from "./online_device.ts";

const DEVICES = 50;
const QUESTIONS = Number(Deno.env.get("CARREL_BENCH_QUESTIONS") ?? 50_000);
const SKILLS = 500;
/** Milliseconds that a connected device may wait, and the last of many. */
const ONE_MS = 100;
const LAST_MS = 150;
/** And with a whole import in its copy. */
const IMPORT_MS = 5000;

/** The times of one release, in milliseconds from the call that published it. */
interface Times {
  published: number;
  first: number;
  last: number;
  bundled: number;
}

/** A device's request after a hint that has the release's root. It is given the rows, and does nothing with them. */
async function follow({ stack }: BenchStack, token: string, hint: ContentHint): Promise<number> {
  await delay(Math.random() * hint.spread_s * 1000);
  const content = `${stack.apiUrl}/functions/v1/content`;
  const headers = { authorization: `Bearer ${token}` };
  const { history, version } = hint;
  if (!hint.roots?.some(({ schema }) => schema === CONTENT_SCHEMA)) throw new Error("the hint has no root");
  const delta = `${content}/delta?schema=${CONTENT_SCHEMA}&history=${history}&since=${
    version - 1
  }&until=${version}&same=true`;
  const text = await (await fetch(delta, { headers })).text();
  if (!text.includes(`"kind":"end","rows":${CHANGED},"next":null`)) throw new Error(text.slice(0, 200));
  return performance.now();
}

async function untilBundled({ sql }: BenchStack, version: number): Promise<number> {
  let wakeAt = performance.now() + 30_000;
  await until("the release's bundles", async () => {
    const [row] = await sql`select private.bundled_version(private.history()) = ${version} as bundled`;
    // As the job does, which does not run here.
    if (performance.now() > wakeAt) {
      wakeAt += 30_000;
      await sql`select ops.continue_bundles()`;
    }
    return row?.bundled === true;
  }, 50);
  return performance.now();
}

/** Connected devices of learners of their own. */
async function connect(bench: BenchStack, count: number) {
  const cleanup = new AsyncDisposableStack();
  let heard: (device: number, hint: ContentHint) => void = () => {};
  const tokens: string[] = [];
  for (let device = 0; device < count; device++) {
    const learner = crypto.randomUUID();
    const token = await bench.token(learner);
    tokens.push(token);
    cleanup.use(
      await listen(bench.stack, { learner, token, onHint: (hint) => heard(device, hint) }),
    );
  }
  return {
    /** Publishes a change, and gives the times until all devices have it and its bundles are complete. */
    async release(publisher: postgres.Sql): Promise<Times> {
      await changeQuestions(bench.sql, CHANGED);
      const arrivals = new Map<number, Promise<number>>();
      const { promise: all, resolve } = Promise.withResolvers<void>();
      heard = (device, hint) => {
        arrivals.set(device, follow(bench, tokens[device] ?? "", hint));
        if (arrivals.size === count) resolve();
      };
      const began = performance.now();
      const { version } = await publish(publisher);
      const published = performance.now() - began;
      await all;
      const times = (await Promise.all(arrivals.values())).map((time) => time - began);
      const bundled = await untilBundled(bench, version) - began;
      return { published, first: Math.min(...times), last: Math.max(...times), bundled };
    },
    [Symbol.asyncDispose]: () => cleanup.disposeAsync(),
  };
}

async function releases(
  bench: BenchStack,
  { count, runs, limit }: { count: number; runs: number; limit: number },
  progress: (line: string) => void,
): Promise<Result> {
  const name = count === 1 ? "to a connected device" : `to the last of ${count} connected devices`;
  await using devices = await connect(bench, count);
  // Warm caches and connections, as a project has them. The publishes share one: the first publish of a connection takes three times as long.
  await using cleanup = new AsyncDisposableStack();
  const publisher = postgres(bench.stack.dbUrl(), { max: 1, onnotice: () => {} });
  cleanup.defer(() => publisher.end());
  await devices.release(publisher);
  const times: Times[] = [];
  for (let run = 0; run < runs; run++) {
    times.push(await devices.release(publisher));
    progress(`${name}: ${times.at(-1)?.last.toFixed(0)} ms`);
  }
  const published = times.map(({ published }) => published.toFixed(0)).join(", ");
  return resultOf(
    {
      name: `${CHANGED} changes ${name}, from the publish call`,
      unit: "ms",
      more: false,
      budget: null,
      limit,
      notes:
        `the publish calls alone: ${published} ms; baseline: until the bundles are complete, for which no device waits`,
    },
    times.map(({ last }) => last),
    times.map(({ bundled }) => bundled),
  );
}

/** A whole curriculum, published to a connected device that holds a few questions. */
async function wholeImport(bench: BenchStack, folder: string): Promise<Result> {
  const learner = crypto.randomUUID();
  const token = await bench.token(learner);
  await using online = await openOnline(bench, { file: `${folder}/device.sqlite`, learner, token });
  const { device } = online;
  await draftQuestions(bench.sql, QUESTIONS, SKILLS);
  const began = performance.now();
  const { version } = await publish(bench.sql);
  const published = performance.now() - began;
  await until("the device's copy", () => device.status().version === version, 5);
  const held = performance.now() - began;
  if (!(await device.verify()).ok) throw new Error("the copy is not what was published");
  const bundled = await untilBundled(bench, version) - began;
  return resultOf(
    {
      name: `${QUESTIONS} imported rows in a connected device's verified copy, from the publish call`,
      unit: "ms",
      more: false,
      budget: null,
      limit: IMPORT_MS,
      notes: `the publish call alone: ${published.toFixed(0)} ms; baseline: until the bundles are complete`,
    },
    [held],
    [bundled],
  );
}

/** Runs the measurement: `runs` releases to one device and to many, and one import. */
export async function benchHints(
  runs: number,
  _seconds: number,
  progress: (line: string) => void,
): Promise<Result[]> {
  await using cleanup = new AsyncDisposableStack();
  const folder = Deno.makeTempDirSync();
  cleanup.defer(() => Deno.remove(folder, { recursive: true }));
  const bench = cleanup.use(await startBenchStack());
  await configureSignals(bench.stack.dbUrl(), bench.stack.apiUrl);
  // One in each domain.
  await draftQuestions(bench.sql, 17, 17);
  await untilBundled(bench, (await publish(bench.sql)).version);
  progress(`${QUESTIONS} questions to a connected device`);
  const imported = await wholeImport(bench, folder);
  return [
    await releases(bench, { count: 1, runs, limit: ONE_MS }, progress),
    await releases(bench, { count: DEVICES, runs, limit: LAST_MS }, progress),
    imported,
  ];
}
