// The function sync under pressure: whatever gives way, a request is answered soon with the registry's error and
// Retry-After, a batch is written whole or not at all, and sent again it counts once.
import assert from "node:assert/strict";
import postgres from "postgres";
import type { Stack } from "../../../scripts/local/stack.ts";
import { until } from "../../../scripts/local/until.ts";
import { type Answer, event, header, type Learner, ndjson, newLearner, push, startBench } from "./bench.ts";

type Sql = postgres.Sql;

const batchOf = (learner: Learner, events: number) =>
  ndjson(header(learner), ...Array.from({ length: events }, () => event(learner)));

const statuses = (answer: Answer) =>
  new Set<string>(answer.body.batch.results.map((result: { status: string }) => result.status));

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
  let pids: number[] = [];
  await until(`${backends} backends that wait for a lock`, async () => {
    const found = await sql<{ pid: number }[]>`
      select pid from pg_stat_activity where usename = 'carrel_edge' and wait_event_type = 'Lock'`;
    pids = found.map(({ pid }) => pid);
    return pids.length >= backends;
  });
  return pids;
}

/** How long the functions' role waits from now on, in place of 2 s for a lock and 8 s for a statement. */
async function setPatience(sql: Sql, { lock = "60s", statement = "60s" } = {}): Promise<void> {
  await sql.unsafe(`alter role carrel_edge set lock_timeout = '${lock}'`);
  await sql.unsafe(`alter role carrel_edge set statement_timeout = '${statement}'`);
  await disconnect(sql);
}

