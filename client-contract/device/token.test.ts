// Without a valid token the learner opens the app, studies and keeps everything; with one, all of it arrives.
import assert from "node:assert/strict";
import { NetworkError, ProblemError } from "../client/client_error.ts";
import { openLab, type TestDeviceOptions } from "../../scripts/testkit/device/devices.ts";
import { type Handle, startTestServer, testToken } from "../../scripts/testkit/device/server.ts";
import { serverAttempts } from "../../scripts/testkit/device/server_rows.ts";
import { firstQuestions, studyOnce } from "../../scripts/testkit/device/study.ts";
import { Problem, problemResponse } from "../../supabase/functions/_shared/problem.ts";
import type { Device } from "./device.ts";
import { DeviceError } from "./device_error.ts";
import { runSchedule } from "./schedule.ts";
import type { TokenRequest } from "../client/token.ts";

const DAY_MS = 86_400_000;
const LEARNER = "1a000000-0000-4000-8000-000000000001";

/** One for all tests: each has a learner of its own. */
const server = await startTestServer();
Deno.test.afterAll(async () => await server[Symbol.asyncDispose]());

const refused = (code: string) => (error: unknown) =>
  (error instanceof ProblemError || error instanceof DeviceError) && error.code === code;
const expired = () => problemResponse(new Problem("token_expired"), "request-1");

/** Everything of the device arrived, once. */
async function arrived(device: Device, ids: readonly string[]): Promise<void> {
  assert.deepEqual(await serverAttempts(server.sql, device.status().learnerId), ids);
  const { pending, quarantined, held_back, dead } = device.status().outbox;
  assert.deepEqual([pending, quarantined, held_back, dead], [0, 0, 0, 0]);
}

Deno.test("U1, U10: weeks offline with an expired token: the app opens, the learner studies, and everything arrives", async () => {
  using lab = openLab();
  const learnerId = crypto.randomUUID();
  let isOnline = true;
  let isSignedIn = true;
  const requests: TokenRequest[] = [];
  const o: TestDeviceOptions = {
    learnerId,
    handle: (request) => isOnline ? server.handle(request) : Promise.reject(new TypeError("offline")),
    getToken: (request) => {
      requests.push(request);
      if (!isOnline) return Promise.reject(new Error("the refresh failed: offline"));
      return isSignedIn ? testToken(learnerId) : null;
    },
  };
  const ids: string[] = [];
  {
    using device = lab.open(1, o);
    await device.sync();
  }
  isOnline = false;
  for (let week = 0; week < 5; week++) {
    requests.length = 0;
    using device = lab.open(1, o);
    assert.equal(requests.length, 0, "opening needs no token");
    ids.push(...studyOnce(device, firstQuestions(device).slice(0, 3)));
    assert.equal(device.streak().current, 1);
    await assert.rejects(device.sync(), NetworkError);
    assert.equal(device.status().outbox.pending, (week + 1) * 5);
    lab.clock.advance(7 * DAY_MS);
  }
  using device = lab.open(1, o);
  // The network is back, but the session has ended meanwhile.
  [isOnline, isSignedIn] = [true, false];
  await assert.rejects(device.sync(), refused("signed_out"));
  ids.push(...studyOnce(device, firstQuestions(device).slice(0, 1)));
  assert.equal(device.status().outbox.pending, 28);
  isSignedIn = true;
  await device.sync();
  await arrived(device, ids);
});

Deno.test("U1, U10: a token that ends in the middle of a backlog is refreshed, and the rest follows", async () => {
  using lab = openLab();
  const learnerId = crypto.randomUUID();
  let answers = 0;
  let isExpired = false;
  const asked: boolean[] = [];
  // Every third request, pushes and pulls alike, is refused once.
  const handle: Handle = (request) => {
    if (!isExpired && ++answers % 3 === 0) isExpired = true;
    return isExpired ? Promise.resolve(expired()) : server.handle(request);
  };
  using device = lab.open(1, {
    learnerId,
    handle,
    pullRows: 2,
    getToken({ refused }) {
      asked.push(refused);
      if (refused) isExpired = false;
      return testToken(learnerId);
    },
  });
  await device.sync();
  await server
    .sql`update ops.steering set batch_events = 4 where platform is null and app_from is null and app_before is null`;
  await device.sync();
  const ids = Array.from({ length: 6 }, () => studyOnce(device, firstQuestions(device).slice(0, 4))).flat();
  const { batches } = await device.sync();
  assert.ok(batches >= 9);
  assert.ok(asked.filter((refused) => refused).length > 3, "the device says why it asks");
  await arrived(device, ids);
});

Deno.test("U1, U10: a token that stays expired ends the sync at any request, and a later one goes on", async () => {
  for (let request = 1; request <= 5; request++) {
    using lab = openLab();
    const learnerId = crypto.randomUUID();
    let left = Infinity;
    const handle: Handle = (request) => left-- > 0 ? server.handle(request) : Promise.resolve(expired());
    using device = lab.open(1, { learnerId, handle, pullRows: 1 });
    await device.sync();
    const ids = Array.from({ length: 3 }, () => studyOnce(device, firstQuestions(device).slice(0, 2))).flat();
    left = request - 1;
    await assert.rejects(device.sync(), refused("token_expired"), `request ${request}`);
    ids.push(...studyOnce(device, firstQuestions(device).slice(0, 1)));
    left = Infinity;
    await device.sync();
    await arrived(device, ids);
  }
});

Deno.test("U10: a session that was ended elsewhere deletes nothing, and everything is sent after the same learner signs in", async () => {
  using lab = openLab();
  const learnerId = crypto.randomUUID();
  let isEnded = false;
  const handle: Handle = (request) =>
    isEnded
      ? Promise.resolve(problemResponse(new Problem("session_ended"), "request-1"))
      : server.handle(request);
  const ids: string[] = [];
  {
    using device = lab.open(1, { learnerId, handle });
    await device.sync();
    ids.push(...studyOnce(device, firstQuestions(device)));
    isEnded = true;
    await assert.rejects(device.sync(), refused("session_ended"));
    assert.equal(device.status().isRevoked, false);
    ids.push(...studyOnce(device, firstQuestions(device)));
  }
  isEnded = false;
  {
    using device = lab.open(1, { learnerId, handle, getToken: () => testToken(LEARNER) });
    await assert.rejects(device.sync(), refused("wrong_learner"), "another learner's token sends nothing");
  }
  using device = lab.open(1, { learnerId, handle });
  await device.sync();
  await arrived(device, ids);
});

Deno.test("U8, U10: the loop goes on while there is no token", async () => {
  using lab = openLab();
  const learnerId = crypto.randomUUID();
  let asked = 0;
  using device = lab.open(1, {
    learnerId,
    handle: server.handle,
    getToken: () => ++asked > 3 ? testToken(learnerId) : null,
  });
  const end = new AbortController();
  const loop = runSchedule(
    device.schedule(),
    async (o) => {
      await device.sync(o);
      end.abort();
    },
    lab.clock,
    end.signal,
  );
  await loop.done;
  assert.ok(device.status().version > 0);
});
