// What an isolate lets through at once: slots, their queue, and one learner among others.
import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import postgres from "postgres";
import { throwAwayCluster } from "../../../scripts/start/project.ts";
import { until } from "../../../scripts/local/until.ts";
import { acceptTokensWithoutSession } from "../../../scripts/testkit/sign_in.ts";
import { openDatabase } from "../../functions/_shared/database.ts";
import { Problem } from "../../functions/_shared/problem.ts";
import { createKeyedSlots, createSlots } from "../../functions/_shared/slots.ts";
import { createLearnerLimits } from "../../functions/_shared/learner_limits.ts";
import { throwRefusal } from "../../functions/sync/refusal.ts";
import { event, header, ndjson } from "./bench.ts";
import { testClock } from "./clock.ts";

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

Deno.test("U8: a few requests run at once, the next ones wait in order, and further ones are refused", async () => {
  const { job, order, most, finish } = jobs();
  const options = { atOnce: 2, waiting: 2, waitMs: 10_000, refusal: "overloaded" } as const;
  const slots = createSlots(options, testClock());
  const codes = [0, 1, 2, 3, 4].map((n) => codeOf(slots.run(job(n))));
  assert.equal(await codes[4], "overloaded");
  for (let n = 0; n < 4; n++) await finish();
  assert.deepEqual(await Promise.all(codes), ["done", "done", "done", "done", "overloaded"]);
  assert.deepEqual([order, most()], [[0, 1, 2, 3], 2]);
});

Deno.test("U8: a request waits only for a limited time, and a request that gives up frees its place", async () => {
  const { job, order, finish } = jobs();
  const clock = testClock();
  const slots = createSlots({ atOnce: 1, waiting: 2, waitMs: 30, refusal: "busy" }, clock);
  const first = codeOf(slots.run(job(0)));
  const second = codeOf(slots.run(job(1)));
  await clock.pass(29);
  const last = codeOf(slots.run(job(2)));
  await clock.pass(1);
  assert.equal(await second, "busy");
  await finish();
  assert.deepEqual([await first, clock.waits()], ["done", []], "who has a slot waits no longer");
  await finish();
  assert.deepEqual([await last, order], ["done", [0, 2]]);
  assert.equal(await codeOf(slots.run(() => Promise.reject(new Problem("internal")))), "internal");
  assert.equal(await codeOf(slots.run(() => Promise.resolve())), "done", "a failure gives its slot back");
});

Deno.test("U8: a slot rests while requests wait for it, and not for consecutive requests", async () => {
  const clock = testClock();
  const slots = createKeyedSlots({ atOnce: 1, waiting: 1, waitMs: 1000, refusal: "busy", rest: 4 }, clock);
  const began: number[] = [];
  const work = () => {
    began.push(clock.now());
    return new Promise<void>((resolve) => clock.after(30, resolve));
  };
  for (let n = 0; n < 3; n++) {
    const done = slots.run("a", work);
    await clock.pass(30);
    await done;
  }
  const two = Promise.all([slots.run("a", work), slots.run("a", work)]);
  await slots.run("b", () => Promise.resolve());
  assert.equal(clock.now(), 90, "another key has slots of its own");
  await clock.pass(30 + 4 * 30 + 30);
  await two;
  assert.deepEqual(began, [0, 30, 60, 90, 90 + 30 + 4 * 30], "the second waited for the rest");
  assert.equal(slots.size, 0, "and nothing is left of it");
});

Deno.test("U8: a slot whose waiting request has gone can be used at once", async () => {
  const clock = testClock();
  const slots = createKeyedSlots({ atOnce: 1, waiting: 1, waitMs: 40, refusal: "busy", rest: 9 }, clock);
  const work = () => new Promise<void>((resolve) => clock.after(20, resolve));
  const codes = [slots.run("a", work), slots.run("a", work)].map(codeOf);
  await clock.pass(40);
  assert.deepEqual(await Promise.all(codes), ["done", "busy"]);
  await clock.pass(159);
  assert.equal(slots.size, 1, "it rests");
  await clock.pass(1);
  assert.equal(slots.size, 0);
});

