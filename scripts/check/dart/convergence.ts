// One learner on two devices, the Dart engine and the TypeScript device, behind a network that loses every third reply: whatever they do in
// whatever order, in the end both databases hold the same.
import fc from "fast-check";
import { deviceHost } from "../../../client-contract/conformance/adapters/device_host.ts";
import { DEVICE, OTHER_DEVICE, Play, questionId, SKILL } from "../../../client-contract/conformance/play.ts";
import { type Fault, replyLost } from "../../../client-contract/conformance/server/faults.ts";
import { ScriptedServer } from "../../../client-contract/conformance/server/server.ts";
import type { Failure } from "../step.ts";
import { canonical } from "./differential.ts";
import type { WarmHost } from "./host.ts";

const STEPS = 24;
/** Syncs that a device may need to be done once the network is whole. */
const LAST_SYNCS = 3;
const ENDPOINTS = ["push", "pull", "head", "delta", "manifest", "node"] as const;

/** Draws of a step, at most. */
const DRAWS = 5;

/** Numbers from 0 to below 1 by a seed, enough for all steps. */
function seededRandom(seed: number): () => number {
  const numbers = fc.sample(fc.noBias(fc.nat({ max: 999_999 })), { seed, numRuns: STEPS * DRAWS });
  return () => (numbers.pop() ?? 0) / 1_000_000;
}

/** Every third reply is lost. */
function everyThird(): Fault {
  let count = 0;
  return { name: "every_third", strike: (work) => ++count % 3 === 0 ? replyLost.strike(work) : work() };
}

/** One step of one device. */
async function step(play: Play, publisher: Play, random: () => number): Promise<void> {
  const pick = (count: number) => Math.floor(random() * count);
  switch (pick(8)) {
    case 0:
    case 1:
    case 2:
      await play.answer();
      return;
    case 3:
      await play.send("advance", {
        skill_id: SKILL,
        mastery: pick(101),
        completed: [questionId(pick(3))],
      });
      return;
    case 4:
      // A reset voids what the other device has done before: rarely.
      if (pick(3) === 0) await play.send("reset", { skill_id: SKILL });
      return;
    case 5:
      if (pick(3) === 0) await publisher.edit(pick(3));
      return;
    default:
      await play.sync();
  }
}

/** What both must have: content, the pulled rows, the cursor, the progress; and no event that waits. */
async function contentOf(play: Play): Promise<Record<string, string>> {
  const { content, cursor, rows, progress, outbox } = await play.dump();
  const sorted = (values: unknown[]) => values.map(canonical).sort().join("\n");
  return {
    content: canonical({ ...content, lines: [...content.lines].sort() }),
    cursor: canonical(cursor),
    session: sorted(rows.session),
    attempt: sorted(rows.attempt),
    skill_progress: sorted(rows.skill_progress),
    practice: sorted(rows.practice),
    // Columns that an adapter may add to the protocol's are left out.
    progress: sorted(
      Object.entries(progress).map(([id, { mastery, completed, attempts, correct, reset_count }]) => ({
        id,
        mastery,
        completed,
        attempts,
        correct,
        reset_count,
      })),
    ),
    waiting: canonical(outbox.filter(({ state }) => state !== "delivered").map(({ id }) => id)),
  };
}

/** Lets both devices live by a seed, and compares them. */
export async function converge({ host }: WarmHost, seed: number): Promise<Failure[]> {
  const random = seededRandom(seed);
  const server = new ScriptedServer();
  await using dartPlace = await host(server);
  await using devicePlace = await deviceHost()(server);
  const [engine, device] = [new Play(server, dartPlace), new Play(server, devicePlace)];
  await engine.begin({ device_id: DEVICE });
  await device.init({ device_id: OTHER_DEVICE });
  await device.synced();
  for (const endpoint of ENDPOINTS) server.always(endpoint, everyThird());
  for (let n = 0; n < STEPS; n++) await step(random() < 0.5 ? engine : device, engine, random);
  server.heal();
  for (let n = 0; n < LAST_SYNCS; n++) {
    await engine.synced();
    await device.synced();
  }
  const [ours, theirs] = [await contentOf(engine), await contentOf(device)];
  return Object.keys(ours).filter((part) => ours[part] !== theirs[part]).map((part) => ({
    at: "client-contract/dart",
    message: `the Dart engine and the TypeScript device end with another ${part} (CARREL_SEED=${seed})`,
    detail: `Dart  ${ours[part]}\nhave  ${theirs[part]}`,
  }));
}
