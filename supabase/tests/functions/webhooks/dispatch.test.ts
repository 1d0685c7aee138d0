// The dispatcher between a real outbox and receivers on the loopback: what it makes of each answer.
import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { startWebhookBench } from "./bench.ts";
import { startReceiver, verifies } from "./receiver.ts";

Deno.test("S2: a release reaches its endpoint with a signature", async () => {
  await using bench = await startWebhookBench();
  await using receiver = startReceiver();
  const { secret } = await bench.endpoint(receiver.url);
  const version = await bench.publish();
  assert.deepEqual(await bench.dispatch(), { delivered: 1, failed: 0, dead: 0 });
  const [arrival] = receiver.arrivals;
  assert.ok(arrival);
  assert.ok(verifies(arrival, secret));
  assert.ok(!verifies({ ...arrival, body: `${arrival.body} ` }, secret), "one byte more is another message");
  assert.equal(arrival.headers.get("content-type"), "application/json");
  const { type, data } = JSON.parse(arrival.body);
  assert.deepEqual([type, data.version], ["release.published", version]);
  const [delivery] = await bench.log();
  assert.deepEqual([delivery?.state, delivery?.message_id], ["delivered", arrival.headers.get("webhook-id")]);
  assert.deepEqual(await bench.dispatch(), { delivered: 0, failed: 0, dead: 0 }, "nothing is due any more");
});

Deno.test("S2: a delivery that failed with 500 is sent again with the same id and a new signature", async () => {
  await using bench = await startWebhookBench();
  await using receiver = startReceiver((n) => new Response(null, { status: n === 1 ? 500 : 200 }));
  const { secret } = await bench.endpoint(receiver.url);
  await bench.publish();
  assert.deepEqual(await bench.dispatch({ now: () => Date.now() - 60_000 }), {
    delivered: 0,
    failed: 1,
    dead: 0,
  });
  await bench.sql`update ops.webhook_delivery set next_attempt_at = next_attempt_at + interval '1 hour'`;
  assert.deepEqual(await bench.dispatch(), { delivered: 0, failed: 0, dead: 0 }, "not before its time");
  await bench.timePasses();
  assert.deepEqual(await bench.dispatch(), { delivered: 1, failed: 0, dead: 0 });
  const [first, second] = receiver.arrivals;
  assert.ok(first && second && verifies(first, secret) && verifies(second, secret));
  assert.equal(first.headers.get("webhook-id"), second.headers.get("webhook-id"));
  assert.equal(first.body, second.body);
  assert.notEqual(first.headers.get("webhook-timestamp"), second.headers.get("webhook-timestamp"));
  assert.deepEqual((await bench.log())[0]?.log.map(({ outcome, status }) => [outcome, status]), [
    ["delivered", 200],
    ["status", 500],
  ]);
});

Deno.test("S2: receivers that hang, redirect, flood, are gone or are private have different outcomes", async () => {
  await using bench = await startWebhookBench();
  await using elsewhere = startReceiver();
  const end = Promise.withResolvers<Response>();
  const behaviours = {
    timeout: () => end.promise,
    redirect: () => Response.redirect(elsewhere.url, 302),
    delivered: () => new Response(new Uint8Array(8 * 1024 * 1024)),
    gone: () => new Response(null, { status: 410 }),
  };
  const expected = new Map<string, string>();
  await using cleanup = new AsyncDisposableStack();
  for (const [outcome, behaviour] of Object.entries(behaviours)) {
    const receiver = cleanup.use(startReceiver(behaviour));
    expected.set((await bench.endpoint(receiver.url)).id, outcome);
  }
  // Held requests would keep their receiver from stopping.
  cleanup.defer(() => end.resolve(new Response()));
  const [hanging = ""] = expected.keys();
  expected.set((await bench.endpoint("https://169.254.169.254/latest/meta-data")).id, "refused_target");
  expected.set((await bench.endpoint("https://metadata.internal/")).id, "refused_target");
  expected.set((await bench.endpoint("https://nowhere.example/")).id, "unreachable");
  expected.set((await bench.endpoint("http://127.0.0.1:1/")).id, "unreachable");
  await bench.publish();
  // All others have all the time that they need.
  const enable = (isHanging: boolean) =>
    bench.sql`update ops.webhook_endpoint set enabled = (id = ${hanging}) = ${isHanging}`;
  await enable(false);
  assert.deepEqual(await bench.dispatch(), { delivered: 1, failed: 3, dead: 3 });
  await enable(true);
  assert.deepEqual(await bench.dispatch({ timeoutMs: 300 }), { delivered: 0, failed: 1, dead: 0 });
  const outcomes = (await bench.log()).map(({ endpoint_id, log }) => [endpoint_id, log[0]?.outcome ?? ""]);
  assert.deepEqual(new Map(outcomes.map(([id = "", outcome = ""]) => [id, outcome])), expected);
  assert.equal(elsewhere.arrivals.length, 0, "nobody follows a redirect");
});