Deno.test("U8: a learner has four requests at once and one with the database, and refusals are delayed", async () => {
  const clock = testClock();
  const limits = createLearnerLimits(clock);
  const { job, most, finish } = jobs();
  const codes = Array.from(
    { length: 20 },
    (_, n) => codeOf(limits.admit("a", () => limits.turn("a", job(n)))),
  );
  assert.equal(await codeOf(limits.admit("b", () => Promise.resolve())), "done");
  await clock.pass(0);
  const [turns, held] = [true, false].map((isTurn) => clock.waits().filter((ms) => (ms === 2000) === isTurn));
  assert.deepEqual([turns?.length, held?.length], [3, 16]);
  assert.ok(held?.every((ms) => ms >= 500 && ms < 1500), String(held));
  for (let n = 0; n < 4; n++) {
    await finish();
    await clock.pass(0);
  }
  await clock.pass(1500);
  const counts = Map.groupBy(await Promise.all(codes), (code) => code);
  assert.deepEqual([counts.get("done")?.length, counts.get("busy")?.length, most()], [4, 16, 1]);
});

Deno.test("U8: a learner who has sent too much is refused until the announced time", async () => {
  const clock = testClock();
  const limits = createLearnerLimits(clock);
  let asked = 0;
  const limited = () => {
    asked++;
    throwRefusal('{"refused" : {"code" : "rate_limited", "retry_after_s" : 7}}');
    return Promise.resolve();
  };
  // With the time that a refusal is held back.
  const ask = async (learner: string) => {
    const code = codeOf(limits.admit(learner, async () => await limited()));
    await clock.pass(1500);
    return await code;
  };
  assert.equal(await ask("a"), "rate_limited");
  assert.equal(await ask("a"), "rate_limited");
  assert.equal(asked, 1);
  assert.equal(await ask("b"), "rate_limited", "each for itself");
  assert.equal(asked, 2);
  await clock.pass(6000 - clock.now());
  const refusal = limits.admit("a", () => Promise.resolve()).catch((error: unknown) => error);
  await clock.pass(1500);
  const last = await refusal;
  assert.ok(last instanceof Problem);
  assert.equal(last.retryAfter, 1, "what is left of the time");
  assert.equal(await codeOf(limits.admit("a", () => Promise.resolve())), "done");
  throwRefusal('{"batch":{"results":[]}}');
});

Deno.test("U8: an unknown database host is overloaded", async () => {
  const database = openDatabase("postgres://carrel_edge@database.invalid:5432/postgres");
  assert.equal(await codeOf(database.contentHead(1)), "overloaded");
});

Deno.test("U8: a database that does not answer is reported as overloaded, and its work counts", async () => {
  await using cluster = await throwAwayCluster({ migrated: true });
  const sql = postgres(cluster.url("postgres"), { max: 2, onnotice: () => {} });
  await sql`alter role carrel_edge set lock_timeout = '60s'`;
  await sql`alter role carrel_edge set statement_timeout = '60s'`;
  const [patient, impatient] = [60_000, 200].map((answerMs) =>
    openDatabase(cluster.url("carrel_edge"), { answerMs })
  );
  assert.ok(patient && impatient);
  const learner = { id: crypto.randomUUID(), deviceId: crypto.randomUUID(), token: "" };
  const body = ndjson(header(learner), event(learner));
  await acceptTokensWithoutSession(sql);
  await patient.sync({ learner: learner.id, session: null }, ndjson(header(learner)));
  await sql.begin(async (tx) => {
    await tx`lock table learner.batch in share mode`;
    assert.equal(await codeOf(impatient.sync({ learner: learner.id, session: null }, body)), "overloaded");
    await until("a batch that goes on", async () => {
      const waiting = await sql`
        select from pg_stat_activity where usename = 'carrel_edge' and wait_event_type = 'Lock'`;
      return waiting.count === 1;
    });
  });
  await until(
    "its end",
    async () => (await sql`select from learner.event where user_id = ${learner.id}`).count === 1,
  );
  const again = JSON.parse((await patient.sync({ learner: learner.id, session: null }, body)).answer);
  assert.equal(again.batch.results[0].status, "duplicate");
  await sql.end();
});
