// Operators' calls against the local stack: what the server really answers is what the contract says.
import { createClient as createSupabase } from "@supabase/supabase-js";
import assert from "node:assert/strict";
import postgres from "postgres";
import { BatchHeader } from "../contract/batch.ts";
import { createClient } from "./client.ts";
import { ProblemError } from "./client_error.ts";
import { createOperatorRpc } from "./operator.ts";
import { header, newLearner, newToken, startBench } from "../../supabase/tests/functions/bench.ts";

const isProblem = (code: string) => (error: unknown) => error instanceof ProblemError && error.code === code;

Deno.test("O4, U8, S2: operators read health, jobs, alarms, quarantine and webhooks, and steer apps, as the contract says", async () => {
  await using stack = await startBench({ jobs: false });
  const rpcOf = async (role: string) => {
    const token = await newToken(stack, crypto.randomUUID(), { role });
    return createOperatorRpc(
      createSupabase(stack.apiUrl, stack.publishableKey, { accessToken: () => Promise.resolve(token) }),
    );
  };
  const admin = await rpcOf("admin");
  const support = await rpcOf("support");
  const instructor = await rpcOf("instructor");
  const who = await newLearner(stack);
  const client = createClient({ url: stack.apiUrl, getToken: () => who.token });
  await client.sync(BatchHeader.parse(header(who)), ["{]"]);

  const sql = postgres(stack.dbUrl(), { max: 1 });
  await sql`select ops.roll_up_health('0'), ops.measure_health()`;
  await sql`select public.add_webhook_endpoint('https://hooks.example/carrel', description => 'CDN purge')`;
  await sql`update content.question set difficulty = 5 where key = 'tides_and_waves/spring_tide'`;
  await sql`select public.publish_release('Harder')`;
  await sql`update ops.webhook_delivery set state = 'dead', next_attempt_at = null, settled_at = now()`;
  await sql`insert into ops.health_hour values (date_trunc('hour', now(), 'UTC'), 'events', 'attempt.recorded', 3)
    on conflict (hour, metric, label) do update set amount = excluded.amount`;
  await sql`update ops.job set failures = 1, last_error = 'x' where name = 'bundles'`;
  await sql.end();

  assert.ok((await support.health()).some(({ name }) => name === "sync_success"));
  assert.equal((await support.healthByHour({ hours: 24 })).at(-1)?.events, 3);
  assert.ok((await support.jobs()).length > 10);
  assert.ok(Array.isArray(await support.alarms()));
  const [alarm] = (await admin.alarms()).filter(({ name }) => name === "job_failing");
  assert.equal(alarm?.acknowledged_at, null);
  await admin.acknowledgeAlarm({ alarm: "job_failing", subject: "bundles", reason: "Being mended" });
  assert.deepEqual(
    (await support.alarms()).filter(({ subject }) => subject === "bundles").map((one) =>
      one.acknowledged_reason
    ),
    ["Being mended"],
  );
  assert.deepEqual((await support.quarantineCounts()).map(({ code, events }) => [code, events]), [
    ["invalid_json", 1],
  ]);

  const [endpoint] = await admin.webhookEndpoints();
  assert.deepEqual([endpoint?.dead, endpoint?.description], [1, "CDN purge"]);
  const [dead] = await admin.webhookDeliveries({ with_state: "dead" });
  assert.ok(dead && endpoint);
  await admin.setWebhookEndpoint({ endpoint: endpoint.id, enabled: false });
  await admin.retryWebhook({ message: dead.message_id, endpoint: endpoint.id });
  assert.deepEqual((await admin.webhookDeliveries()).map(({ state }) => state), ["pending"]);
  assert.equal((await admin.webhookEndpoints())[0]?.enabled, false);

  const range = { for_platform: "android", from_version: "1.4", before_version: "1.5" };
  const row = await admin.setSteering({ settings: { batch_events: 50 }, reason: "Incident 12", ...range });
  assert.deepEqual([row.platform, row.app_from, row.app_before, row.batch_events, row.paused], [
    "android",
    "1.4",
    "1.5",
    50,
    null,
  ]);
  const [defaults, added] = await support.steeringRows();
  assert.deepEqual([defaults?.platform, defaults?.paused, added?.id], [null, false, row.id]);
  await assert.rejects(
    () => admin.setSteering({ settings: { batch_events: 501 }, reason: "Incident 12" }),
    isProblem("malformed_request"),
  );
  await assert.rejects(
    () => support.setSteering({ settings: { batch_events: 50 }, reason: "Incident 12" }),
    isProblem("forbidden"),
  );
  await admin.removeSteering({ steering: row.id, reason: "over" });
  assert.equal((await admin.steeringRows()).length, 1);

  await assert.rejects(() => support.webhookEndpoints(), isProblem("forbidden"));
  for (
    const read of [
      instructor.health,
      instructor.healthByHour,
      instructor.jobs,
      instructor.alarms,
      instructor.quarantineCounts,
    ]
  ) await assert.rejects(() => read(), isProblem("forbidden"));
});
