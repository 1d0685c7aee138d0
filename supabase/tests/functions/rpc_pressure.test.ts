// RPC under pressure: without the function sync before it, a call still waits for nothing long, and is told when to come back.
import assert from "node:assert/strict";
import postgres from "postgres";
import { ulid } from "ulid";
import { type PostgrestFailure, readRpcError } from "../../../client-contract/client/client_error.ts";
import { type ErrorCode, errors } from "../../../client-contract/contract/errors.ts";
import type { Stack } from "../../../scripts/local/stack.ts";
import { until } from "../../../scripts/local/until.ts";
import { event, header, type Learner, newLearner, newToken, startBench, type WireEvent } from "./bench.ts";

interface RpcAnswer {
  status: number;
  retryAfter: number;
  // deno-lint-ignore no-explicit-any -- tests assert on whatever came
  body: any;
}

async function rpc(
  stack: Stack,
  learner: Learner,
  name: string,
  body?: unknown,
): Promise<RpcAnswer> {
  const response = await fetch(`${stack.apiUrl}/rest/v1/rpc/${name}`, {
    method: body === undefined ? "GET" : "POST",
    headers: {
      apikey: stack.publishableKey,
      authorization: `Bearer ${learner.token}`,
      "content-type": "application/json",
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  return {
    status: response.status,
    retryAfter: Number(response.headers.get("retry-after") ?? NaN),
    body: await response.json(),
  };
}

/** That it is the registry's error, to HTTP and to a client that sees no headers; `least` is in seconds. */
function refused(answer: RpcAnswer, code: ErrorCode, least = 1): void {
  assert.equal(answer.status, errors[code].request?.status, JSON.stringify(answer.body));
  const most = least + Math.max(5, least / 4);
  assert.ok(answer.retryAfter >= least && answer.retryAfter <= most, `Retry-After: ${answer.retryAfter}`);
  const failure: PostgrestFailure = answer.body;
  const error = readRpcError(failure, answer.status);
  assert.ok(error.name === "ProblemError");
  assert.deepEqual([error.code, error.retryAfter, error.retryable], [code, answer.retryAfter, true]);
  assert.doesNotMatch(JSON.stringify(answer.body), /private\.|plpgsql|timeout|authenticat/i);
}

const merge = (learner: Learner) => ({
  event_id: ulid(),
  device_id: learner.deviceId,
  occurred_at: new Date().toISOString(),
  skill_id: crypto.randomUUID(),
  mastery: 10,
});

Deno.test("RPC under pressure", async (t) => {
  await using stack = await startBench({ jobs: false });
  const sql = postgres(stack.dbUrl(), { max: 3, onnotice: () => {} });
  await using cleanup = new AsyncDisposableStack();
  cleanup.defer(() => sql.end());
  const learner = await newLearner(stack);
  const send = (of = learner) => {
    const [first, second] = [header(of), event(of)];
    // PostgREST takes only objects of the same keys.
    const keys = Object.keys({ ...first, ...second });
    const same = (line: WireEvent) => Object.fromEntries(keys.map((key) => [key, line[key] ?? null]));
    return rpc(stack, of, "ingest", [same(first), same(second)]);
  };
  const taken = async (of = learner) => {
    const { status, body } = await send(of);
    assert.deepEqual([status, body.results?.[0]?.status], [200, "applied"], JSON.stringify(body));
  };
  const whileLocked = <T>(lock: string, work: () => Promise<T>) =>
    sql.begin(async (tx) => {
      await tx.unsafe(lock);
      return await work();
    });
  const learnersRow = `select from learner.state where user_id = '${learner.id}' for update`;
  await taken();

  await t.step(
    "U8: 20 calls of a learner whose row is locked are answered, and other learners are served",
    async () => {
      const other = await newLearner(stack);
      await whileLocked(learnersRow, async () => {
        const answers = Promise.all(Array.from({ length: 20 }, () => send()));
        for (const answer of await answers) refused(answer, "busy");
        await taken(other);
        refused(await rpc(stack, learner, "merge_progress", merge(learner)), "busy");
      });
      const [row] =
        await sql`select count(*)::int as events from learner.event where user_id = ${learner.id}`;
      assert.equal(row?.events, 1, "nothing of them was written");
      await taken();
    },
  );

  await t.step("U8: a locked table does not delay a pull", async () => {
    await whileLocked("lock table learner.session in access exclusive mode", async () => {
      refused(await rpc(stack, learner, "learner_changes", {}), "busy");
    });
    assert.equal((await rpc(stack, learner, "learner_changes", {})).body.changes.length, 2);
  });

  await t.step("U8: every function of the API answers a timeout with 503 and Retry-After", async () => {
    const setTimeouts = async (statement: string, lock: string) => {
      await sql.unsafe(`alter role authenticated set statement_timeout = '${statement}'`);
      await sql.unsafe(`alter role authenticated set lock_timeout = '${lock}'`);
      await sql`notify pgrst, 'reload config'`;
    };
    const token = await newToken(stack, crypto.randomUUID(), { role: "admin" });
    const admin: Learner = { id: learner.id, deviceId: learner.deviceId, token };
    const calls = await sql<{ name: string; required: string[] | null; waits: boolean }[]>`
      select p.proname as name, p.proargnames[1:p.pronargs - p.pronargdefaults] as required,
        'statement_timeout=60s' = any (p.proconfig) is true as waits
      from pg_proc p where p.pronamespace = 'public'::regnamespace`;
    assert.ok(calls.length > 30);
    await setTimeouts("250ms", "400ms");
    await whileLocked(
      "lock table auth.sessions, content.release, content.published_media in access exclusive mode",
      async () => {
        await until(
          "shorter timeouts",
          async () => (await rpc(stack, learner, "list_devices", {})).status === 503,
        );
        await Promise.all(calls.map(async ({ name, required, waits }) => {
          const answer = name === "ingest" ? await send() : await rpc(
            stack,
            name === "merge_progress" ? learner : admin,
            name,
            name === "merge_progress"
              ? merge(learner)
              : name === "media_urls"
              ? { files: ["0".repeat(64)] }
              : Object.fromEntries((required ?? []).map((argument) => [argument, null])),
          );
          // The functions with a statement timeout of their own reach the lock timeout first.
          refused(answer, waits ? "busy" : "overloaded");
        }));
      },
    );
    await setTimeouts("8s", "8s");
    await until("the timeouts of before", async () => (await send()).status === 200);
  });

  await t.step("U8: deadlocks and serialization failures are overloaded, and other errors stay", async () => {
    await sql.unsafe(`
      create function public.fail_with(state text) returns void language plpgsql set search_path = pg_catalog, pg_temp as $$
      begin
        raise exception using errcode = state, message = 'private.secret', hint = 'See server log for query details.';
      exception
        when others or query_canceled then
          perform private.refuse(sqlstate, sqlerrm, 'See server log for query details.');
          raise;
      end
      $$`);
    await sql`grant execute on function public.fail_with(text) to authenticated`;
    await sql`notify pgrst, 'reload schema'`;
    await until(
      "the function",
      async () => (await rpc(stack, learner, "fail_with", { state: "40P01" })).status === 503,
    );
    for (const state of ["40P01", "40001", "57014", "53300", "25006"]) {
      refused(await rpc(stack, learner, "fail_with", { state }), "overloaded");
    }
    refused(await rpc(stack, learner, "fail_with", { state: "55P03" }), "busy");
    const { status, body } = await rpc(stack, learner, "fail_with", { state: "22012" });
    assert.deepEqual([status, body.code, body.message], [400, "22012", "private.secret"]);
  });

  await t.step("U8: the kill switch says how long to wait", async () => {
    await sql`update ops.steering set paused = true, pause_reason = 'Back at six.', pause_s = 600 where platform is null`;
    for (
      const answer of [
        await send(),
        await rpc(stack, learner, "merge_progress", merge(learner)),
        await rpc(stack, learner, "learner_changes", {}),
        await rpc(stack, learner, "learner_changes"),
      ]
    ) {
      refused(answer, "paused", 600);
      assert.equal(answer.body.message, "Back at six.");
    }
    await sql`update ops.steering set paused = false where platform is null`;
    await taken();
  });

  await t.step("U8: a learner who has sent too much is told when to try again", async () => {
    await sql`update learner.state set batches_full_at = clock_timestamp()
      + make_interval(secs => 40 + p.batch_burst / p.batches_per_s::double precision) from ops.pressure_setting p where user_id = ${learner.id}`;
    const answer = await send();
    refused(answer, "rate_limited", Number(answer.body.details));
    assert.ok(Number(answer.body.details) >= 30, answer.body.details);
  });
});
