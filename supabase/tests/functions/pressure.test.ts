// The function sync under pressure: whatever gives way, a request is answered soon with the registry's error and
// Retry-After, a batch is written whole or not at all, and sent again it counts once.
import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import postgres from "postgres";
import type { Stack } from "../../../scripts/stack/stack.ts";
import { type Answer, event, header, type Learner, ndjson, newLearner, push, startBench } from "./bench.ts";

type Sql = postgres.Sql;

const batchOf = (learner: Learner, events: number) =>
  ndjson(header(learner), ...Array.from({ length: events }, () => event(learner)));

const statuses = (answer: Answer) =>
  new Set(answer.body.batch.results.map((result: { status: string }) => result.status));

async function rows(sql: Sql, ...learners: Learner[]): Promise<number[]> {
  const counts: number[] = [];
  for (const { id } of learners) {
    const [row] = await sql<{ count: number }[]>`
      select ((select count(*) from learner.event where user_id = ${id}) + (select count(*) from ops.quarantine where user_id = ${id})
        + (select count(*) from learner.session where user_id = ${id}) + (select count(*) from learner.batch where user_id = ${id}))::int as count`;
    counts.push(row?.count ?? -1);
  }
  return counts;
}

/** Waits until as many backends as said, of the functions' role, wait for a lock. */
async function waiting(sql: Sql, backends: number): Promise<number[]> {
  for (let i = 0; i < 300; i++) {
    const found = await sql<{ pid: number }[]>`
      select pid from pg_stat_activity where usename = 'carrel_edge' and wait_event_type = 'Lock'`;
    if (found.length >= backends) return found.map(({ pid }) => pid);
    await delay(10);
  }
  throw new Error(`no ${backends} backends wait for a lock`);
}

/** Runs the work while the last table that a batch writes is locked: all else of the batch is written by then. */
async function whileBlocked<T>(sql: Sql, work: () => Promise<T>): Promise<T> {
  return await sql.begin(async (tx) => {
    await tx`lock table learner.batch in share mode`;
    return await work();
  }) as T;
}

function refused(answer: Answer, status: number, code: string): void {
  assert.deepEqual([answer.status, answer.body.code, answer.body.retryable], [status, code, true]);
  assert.match(answer.headers.get("retry-after") ?? "", /^[1-9]\d*$/);
  assert.doesNotMatch(JSON.stringify(answer.body), /private\.|plpgsql|postgres|carrel_edge|\.ts\b/i);
}

async function withStack(run: (stack: Stack, sql: Sql) => Promise<void>): Promise<void> {
  await using stack = await startBench();
  const sql = postgres(stack.dbUrl(), { max: 3, onnotice: () => {} });
  try {
    await run(stack, sql);
  } finally {
    await sql.end();
  }
}