Deno.test("S2: loopback addresses are refused unless the environment allows them", async () => {
  await using bench = await startWebhookBench();
  await using receiver = startReceiver();
  await bench.endpoint(receiver.url);
  await bench.publish();
  assert.deepEqual(await bench.dispatch({ allowLoopback: false }), { delivered: 0, failed: 0, dead: 1 });
  assert.equal(receiver.arrivals.length, 0);
});

Deno.test("S2: a dead letter is sent again by retry_webhook", async () => {
  await using bench = await startWebhookBench();
  let up = false;
  await using receiver = startReceiver(() => new Response(null, { status: up ? 204 : 503 }));
  const { id } = await bench.endpoint(receiver.url);
  await bench.sql`update ops.webhook_endpoint set max_attempts = 3 where id = ${id}`;
  await bench.publish();
  for (const dead of [0, 0, 1]) {
    assert.deepEqual(await bench.dispatch(), { delivered: 0, failed: 1 - dead, dead });
    await bench.timePasses();
  }
  assert.deepEqual(await bench.dispatch(), { delivered: 0, failed: 0, dead: 0 });
  up = true;
  const [delivery] = await bench.log();
  assert.equal(delivery?.state, "dead");
  await bench.sql`select public.retry_webhook(${delivery.message_id}, ${id})`;
  assert.deepEqual(await bench.dispatch(), { delivered: 1, failed: 0, dead: 0 });
  assert.equal(new Set(receiver.arrivals.map(({ headers }) => headers.get("webhook-id"))).size, 1);
});

Deno.test("S2: a receiver can verify with either secret during a rotation", async () => {
  await using bench = await startWebhookBench();
  await using receiver = startReceiver();
  const { id, secret } = await bench.endpoint(receiver.url);
  const [row] = await bench.sql<
    { made: { secret: string } }[]
  >`select public.rotate_webhook_secret(${id}) as made`;
  await bench.publish();
  await bench.dispatch();
  await bench.sql`update ops.webhook_endpoint set previous_ends_at = now() where id = ${id}`;
  await bench.publish();
  await bench.dispatch();
  const verdicts = receiver.arrivals.map((
    arrival,
  ) => [verifies(arrival, secret), verifies(arrival, row?.made.secret ?? "")]);
  assert.deepEqual(verdicts, [[true, true], [false, true]]);
});

Deno.test("S2: a delivery without its secret is not sent", async () => {
  await using bench = await startWebhookBench();
  await using receiver = startReceiver();
  const { id } = await bench.endpoint(receiver.url);
  await bench
    .sql`delete from vault.secrets where id = (select secret_id from ops.webhook_endpoint where id = ${id})`;
  await bench.publish();
  assert.deepEqual(await bench.dispatch(), { delivered: 0, failed: 1, dead: 0 });
  assert.equal((await bench.log())[0]?.log[0]?.outcome, "unsigned");
  assert.equal(receiver.arrivals.length, 0);
});

Deno.test("S2: parallel dispatchers send each delivery once", async () => {
  await using bench = await startWebhookBench();
  await using receiver = startReceiver(() => delay(20).then(() => new Response(null, { status: 204 })));
  for (let i = 0; i < 15; i++) await bench.endpoint(`${receiver.url}/${i}`);
  for (let i = 0; i < 4; i++) await bench.publish();
  const reports = await Promise.all(Array.from({ length: 4 }, () => bench.dispatch()));
  assert.equal(reports.reduce((sum, { delivered }) => sum + delivered, 0), 60);
  const sent = receiver.arrivals.map(({ headers, path }) => `${headers.get("webhook-id")} ${path}`);
  assert.equal(sent.length, 60);
  assert.equal(new Set(sent).size, 60);
});
