// How soon an answer on one device shows on another device of the learner, while both are online.
import { setTimeout as delay } from "node:timers/promises";
import { until } from "../local/until.ts";
import { rightAnswer } from "../testkit/device/answers.ts";
import { firstQuestions } from "../testkit/device/study.ts";
import { type BenchStack, publishQuestions, startBenchStack } from "./bench_stack.ts";
import { listen } from "./hint_listener.ts";
import { quantile, type Result, resultOf } from "./measure.ts";
import { openOnline } from "./online_device.ts";

const QUESTIONS = 570;
/** Milliseconds within which nearly every answer shows. */
const P99_MS = 500;
/** The learner answers at random moments, at most so many milliseconds apart. Some answers so come while the device before has just pulled. */
const PAUSE_MS = 600;
/** What the server's pace allows a device that pushes without a pause. */
const PULLS_A_SECOND = 4;

/** Who learns, and where their devices' files are. */
interface Study {
  bench: BenchStack;
  folder: string;
  learner: string;
  token: string;
}

/** What two devices of a learner felt. */
interface Felt {
  /** Milliseconds from each answer until the other device showed it. */
  waits: number[];
  /** A second, while the first device pushed without a pause. */
  pushes: number;
  pulls: number;
}

async function study(
  { bench, folder, learner, token }: Study,
  seconds: number,
  progress: (line: string) => void,
): Promise<Felt> {
  const shown: number[] = [];
  let pulls = 0;
  await using first = await openOnline(bench, { file: `${folder}/a.sqlite`, learner, token });
  const [question] = firstQuestions(first.device);
  await using _second = await openOnline(bench, {
    file: `${folder}/b.sqlite`,
    learner,
    token,
    synced(device) {
      pulls++;
      while (shown.length < device.progressIn(question.skill_id).attempts) shown.push(performance.now());
    },
  });
  const answer = async () => {
    const given = performance.now();
    const sessionId = first.device.startSession(question.skill_id);
    first.device.answer({ sessionId, question, answer: rightAnswer(question) });
    first.device.endSession(sessionId);
    await first.device.sync();
    return given;
  };

  progress("answers at random moments");
  const given: number[] = [];
  for (const end = performance.now() + seconds * 6000; performance.now() < end;) {
    given.push(await answer());
    await delay(Math.random() * PAUSE_MS);
  }
  await until("the last answer", () => shown.length === given.length);
  const waits = given.map((time, n) => (shown[n] ?? NaN) - time);

  progress("pushes without a pause");
  pulls = 0;
  const began = performance.now();
  let pushes = 0;
  for (; performance.now() < began + seconds * 1000; pushes++) await answer();
  await until("the last push", () => shown.length === given.length + pushes);
  const elapsed = (performance.now() - began) / 1000;
  return { waits, pushes: pushes / elapsed, pulls: pulls / elapsed };
}

/** Milliseconds of messages that the database sends to a listener. */
async function bareBroadcasts({ bench, learner, token }: Study): Promise<number[]> {
  let resolve = () => {};
  await using _ear = await listen(bench.stack, { learner, token, onLearnerHint: () => resolve() });
  const times: number[] = [];
  for (let n = 0; n < 50; n++) {
    const { promise: heard, resolve: hear } = Promise.withResolvers<void>();
    resolve = hear;
    const hint = { token: `0123456789abcdef.${n}`, devices: [learner], spread_s: 0 };
    const began = performance.now();
    await bench.sql`select realtime.send(${
      bench.sql.json(hint)
    }, 'learner_changed', ${`learner:${learner}`}, true)`;
    await heard;
    times.push(performance.now() - began);
  }
  return times;
}

/** Runs the measurement, for seven times `seconds`; and the baseline, a bare broadcast of the database. */
export async function benchSiblings(
  _runs: number,
  seconds: number,
  progress: (line: string) => void,
): Promise<Result[]> {
  await using cleanup = new AsyncDisposableStack();
  const folder = Deno.makeTempDirSync();
  cleanup.defer(() => Deno.remove(folder, { recursive: true }));
  const bench = cleanup.use(await startBenchStack());
  await publishQuestions(bench.sql, QUESTIONS);
  const learner = crypto.randomUUID();
  const whose = { bench, folder, learner, token: await bench.token(learner) };
  const { waits, pushes, pulls } = await study(whose, seconds, progress);
  progress("bare broadcasts");
  const bare = await bareBroadcasts(whose);

  const result = (share: number, limit: number | null) =>
    resultOf(
      {
        name: `an answer on one device until it shows on another of the learner, p${share * 100}`,
        unit: "ms",
        more: false,
        budget: null,
        limit,
        notes: `${waits.length} answers; baseline: a bare broadcast of the database`,
      },
      [quantile(waits, share)],
      [quantile(bare, share)],
    );
  return [
    result(0.5, null),
    result(0.99, P99_MS),
    resultOf(
      {
        name: "syncs a second of a device whose sibling pushes without a pause",
        unit: "syncs/s",
        more: false,
        budget: null,
        limit: PULLS_A_SECOND,
        notes: "baseline: the sibling's pushes a second",
      },
      [pulls],
      [pushes],
    ),
  ];
}