Deno.test("pressure", async (t) => {
  await withStack(async (stack, sql) => {
    const other = await newLearner(stack);
    const fine = async () => assert.equal((await push(stack, other, batchOf(other, 1))).status, 200);
    await fine();

    await t.step("U8: a learner who has sent too much gets 429, and nothing is written", async () => {
      const learner = await newLearner(stack);
      await push(stack, learner, ndjson(header(learner)));
      await sql`update learner.state s set events_full_at = clock_timestamp()
        + make_interval(secs => 2 + p.event_burst / p.events_per_s) from ops.pressure_setting p where user_id = ${learner.id}`;
      const before = await rows(sql, learner);
      const body = batchOf(learner, 3);
      for (let i = 0; i < 2; i++) refused(await push(stack, learner, body), 429, "rate_limited");
      assert.deepEqual(await rows(sql, learner), before);
      await fine();
      await delay(3500);
      assert.deepEqual(statuses(await push(stack, learner, body)), new Set(["applied"]));
      const [state] = await sql`select limited from learner.state where user_id = ${learner.id}`;
      assert.equal(state?.limited, 1, "the isolate remembered, and did not ask the database again");
    });

    await t.step(
      "U8: of 20 parallel requests of one learner some are told to come back; all count once",
      async () => {
        const learner = await newLearner(stack);
        const bodies = Array.from({ length: 20 }, () => batchOf(learner, 50));
        const answers = await Promise.all(bodies.map((body) => push(stack, learner, body)));
        const isTaken = ({ status }: Answer) => status === 200;
        for (const answer of answers) if (!isTaken(answer)) refused(answer, 503, "busy");
        const taken = answers.filter(isTaken).length;
        assert.ok(taken >= 1 && taken <= 8, `${taken} taken`);
        const again = [];
        for (const body of bodies) again.push(await push(stack, learner, body));
        const [row] =
          await sql`select count(*)::int as events from learner.event where user_id = ${learner.id}`;
        assert.equal(row?.events, 1000);
        assert.equal(again.filter((answer) => statuses(answer).has("duplicate")).length, taken);
      },
    );

    await t.step("a statement that takes too long: 503, and nothing written", async () => {
      const learner = await newLearner(stack);
      await sql`alter role carrel_edge set statement_timeout = '300ms'`;
      await sql`select pg_terminate_backend(pid) from pg_stat_activity where usename = 'carrel_edge'`;
      const body = batchOf(learner, 3);
      refused(await whileBlocked(sql, () => push(stack, learner, body)), 503, "overloaded");
      assert.deepEqual(await rows(sql, learner), [0]);
      await sql`alter role carrel_edge set statement_timeout = '8s'`;
      await sql`select pg_terminate_backend(pid) from pg_stat_activity where usename = 'carrel_edge'`;
      await delay(50);
      assert.deepEqual(statuses(await push(stack, learner, body)), new Set(["applied"]));
    });

    await t.step("a database without connections left: 503, and then all is well again", async () => {
      const learner = await newLearner(stack);
      await sql`alter role carrel_edge connection limit 0`;
      await sql`select pg_terminate_backend(pid) from pg_stat_activity where usename = 'carrel_edge'`;
      await delay(50);
      const body = batchOf(learner, 3);
      refused(await push(stack, learner, body), 503, "overloaded");
      await sql`alter role carrel_edge connection limit -1`;
      assert.deepEqual(await rows(sql, learner), [0]);
      let answer = await push(stack, learner, body);
      for (let i = 0; i < 20 && answer.status !== 200; i++) {
        refused(answer, 503, "overloaded");
        await delay(200);
        answer = await push(stack, learner, body);
      }
      assert.deepEqual(statuses(answer), new Set(["applied"]));
    });

    await t.step(
      "an isolate whose connections are all taken: who waits too long, and who is too many, gets 503",
      async () => {
        const learners = await Promise.all(Array.from({ length: 100 }, () => newLearner(stack)));
        const bodies = learners.map((learner) => batchOf(learner, 2));
        const order: string[] = [];
        const started = performance.now();
        const answers = await whileBlocked(sql, () =>
          Promise.all(learners.map(async (learner, i) => {
            const answer = await push(stack, learner, bodies[i] ?? "");
            order.push(answer.body.code);
            return answer;
          })));
        for (const answer of answers) {
          refused(answer, 503, answer.body.code === "busy" ? "busy" : "overloaded");
        }
        const codes = answers.map(({ body }) => body.code);
        assert.ok(codes.includes("busy"), "who had a connection waited for the lock");
        assert.ok(codes.filter((code) => code === "overloaded").length >= 80, "the others never had one");
        assert.ok(performance.now() - started < 12_000, "nobody waits without end");
        assert.deepEqual(
          new Set(order.slice(0, 30)),
          new Set(["overloaded"]),
          "those beyond the queue at once",
        );
        assert.deepEqual(new Set(await rows(sql, ...learners)), new Set([0]));
        await fine();
        const [learner] = learners;
        assert.ok(learner);
        assert.deepEqual(statuses(await push(stack, learner, bodies[0] ?? "")), new Set(["applied"]));
      },
    );

    await t.step(
      "I4, I7: a backend that is terminated in the middle of a batch leaves nothing of it",
      async () => {
        const learner = await newLearner(stack);
        const body = batchOf(learner, 200);
        await whileBlocked(sql, async () => {
          const answer = push(stack, learner, body);
          const [pid] = await waiting(sql, 1);
          await sql`select pg_terminate_backend(${pid ?? 0})`;
          refused(await answer, 503, "overloaded");
        });
        assert.deepEqual(await rows(sql, learner), [0]);
        assert.deepEqual(statuses(await push(stack, learner, body)), new Set(["applied"]));
        assert.deepEqual(await rows(sql, learner), [401]);
      },
    );
  });
});

Deno.test("I4, I7: a function that is killed in the middle of a batch leaves the whole batch or nothing of it", async () => {
  await withStack(async (stack, sql) => {
    for (const isServerGone of [false, true]) {
      const learner = await newLearner(stack);
      await push(stack, learner, ndjson(header(learner)));
      const before = (await rows(sql, learner))[0] ?? -1;
      const body = batchOf(learner, 200);
      await whileBlocked(sql, async () => {
        const answer = push(stack, learner, body);
        const pids = await waiting(sql, 1);
        const isolate = (await stack.functions.stats()).find(({ slug, pid }) => slug === "sync" && pid);
        assert.ok(isolate?.pid);
        Deno.kill(isolate.pid, "SIGKILL");
        assert.ok((await answer).status >= 500);
        // Else the database goes on with the batch, as it does where only the function is gone.
        if (isServerGone) await sql`select pg_terminate_backend(pid) from unnest(${pids}::int[]) pid`;
      });
      const whole = before + 401;
      for (let i = 0; i < 100 && !isServerGone && (await rows(sql, learner))[0] !== whole; i++) {
        await delay(20);
      }
      assert.deepEqual(await rows(sql, learner), [isServerGone ? before : whole]);
      let again = await push(stack, learner, body);
      for (let i = 0; i < 50 && again.status !== 200; i++) {
        await delay(100);
        again = await push(stack, learner, body);
      }
      assert.deepEqual(statuses(again), new Set([isServerGone ? "applied" : "duplicate"]));
      const [row] =
        await sql`select count(*)::int as events from learner.event where user_id = ${learner.id}`;
      assert.equal(row?.events, 200);
    }
  });
});
