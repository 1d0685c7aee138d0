// What an isolate lets through at once: slots, their queue, and one learner among others.
import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import postgres from "postgres";
import { throwAwayCluster } from "../../../scripts/stack/harness.ts";
import { openDatabase, problemOf } from "../../functions/_shared/database.ts";
import { Problem } from "../../functions/_shared/problem.ts";
import { createKeyedSlots, createSlots } from "../../functions/_shared/slots.ts";
import { createCrowd } from "../../functions/sync/crowd.ts";
import { throwRefusal } from "../../functions/sync/refusal.ts";
import { event, header, ndjson } from "./bench.ts";

const codeOf = (work: Promise<unknown>) =>
  work.then(() => "done", (error: unknown) => error instanceof Problem ? error.code : String(error));

/** Work that ends when it is told to, and says how many of it went on at once. */
function jobs() {
  const open: (() => void)[] = [];
  const order: number[] = [];
  let most = 0;
  return {
    order,
    most: () => most,
    job: (n: number) => async () => {
      order.push(n);
      await new Promise<void>((resolve) => {
        open.push(resolve);
        most = Math.max(most, open.length);
      });
    },
    async finish() {
      open.shift()?.();
      await delay(1);
    },
  };
}

Deno.test("U8: so many at once, the next in their order, what is too much refused at once", async () => {
  const { job, order, most, finish } = jobs();
  const slots = createSlots({ atOnce: 2, waiting: 2, waitMs: 10_000, refusal: "overloaded" });
  const codes = [0, 1, 2, 3, 4].map((n) => codeOf(slots.run(job(n))));
  assert.equal(await codes[4], "overloaded");
  for (let n = 0; n < 4; n++) await finish();
  assert.deepEqual(await Promise.all(codes), ["done", "done", "done", "done", "overloaded"]);
  assert.deepEqual([order, most()], [[0, 1, 2, 3], 2]);
});

Deno.test("U8: a wait has an end, and who left the queue takes nobody's place", async () => {
  const { job, order, finish } = jobs();
  const slots = createSlots({ atOnce: 1, waiting: 2, waitMs: 30, refusal: "busy" });
  const first = codeOf(slots.run(job(0)));
  assert.equal(await codeOf(slots.run(job(1))), "busy");
  const last = codeOf(slots.run(job(2)));
  await finish();
  await finish();
  assert.deepEqual([await first, await last, order], ["done", "done", [0, 2]]);
  assert.equal(await codeOf(slots.run(() => Promise.reject(new Problem("internal")))), "internal");
  assert.equal(await codeOf(slots.run(() => Promise.resolve())), "done", "a failure gives its slot back");
});

Deno.test("U8: a slot rests where something waits for it, and not for who comes one after the other", async () => {
  const slots = createKeyedSlots({ atOnce: 1, waiting: 1, waitMs: 1000, refusal: "busy", rest: 4 });
  const work = () => delay(30);
  let began = performance.now();
  for (let n = 0; n < 3; n++) await slots.run("a", work);
  assert.ok(performance.now() - began < 200);
  began = performance.now();
  const second = Promise.all([slots.run("a", work), slots.run("a", work)]);
  await slots.run("b", () => Promise.resolve());
  assert.ok(performance.now() - began < 25, "another key has slots of its own");
  await second;
  assert.ok(performance.now() - began >= 30 + 4 * 25 + 30, "the second waited for the rest");
  assert.equal(slots.size, 0, "and nothing is left of it");
});

Deno.test("U8: the rest is taken up by nobody, where the one that waited has gone", async () => {
  const slots = createKeyedSlots({ atOnce: 1, waiting: 1, waitMs: 40, refusal: "busy", rest: 9 });
  const codes = [slots.run("a", () => delay(20)), slots.run("a", () => delay(1))].map(codeOf);
  assert.deepEqual(await Promise.all(codes), ["done", "busy"]);
  await delay(250);
  assert.equal(slots.size, 0);
});