/** Ends the functions' connections. */
async function disconnect(sql: Sql): Promise<void> {
  await sql`select pg_terminate_backend(pid) from pg_stat_activity where usename = 'carrel_edge'`;
  await until("the end of all connections", async () => {
    const left = await sql`select from pg_stat_activity where usename = 'carrel_edge'`;
    return left.count === 0;
  });
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

/** Sends the batch until it is taken, as a device does; the statuses of its events then. */
async function pushUntilTaken(stack: Stack, learner: Learner, body: string): Promise<Set<string>> {
  let answer: Answer | undefined;
  await until("a batch that is taken", async () => {
    answer = await push(stack, learner, body);
    if (answer.status !== 200) assert.ok(answer.status >= 500, String(answer.status));
    return answer.status === 200;
  }, 100);
  return answer ? statuses(answer) : new Set();
}

async function withStack(run: (stack: Stack, sql: Sql) => Promise<void>): Promise<void> {
  await using stack = await startBench();
  const sql = postgres(stack.dbUrl(), { max: 3, onnotice: () => {} });
  try {
    // Who is blocked here is blocked until a test says so, on the slowest machine, too.
    await setPatience(sql);
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
        + make_interval(secs => 600 + p.event_burst / p.events_per_s) from ops.pressure_setting p where user_id = ${learner.id}`;
      const before = await rows(sql, learner);
      const body = batchOf(learner, 3);
      for (let i = 0; i < 2; i++) refused(await push(stack, learner, body), 429, "rate_limited");
      assert.deepEqual(await rows(sql, learner), before);
      const [state] = await sql`select limited from learner.state where user_id = ${learner.id}`;
      assert.equal(state?.limited, 1, "the isolate remembered, and did not ask the database again");
      await fine();
      // Ten minutes later: the bucket has room, and no isolate lives that long without work.
      await sql`update learner.state set events_full_at = clock_timestamp() where user_id = ${learner.id}`;
      await stack.functions.reload();
      assert.deepEqual(await pushUntilTaken(stack, learner, body), new Set(["applied"]));
    });

    await t.step(
      "U8: some of 20 parallel requests of a learner are refused, and all count once in the end",
      async () => {
        const learner = await newLearner(stack);
        const bodies = Array.from({ length: 20 }, () => batchOf(learner, 50));
        const answers: Answer[] = [];
        const pushes = await whileBlocked(sql, async () => {
          const all = Promise.all(bodies.map(async (body) => answers.push(await push(stack, learner, body))));
          await waiting(sql, 1);
          await until("refusals of all others", () => answers.length >= 19);
          return { all };
        });
        for (const answer of answers) refused(answer, 503, "busy");
        await pushes.all;
        assert.deepEqual(answers.map(({ status }) => status), [...Array(19).fill(503), 200]);
        const again = [];
        for (const body of bodies) again.push(await push(stack, learner, body));
        const [row] =
          await sql`select count(*)::int as events from learner.event where user_id = ${learner.id}`;
        assert.equal(row?.events, 1000);
        assert.equal(again.filter((answer) => statuses(answer).has("duplicate")).length, 1);
      },
    );

    await t.step("U8: a statement timeout is answered with 503, and nothing is written", async () => {
      const learner = await newLearner(stack);
      await setPatience(sql, { statement: "300ms" });
      const body = batchOf(learner, 3);
      refused(await whileBlocked(sql, () => push(stack, learner, body)), 503, "overloaded");
      assert.deepEqual(await rows(sql, learner), [0]);
      await setPatience(sql);
      assert.deepEqual(await pushUntilTaken(stack, learner, body), new Set(["applied"]));
    });

    await t.step("U8: a lock timeout is answered with 503, and nothing is written", async () => {
      const learner = await newLearner(stack);
      await setPatience(sql, { lock: "300ms" });
      // The first may find that its connection has gone.
      await pushUntilTaken(stack, learner, ndjson(header(learner)));
      const before = await rows(sql, learner);
      const body = batchOf(learner, 3);
      refused(await whileBlocked(sql, () => push(stack, learner, body)), 503, "busy");
      assert.deepEqual(await rows(sql, learner), before);
      await setPatience(sql);
      assert.deepEqual(await pushUntilTaken(stack, learner, body), new Set(["applied"]));
    });

    await t.step(
      "U8: a database without free connections is answered with 503, and later requests succeed",
      async () => {
        const learner = await newLearner(stack);
        await sql`alter role carrel_edge connection limit 0`;
        await disconnect(sql);
        const body = batchOf(learner, 3);
        refused(await push(stack, learner, body), 503, "overloaded");
        await sql`alter role carrel_edge connection limit -1`;
        assert.deepEqual(await rows(sql, learner), [0]);
        assert.deepEqual(await pushUntilTaken(stack, learner, body), new Set(["applied"]));
      },
    );

    await t.step(
      "U8: an isolate without free connections answers 503 to requests that wait too long or are too many",
      async () => {
        const learners = await Promise.all(Array.from({ length: 100 }, () => newLearner(stack)));
        const bodies = learners.map((learner) => batchOf(learner, 2));
        const answers = new Map<Learner, Answer>();
        const pushes = await whileBlocked(sql, async () => {
          const all = Promise.all(learners.map(async (learner, i) => {
            answers.set(learner, await push(stack, learner, bodies[i] ?? ""));
          }));
          await waiting(sql, 4);
          await until("those without a connection", () => answers.size >= 96);
          return { all };
        });
        for (const answer of answers.values()) refused(answer, 503, "overloaded");
        await pushes.all;
        const isTaken = (learner: Learner) => answers.get(learner)?.status === 200;
        const counts = Map.groupBy(learners, isTaken);
        assert.deepEqual([counts.get(true)?.length, counts.get(false)?.length], [4, 96]);
        assert.deepEqual(await rows(sql, ...learners), learners.map((learner) => isTaken(learner) ? 5 : 0));
        await fine();
        const at = learners.findIndex((learner) => !isTaken(learner));
        const learner = learners[at];
        assert.ok(learner);
        assert.deepEqual(statuses(await push(stack, learner, bodies[at] ?? "")), new Set(["applied"]));
      },
    );

    await t.step(
      "I4, I7: a backend that is terminated during a batch leaves nothing of it",
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
        assert.deepEqual(await pushUntilTaken(stack, learner, body), new Set(["applied"]));
        assert.deepEqual(await rows(sql, learner), [401]);
      },
    );
  });
});

Deno.test("I4, I7: a function that is killed during a batch leaves all of it or nothing", async () => {
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
      if (!isServerGone) await until("the whole batch", async () => (await rows(sql, learner))[0] === whole);
      assert.deepEqual(await rows(sql, learner), [isServerGone ? before : whole]);
      const again = await pushUntilTaken(stack, learner, body);
      assert.deepEqual(again, new Set([isServerGone ? "applied" : "duplicate"]));
      const [row] =
        await sql`select count(*)::int as events from learner.event where user_id = ${learner.id}`;
      assert.equal(row?.events, 200);
    }
  });
});
