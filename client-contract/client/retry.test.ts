import assert from "node:assert/strict";
import { NetworkError, type ProblemError, readProblem } from "./client_error.ts";
import { Problem, problemResponse } from "../../supabase/functions/_shared/problem.ts";
import { systemClock } from "./clock.ts";
import { backoff, createRetry, type RetryPolicy } from "./retry.ts";
import { testClock } from "../../scripts/testkit/device/clock.ts";

const POLICY: RetryPolicy = { attempts: 4, baseMs: 1000, capMs: 3000, patienceMs: 60_000 };
const lost = new NetworkError("lost");

async function problem(code: "busy" | "forbidden", retryAfter?: string): Promise<ProblemError> {
  const response = problemResponse(new Problem(code), "request-1");
  if (retryAfter) response.headers.set("retry-after", retryAfter);
  return readProblem(response, await response.text());
}

Deno.test("U8, K3: delays are random below a bound that doubles up to a limit", () => {
  const bounds = [1, 2, 3, 4].map((failures) => backoff(failures, POLICY, () => 1));
  assert.deepEqual(bounds, [1000, 2000, 3000, 3000]);
  assert.equal(backoff(4, POLICY, () => 0), 0);
});

Deno.test("U8, K3: Retry-After is respected with jitter, up to a limit", async () => {
  const clock = testClock();
  const retry = createRetry(clock, () => 0.5, () => POLICY);
  await retry.attempts().failed(await problem("busy", "7"));
  assert.deepEqual(clock.slept, [7500]);
  const impatient = await problem("busy", "3600");
  await assert.rejects(() => retry.attempts().failed(impatient), impatient);
  assert.deepEqual(clock.slept, [7500]);
});

Deno.test("U8, K3: work is retried until it succeeds, fails too often in a row, or fails for good", async () => {
  const clock = testClock();
  const retry = createRetry(clock, () => 0, () => POLICY);
  let left = 3;
  assert.equal(await retry.run(() => left-- > 0 ? Promise.reject(lost) : Promise.resolve("done")), "done");
  let tries = 0;
  await assert.rejects(() => retry.run(() => Promise.reject(++tries && lost)), lost);
  assert.equal(tries, 4);
  for (const final of [await problem("forbidden"), new TypeError("a bug")]) {
    tries = 0;
    await assert.rejects(() => retry.run(() => Promise.reject(++tries && final)), final);
    assert.equal(tries, 1);
  }
});

Deno.test("U8, K3: work that makes progress is given up only after failures in a row", async () => {
  const attempts = createRetry(testClock(), () => 0, () => POLICY).attempts();
  for (let part = 0; part < 10; part++) {
    for (let failure = 0; failure < 3; failure++) await attempts.failed(lost);
    attempts.succeeded();
  }
});

Deno.test("U8, K3: an abort ends the wait", async () => {
  const aborted = AbortSignal.abort(new RangeError("enough"));
  await assert.rejects(
    () => createRetry(systemClock, () => 0.5, () => POLICY).run(() => Promise.reject(lost), aborted),
    RangeError,
  );
  const soon = new AbortController();
  const waiting = systemClock.sleep(60_000, soon.signal);
  soon.abort(new RangeError("enough"));
  await assert.rejects(() => waiting, RangeError);
  await systemClock.sleep(1);
});