Deno.test("U8: one learner has four requests under way and one with the database; refusals are held back", async () => {
  const held: number[] = [];
  const hold = (ms: number) => {
    held.push(ms);
    return Promise.resolve();
  };
  const crowd = createCrowd(Date.now, hold);
  const { job, most, finish } = jobs();
  const codes = Array.from({ length: 20 }, (_, n) => codeOf(crowd.admit("a", () => crowd.turn("a", job(n)))));
  assert.equal(await codeOf(crowd.admit("b", () => Promise.resolve())), "done");
  while (held.length < 16) await delay(1);
  assert.ok(held.every((ms) => ms >= 500 && ms < 1500));
  const all = Promise.all(codes);
  let isOver = false;
  all.finally(() => isOver = true);
  for (; !isOver; await delay(5)) await finish();
  const counts = Map.groupBy(await all, (code) => code);
  assert.deepEqual([counts.get("done")?.length, counts.get("busy")?.length, most()], [4, 16, 1]);
});

Deno.test("U8: who has sent too much is not passed on until it may come back", async () => {
  let now = 1_000_000;
  const crowd = createCrowd(() => now, () => Promise.resolve());
  let asked = 0;
  const limited = () => {
    asked++;
    throwRefusal('{"refused" : {"sqlstate" : "CR083", "message" : "too much", "retry_after_s" : 7}}');
    return Promise.resolve();
  };
  const ask = (learner: string) => codeOf(crowd.admit(learner, async () => await limited()));
  assert.equal(await ask("a"), "rate_limited");
  assert.equal(await ask("a"), "rate_limited");
  assert.equal(asked, 1);
  assert.equal(await ask("b"), "rate_limited", "each for itself");
  now += 6000;
  const last = await crowd.admit("a", () => Promise.resolve()).catch((error: unknown) => error);
  assert.ok(last instanceof Problem);
  assert.equal(last.retryAfter, 1, "what is left of the time");
  now += 1000;
  assert.equal(await codeOf(crowd.admit("a", () => Promise.resolve())), "done");
  throwRefusal('{"batch":{"results":[]}}');
});

Deno.test("U8: whatever says that there is no connection is overloaded", () => {
  const failure = (message: string, code?: string) => Object.assign(new Error(message), { code });
  const codes = [
    failure("(EMAXCONN) max client connections reached, limit: 200", "XX000"),
    failure("Max client connections reached", "XX000"),
    failure("(ECHECKOUTTIMEOUT) unable to check out a connection"),
    failure("too many connections", "53300"),
    failure("out of memory", "53200"),
    failure("shutting down", "57P01"),
    failure("deadlock", "40P01"),
    failure("read only after a fail-over", "25006"),
    failure("write CONNECTION_CLOSED", "CONNECTION_CLOSED"),
    failure("connect", "ECONNREFUSED"),
  ].map((error) => problemOf(error).code);
  assert.deepEqual(new Set(codes), new Set(["overloaded"]));
});

Deno.test("U8: a database that does not answer is answered for, and what it did counts", async () => {
  await using cluster = await throwAwayCluster({ migrated: true });
  const sql = postgres(cluster.url("postgres"), { max: 1, onnotice: () => {} });
  // Time enough for a first connection on a busy machine.
  const database = openDatabase(cluster.url("carrel_edge"), { answerMs: 1500 });
  const learner = { id: crypto.randomUUID(), deviceId: crypto.randomUUID(), token: "" };
  const body = ndjson(header(learner), event(learner));
  await database.sync(learner.id, ndjson(header(learner)));
  await sql.begin(async (tx) => {
    await tx`lock table learner.batch in share mode`;
    assert.equal(await codeOf(database.sync(learner.id, body)), "overloaded");
  });
  const again = JSON.parse(await database.sync(learner.id, body));
  assert.equal(again.batch.results[0].status, "duplicate");
  await sql.end();
});
