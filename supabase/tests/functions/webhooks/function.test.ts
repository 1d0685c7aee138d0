// The function webhooks on a whole stack: woken by a publish through pg_net, called by keys alone, killed at work.
import assert from "node:assert/strict";
import type { Stack } from "../../../../scripts/local/stack.ts";
import { throwAwayStack } from "../../../../scripts/start/project.ts";
import { until } from "../../../../scripts/local/until.ts";
import { type WebhookBench, webhookBench } from "./bench.ts";
import { startReceiver, verifies } from "./receiver.ts";

interface StackBench {
  stack: Stack;
  bench: WebhookBench;
  call(headers?: Record<string, string>, method?: string): Promise<Response>;
}

async function startStack(cleanup: AsyncDisposableStack): Promise<StackBench> {
  // Its jobs would dispatch on their own account.
  const stack = cleanup.use(
    await throwAwayStack({ migrated: true, jobs: false, env: { CARREL_WEBHOOK_ALLOW_LOOPBACK: "1" } }),
  );
  const bench = cleanup.use(webhookBench(stack.dbUrl(), stack.dbUrl("carrel_edge"), () => Promise.resolve()));
  const url = `${stack.apiUrl}/functions/v1/webhooks`;
  return {
    stack,
    bench,
    call: (headers = { apikey: stack.secretKey }, method = "POST") => fetch(url, { method, headers }),
  };
}

/** Resolves when the only delivery is in a state. */
function reaches(bench: WebhookBench, state: string): Promise<void> {
  return until(`a delivery that is ${state}`, async () => (await bench.log())[0]?.state === state);
}

Deno.test("S2: a publish reaches its receivers once the project knows the URL of its functions", async () => {
  await using cleanup = new AsyncDisposableStack();
  const { stack, bench } = await startStack(cleanup);
  const receiver = cleanup.use(startReceiver());
  const { secret } = await bench.endpoint(receiver.url);
  await bench.sql`select ops.configure_signals(${`${stack.apiUrl}/functions/v1`})`;
  await bench.publish();
  await receiver.atLeast(1);
  assert.ok(receiver.arrivals[0] && verifies(receiver.arrivals[0], secret));
  await reaches(bench, "delivered");

  // What the wake-up missed is the job's.
  await bench
    .sql`update ops.webhook_delivery set state = 'pending', settled_at = null, next_attempt_at = now()`;
  await bench.sql`select private.drive_webhooks()`;
  await receiver.atLeast(2);
});

Deno.test("S2: a delivery of a killed dispatcher is sent again with the same id", async () => {
  await using cleanup = new AsyncDisposableStack();
  const { stack, bench, call } = await startStack(cleanup);
  const hang = Promise.withResolvers<void>();
  const receiver = cleanup.use(
    startReceiver((n) =>
      n > 1 ? new Response(null, { status: 204 }) : hang.promise.then(() => new Response())
    ),
  );
  // A request that is still held would keep the receiver from stopping.
  cleanup.defer(() => hang.resolve());
  await bench.endpoint(receiver.url);
  await bench.publish();

  const lost = call().then((response) => response.body?.cancel(), () => {});
  await receiver.atLeast(1);
  const { pid } = (await stack.functions.stats()).find(({ slug }) => slug === "webhooks") ?? {};
  assert.ok(pid);
  Deno.kill(pid, "SIGKILL");
  await lost;
  const answer = async () => {
    // The host starts another isolate a moment after one has died.
    let response: Response | undefined;
    await until("the function's return", async () => {
      await response?.body?.cancel();
      response = await call();
      return response.ok;
    }, 50);
    return await response?.json();
  };
  assert.deepEqual(await answer(), { delivered: 0, failed: 0, dead: 0 }, "its lease still runs");
  await bench.timePasses();
  assert.deepEqual(await answer(), { delivered: 1, failed: 0, dead: 0 });
  const [first, second] = receiver.arrivals;
  assert.equal(receiver.arrivals.length, 2);
  assert.equal(first?.headers.get("webhook-id"), second?.headers.get("webhook-id"));
  assert.equal(first?.body, second?.body);
  assert.deepEqual((await bench.log())[0]?.log.map(({ outcome }) => outcome), ["delivered", "abandoned"]);
});

Deno.test("S2: only the project itself can call the dispatcher", async () => {
  await using cleanup = new AsyncDisposableStack();
  const { stack, bench, call } = await startStack(cleanup);
  const receiver = cleanup.use(startReceiver());
  await bench.endpoint(receiver.url);
  await bench.publish();
  const status = async (headers: Record<string, string>, method?: string) => {
    const response = await call(headers, method);
    await response.body?.cancel();
    return response.status;
  };
  const learner = await stack.keys.sign({
    sub: crypto.randomUUID(),
    role: "authenticated",
    aud: "authenticated",
  });
  assert.equal(await status({}), 401);
  assert.equal(await status({ authorization: `Bearer ${learner}` }), 401);
  assert.equal(await status({ apikey: stack.publishableKey }), 403);
  assert.equal(await status({ apikey: stack.secretKey }, "GET"), 405);
  assert.equal(receiver.arrivals.length, 0);
  const token = await bench.wakeToken("webhooks");
  assert.equal(await status({ "x-carrel-wake": token.replace(/^./, "x") }), 403, "no token");
  assert.equal(
    await status({ "x-carrel-wake": await bench.wakeToken("bundle") }),
    403,
    "another worker's token",
  );
  assert.equal(receiver.arrivals.length, 0);
  assert.equal(await status({ "x-carrel-wake": token }), 202);
  await receiver.atLeast(1);
  assert.equal(await status({ "x-carrel-wake": token }), 403, "a used token");
});
