// A device whose learner has moved: loops end in its backoff, nothing is lost, and an old backup finds the way.
import assert from "node:assert/strict";
import { openLab } from "../../scripts/testkit/device/devices.ts";
import { type Handle, startTestServer } from "../../scripts/testkit/device/server.ts";
import { serverAttempts } from "../../scripts/testkit/device/server_rows.ts";
import { firstQuestions, studyOnce } from "../../scripts/testkit/device/study.ts";
import { Problem, problemResponse } from "../../supabase/functions/_shared/problem.ts";

const [HOME, OTHER] = ["https://home.example", "https://other.example"];
const DAY_MS = 86_400_000;

const server = await startTestServer();
Deno.test.afterAll(async () => await server[Symbol.asyncDispose]());

const moved = (info?: string) => problemResponse(new Problem("moved", undefined, info, 1), "request-1");

Deno.test("O6, U1: two cells that name each other end in the device's backoff, and the outbox waits", async () => {
  using lab = openLab();
  const learnerId = crypto.randomUUID();
  const asked: string[] = [];
  let isLoop = false;
  const handle: Handle = (request) => {
    const { origin } = new URL(request.url);
    asked.push(origin);
    return isLoop ? Promise.resolve(moved(origin === HOME ? OTHER : HOME)) : server.handle(request);
  };
  using device = lab.open(1, { learnerId, url: HOME, handle });
  await device.sync();
  const ids = studyOnce(device, firstQuestions(device).slice(0, 3));
  isLoop = true;
  asked.length = 0;
  lab.clock.slept.length = 0;
  await assert.rejects(device.sync(), { code: "moved" });
  assert.deepEqual(asked, [HOME, OTHER, HOME, OTHER, HOME, OTHER], "as many attempts as for any refusal");
  assert.equal(lab.clock.slept.length, 5);
  assert.ok(lab.clock.slept.every((ms) => ms >= 1000), "each waits for Retry-After at least");
  assert.equal(device.status().outbox.pending, 5);
  isLoop = false;
  await device.sync();
  assert.deepEqual(await serverAttempts(server.sql, learnerId), ids);
});

Deno.test("O6, U10: after a week without a sync the device asks the home cell again, in case its cell is gone", async () => {
  using lab = openLab();
  const learnerId = crypto.randomUUID();
  const asked: string[] = [];
  let isGone = false;
  const handle: Handle = (request) => {
    const { origin } = new URL(request.url);
    asked.push(origin);
    if (origin === HOME && !isGone) return Promise.resolve(moved(OTHER));
    if (origin === OTHER && isGone) return Promise.reject(new TypeError("no such host"));
    return server.handle(request);
  };
  using device = lab.open(1, { learnerId, url: HOME, handle });
  const seen: string[] = [];
  const end = device.cell.onChange(() => seen.push(device.cell.url()));
  await device.sync();
  assert.equal(device.status().url, OTHER);
  isGone = true;
  lab.clock.advance(6 * DAY_MS);
  asked.length = 0;
  await assert.rejects(device.sync(), { name: "NetworkError" });
  assert.deepEqual([...new Set(asked)], [OTHER]);
  lab.clock.advance(2 * DAY_MS);
  await device.sync();
  assert.equal(device.status().url, HOME);
  assert.deepEqual(seen, [OTHER, HOME], "whoever listens in the cell is told of each change");
  end();
});

Deno.test("O6: a device that has never synced asks the home cell again, in case the cell that it was sent to is gone", async () => {
  using lab = openLab();
  const learnerId = crypto.randomUUID();
  let isGone = true;
  const handle: Handle = (request) => {
    const { origin } = new URL(request.url);
    if (origin === OTHER) return Promise.reject(new TypeError("no such host"));
    return isGone ? Promise.resolve(moved(OTHER)) : server.handle(request);
  };
  using device = lab.open(1, { learnerId, url: HOME, handle });
  await assert.rejects(device.sync(), { name: "NetworkError" });
  assert.equal(device.status().url, OTHER);
  isGone = false;
  await device.sync();
  assert.equal(device.status().url, HOME);
});
