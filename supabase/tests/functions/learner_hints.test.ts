// A push on one device, heard by the learner's other devices on their private channel, after the commit.
import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { createClient } from "@supabase/supabase-js";
import postgres from "postgres";
import { BatchHeader } from "../../../client-contract/contract/batch.ts";
import { Event } from "../../../client-contract/contract/event.ts";
import { LearnerHint } from "../../../client-contract/contract/hint.ts";
import { createRpc } from "../../../client-contract/client/rpc.ts";
import type { Stack } from "../../../scripts/local/stack.ts";
import { until } from "../../../scripts/local/until.ts";
import { call, event, header, type Learner, ndjson, newLearner, push, startBench } from "./bench.ts";

interface Listener extends AsyncDisposable {
  heard: LearnerHint[];
}

/** Joins the channel of `of` with the token of `learner`. */
async function listen(stack: Stack, learner: Learner, of = learner): Promise<Listener> {
  const client = createClient(stack.apiUrl, stack.publishableKey, {
    accessToken: () => Promise.resolve(learner.token),
  });
  await client.realtime.setAuth(learner.token);
  const heard: LearnerHint[] = [];
  const channel = client.channel(`learner:${of.id}`, { config: { private: true } })
    .on(
      "broadcast",
      { event: "learner_changed" },
      ({ payload }) => void heard.push(LearnerHint.parse(payload)),
    );
  const close = async () => {
    await client.removeChannel(channel);
    await client.realtime.disconnect();
  };
  const status = await new Promise<string>((joined) => channel.subscribe((status) => joined(status)));
  if (status === "SUBSCRIBED") return { heard, [Symbol.asyncDispose]: close };
  await close();
  throw new Error(status);
}

function queries(stack: Stack) {
  const query = postgres(stack.dbUrl(), { max: 1, onnotice: () => {} });
  return { query, [Symbol.asyncDispose]: () => query.end() };
}

Deno.test("S1, U6: a second device is hinted about a push, and pulls it", async () => {
  await using stack = await startBench({ jobs: false });
  const [learner, stranger] = [await newLearner(stack), await newLearner(stack)];
  const second = { ...learner, deviceId: crypto.randomUUID() };
  await push(stack, second, ndjson(header(second)));
  await using listener = await listen(stack, second);
  await assert.rejects(() => listen(stack, stranger, learner), /CHANNEL_ERROR/, "nobody else's channel");

  // An outbox that drains in several batches: what comes within a moment is one hint, and the last one is for all of it.
  const lines = Array.from({ length: 3 }, () => event(learner));
  let token = "";
  for (const line of lines) {
    const answer = await push(stack, learner, ndjson(header(learner), line));
    assert.equal(answer.status, 200);
    token = answer.body.batch.token;
  }
  await until("a hint of the last batch", () => listener.heard.at(-1)?.token === token);
  assert.ok(listener.heard.length <= lines.length, `${listener.heard.length} hints`);
  const hint = listener.heard.at(-1);
  assert.ok(hint);
  assert.deepEqual([hint.devices, hint.spread_s], [[learner.deviceId], 0]);
  const pull = await call(stack, second, `/sync?at_least=${hint.token}&device=${second.deviceId}`);
  assert.equal(pull.body.changes.length, lines.length);
  assert.ok(pull.body.changes.every(({ own }: { own: boolean }) => !own));

  // Nothing new, nobody to tell.
  const before = listener.heard.length;
  await push(stack, learner, ndjson(header(learner), ...lines));
  await push(stack, learner, ndjson(header(learner)));
  const told = event(learner, { type: "app.failed", body: { code: "disk.full", fatal: false } });
  const pretending = event(learner, { id: '", "changed" : true, "applied"' });
  const { body } = await push(stack, learner, ndjson(header(learner), told, pretending));
  assert.deepEqual(body.batch.results.map(({ status }: { status: string }) => status), [
    "applied",
    "quarantined",
  ]);
  await delay(600);
  assert.equal(listener.heard.length, before);
  await using sql = queries(stack);
  assert.deepEqual([...await sql.query`select from ops.change_note`], [], "it needs no job for that");
});

Deno.test("S1, U6: a second device is hinted within seconds about changes over RPC and by support", async () => {
  await using stack = await startBench();
  const learner = await newLearner(stack);
  const second = { ...learner, deviceId: crypto.randomUUID() };
  await push(stack, second, ndjson(header(second)));
  await using listener = await listen(stack, second);
  const client = createClient(stack.apiUrl, stack.publishableKey, {
    accessToken: () => Promise.resolve(learner.token),
  });
  const started = event(learner);
  const { token } = await createRpc(client).ingest(BatchHeader.parse(header(learner)), [
    Event.parse(started),
  ]);
  await until("a hint", () => listener.heard.some((hint) => hint.token === token));
  assert.deepEqual(listener.heard.map(({ devices }) => devices), [[learner.deviceId]]);
  assert.equal((await call(stack, second, `/sync?at_least=${token}`)).body.changes.length, 1);

  await using sql = queries(stack);
  await sql.query`update learner.session set end_reason = 'abandoned' where user_id = ${learner.id}`;
  await until("a hint of the edit", () => listener.heard.length === 2);
  const hint = listener.heard.at(-1);
  assert.ok(hint && !hint.devices.includes(learner.deviceId) && !hint.devices.includes(second.deviceId));
});

Deno.test("O2, S1: a device that only pulls is listed, hinted, and can be revoked", async () => {
  await using stack = await startBench();
  const learner = await newLearner(stack);
  const second = { ...learner, deviceId: crypto.randomUUID() };
  const pull = () => call(stack, second, `/sync?device=${second.deviceId}`);
  assert.equal((await pull()).status, 200);
  const client = createClient(stack.apiUrl, stack.publishableKey, {
    accessToken: () => Promise.resolve(learner.token),
  });
  await until("its contact", async () => {
    const { data } = await client.rpc("list_devices");
    return data?.length === 1 && data[0].device_id === second.deviceId && data[0].content_version === null;
  });

  await using listener = await listen(stack, second);
  const { body } = await push(stack, learner, ndjson(header(learner), event(learner)));
  await until("a hint", () => listener.heard.at(-1)?.token === body.batch.token);

  assert.equal((await client.rpc("revoke_device", { device: second.deviceId })).error, null);
  const refused = await pull();
  assert.deepEqual([refused.status, refused.body.code], [403, "device_revoked"]);
});
