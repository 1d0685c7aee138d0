// One learner on two devices, the Dart engine and the TypeScript device, behind a network that loses every third reply: whatever they do in
// whatever order, in the end both databases hold the same.
import fc from "fast-check";
import { join } from "node:path";
import { deviceHost } from "../../../client-contract/conformance/adapters/device_host.ts";
import { DEVICE, OTHER_DEVICE, Play, questionId, SKILL } from "../../../client-contract/conformance/play.ts";
import { type Fault, replyLost } from "../../../client-contract/conformance/server/faults.ts";
import { ScriptedServer } from "../../../client-contract/conformance/server/server.ts";
import { openNodeSqlite } from "../../../client-contract/device/node_sqlite.ts";
import type { Failure } from "../step.ts";
import type { WarmHost } from "./host.ts";
import { differences } from "./tables.ts";

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

/** Lets both devices live by a seed, and compares them. */
export async function converge({ host }: WarmHost, seed: number): Promise<Failure[]> {
  const random = seededRandom(seed);
  const server = new ScriptedServer();
  await using dartPlace = await host(server);
  const [ours, theirs] = [join(dartPlace.storage, "device.sqlite"), join(dartPlace.storage, "other.sqlite")];
  await using storage = new AsyncDisposableStack();
  await using devicePlace = await deviceHost(({ env }) =>
    env.openStorage = () => storage.adopt(openNodeSqlite(theirs), (opened) => opened.close())
  )(server);
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
  const waiting = [engine, device].map(async (play) =>
    (await play.dump()).outbox.filter(({ state }) => state !== "delivered").map(({ id }) => id)
  );
  const found: [string, unknown][] = differences(ours, theirs).map(({ table, ...rows }) => [table, rows]);
  for (const ids of await Promise.all(waiting)) if (ids.length > 0) found.push(["outbox", ids]);
  return found.map(([table, detail]) => ({
    at: "client-contract/dart",
    message: `the Dart engine and the TypeScript device end with another ${table} (CARREL_SEED=${seed})`,
    detail: JSON.stringify(detail, null, 1),
  }));
}
