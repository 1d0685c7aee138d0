// Through the front door: the gateway, a learner who signed up, and functions in processes of their own.
import { createClient } from "@supabase/supabase-js";
import assert from "node:assert/strict";
import { join } from "node:path";
import { throwAwayStack } from "../../scripts/start/project.ts";
import { ended, until } from "../../scripts/local/until.ts";
import { newToken } from "../../supabase/tests/functions/bench.ts";
import { ProblemError } from "../client/client_error.ts";
import { ContentHint } from "../contract/hint.ts";
import { systemClock } from "./clock.ts";
import { openDevice } from "./device.ts";
import { runSchedule } from "./schedule.ts";
import { deviceId, openLab } from "../../scripts/testkit/device/devices.ts";
import { openNodeSqlite } from "./node_sqlite.ts";
import { publishedLines, serverAttempts, serverProgress } from "../../scripts/testkit/device/server_rows.ts";
import { firstQuestions, studyOnce } from "../../scripts/testkit/device/study.ts";
import postgres from "postgres";

Deno.test("K3, U7: a device of a new user syncs through the whole local stack", async () => {
  await using stack = await throwAwayStack({ migrated: true });
  using lab = openLab();
  const supabase = createClient(stack.apiUrl, stack.publishableKey, {
    auth: { persistSession: false, autoRefreshToken: false },
  });
  const { data } = await supabase.auth.signInAnonymously();
  assert.ok(data.user && data.session);
  const token = data.session.access_token;
  using device = openDevice({
    storage: openNodeSqlite(join(lab.folder, "device.sqlite")),
    learnerId: data.user.id,
    deviceId: deviceId(1),
    url: stack.apiUrl,
    publishableKey: stack.publishableKey,
    getToken: () => token,
  });
  const sql = postgres(stack.dbUrl(), { max: 1 });
  try {
    await device.sync();
    assert.equal(device.db.run("delete from content_staged"), 0);
    const ids = studyOnce(device, firstQuestions(device));
    const { delivered } = await device.sync();
    assert.equal(delivered, ids.length + 2);
    assert.deepEqual(await serverAttempts(sql, data.user.id), ids);
    assert.deepEqual(await serverProgress(sql, data.user.id), device.progress());
    assert.equal((await publishedLines(sql)).size, 72);
    assert.ok((await device.verify()).ok);

    // O5: deleted in the dashboard; without a grace period nothing is left, and the token that the device still has is good for nothing.
    await sql`select ops.set_deletion_grace('0 seconds')`;
    const admin = createClient(stack.apiUrl, stack.secretKey, { auth: { persistSession: false } });
    const { error } = await admin.auth.admin.deleteUser(data.user.id);
    assert.equal(error, null);
    await sql`select ops.run_erasures()`;
    await assert.rejects(device.sync(), (error) => error instanceof ProblemError && !error.retryable);
    assert.deepEqual(await serverAttempts(sql, data.user.id), []);
  } finally {
    await sql.end();
  }
});

Deno.test("S1: a hint over Realtime brings a release to a device without a sync", async () => {
  await using stack = await throwAwayStack({ migrated: true });
  await using cleanup = new AsyncDisposableStack();
  using lab = openLab();
  const sql = cleanup.adopt(postgres(stack.dbUrl(), { max: 1, onnotice: () => {} }), (sql) => sql.end());
  const learnerId = crypto.randomUUID();
  const token = await newToken(stack, learnerId);
  const asked: string[] = [];
  using device = openDevice({
    storage: openNodeSqlite(join(lab.folder, "device.sqlite")),
    learnerId,
    deviceId: deviceId(1),
    url: stack.apiUrl,
    publishableKey: stack.publishableKey,
    getToken: () => token,
    fetch(input, init) {
      const { method, url } = new Request(input, init);
      asked.push(`${method} ${new URL(url).pathname.replace("/functions/v1", "")}`);
      return fetch(input, init);
    },
  });
  const isHolding = Promise.withResolvers<number>();
  const end = new AbortController();
  const loop = runSchedule(
    device.schedule(),
    async (o) => {
      const { version } = await device.sync(o);
      if (o.hint) isHolding.resolve(version);
    },
    systemClock,
    end.signal,
  );
  cleanup.defer(async () => {
    end.abort();
    await loop.done;
  });

  const client = createClient(stack.apiUrl, stack.publishableKey, {
    accessToken: () => Promise.resolve(token),
  });
  cleanup.defer(() =>
    client.realtime.removeAllChannels().then(() => client.realtime.disconnect()).then(() => {})
  );
  await client.realtime.setAuth();
  const channel = client.channel("content", {
    config: { private: true, broadcast: { replication_ready: true } },
  });
  channel.on(
    "broadcast",
    { event: "release_published" },
    ({ payload }) => loop.onHint(ContentHint.parse(payload)),
  );
  await new Promise<void>((resolve) => channel.on("system", {}, () => resolve()).subscribe());
  await until("the first sync", () => device.status().syncedAt !== null);
  asked.length = 0;

  const held = device.status().version;
  await sql`update content.question set explanation = 'Told by a hint' where key = (select min(key) from content.question)`;
  const [row] = await sql<{ head: { version: number } }[]>`select public.publish_release() as head`;
  assert.equal(await ended("the release", isHolding.promise), row?.head.version);
  assert.deepEqual(asked, ["GET /content/delta"]);
  assert.ok((await device.verify()).ok);
  await until("word of what the device held", async () => {
    const [row] = await sql<{ content_version: number }[]>`
      select content_version from learner.device where device_id = ${deviceId(1)}`;
    return row?.content_version === held;
  });
});
