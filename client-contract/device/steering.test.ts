// Steering against the real functions and database: what the server asks for is done, and nothing is lost by it.
import assert from "node:assert/strict";
import type postgres from "postgres";
import { systemClock } from "../../supabase/functions/_shared/clock.ts";
import { ProblemError } from "../client/client_error.ts";
import type { Device } from "./device.ts";
import { DEFAULT_RETRY } from "../client/retry.ts";
import { readRetryPolicy, readSteering } from "./steering.ts";
import { openLab } from "../../scripts/testkit/device/devices.ts";
import { startTestServer } from "../../scripts/testkit/device/server.ts";
import { serverAttempts } from "../../scripts/testkit/device/server_rows.ts";
import { allQuestions, firstQuestions, studyOnce } from "../../scripts/testkit/device/study.ts";

const refusedWith = (code: string) => (error: unknown) =>
  error instanceof ProblemError && error.code === code;

async function steer(sql: postgres.Sql, values: Record<string, unknown>): Promise<void> {
  await sql`update ops.steering set ${
    sql(values)
  } where platform is null and app_from is null and app_before is null`;
}

/** Attempts of the device that the server counts, once each. */
async function arrived(sql: postgres.Sql, device: Device, ids: readonly string[]): Promise<void> {
  assert.deepEqual(await serverAttempts(sql, device.status().learnerId), ids);
  assert.equal(device.status().outbox.pending, 0);
}

Deno.test("U8: the server sets batch size, retries, polls and retention, and a restart keeps them", async () => {
  await using server = await startTestServer();
  using lab = openLab();
  const o = { learnerId: crypto.randomUUID(), handle: server.handle };
  await steer(server.sql, {
    batch_events: 7,
    retry_base_ms: 400,
    retry_cap_ms: 9000,
    poll_after_s: 77,
    keep_sent_days: 2,
    outbox_cap: 500,
  });
  const ids: string[] = [];
  {
    using device = lab.open(1, o);
    assert.deepEqual(readRetryPolicy(device.db), DEFAULT_RETRY, "before it has heard of its server");
    await device.sync();
  }
  using device = lab.open(1, o);
  assert.deepEqual(readRetryPolicy(device.db), { ...DEFAULT_RETRY, baseMs: 400, capMs: 9000 });
  assert.equal(device.status().pollAfterS, 77);
  while (device.status().outbox.pending < 30) ids.push(...studyOnce(device, firstQuestions(device)));
  const waiting = device.status().outbox.pending;
  assert.equal((await device.sync()).batches, Math.ceil(waiting / 7));
  await arrived(server.sql, device, ids);

  await lab.clock.sleep(3 * 86_400_000);
  await device.sync();
  assert.equal(device.status().outbox.delivered, 0, "two days are enough");
  assert.equal(device.status().isOutboxFull, false);
  while (!device.status().isOutboxFull) ids.push(...studyOnce(device, allQuestions(device)));
  assert.ok(device.status().outbox.pending >= 500, "a full outbox still takes answers");
  await device.sync();
  await arrived(server.sql, device, ids);
});

Deno.test("U8: a paused device keeps its events, waits as told, and then continues", async () => {
  await using server = await startTestServer();
  using lab = openLab();
  const o = { learnerId: crypto.randomUUID(), handle: server.handle };
  using device = lab.open(1, o);
  await device.sync();
  const ids = studyOnce(device, firstQuestions(device));
  await steer(server.sql, { paused: true, pause_reason: "Maintenance.", pause_s: 7200 });
  await assert.rejects(() => device.sync(), refusedWith("paused"));
  const { paused, outbox } = device.status();
  assert.equal(paused?.reason, "Maintenance.");
  assert.equal(outbox.pending, ids.length + 2);
  const wait = device.schedule().delay() / 1000;
  assert.ok(wait >= 7200 && wait < 9000 + 5, `asks again after ${wait} s`);
  {
    using restarted = lab.open(1, o);
    assert.ok(restarted.schedule().delay() > 7_000_000, "a restart does not forget it");
  }
  const { clock } = lab;
  const year = 365 * 86_400_000;
  const setBack = { ...clock, now: () => clock.now() - year };
  using confused = lab.open(1, { ...o, clock: setBack });
  assert.equal(confused.schedule().delay(), 0, "a clock that was set back silences nobody");

  await steer(server.sql, { paused: false });
  await device.sync();
  assert.equal(device.status().paused, null);
  await arrived(server.sql, device, ids);
});

Deno.test("U8: a learner who sends too much waits, and every event arrives", async () => {
  let passed = 0;
  await using server = await startTestServer({ ...systemClock, now: () => systemClock.now() + passed });
  using lab = openLab();
  const retry = { ...DEFAULT_RETRY, attempts: 2 };
  using device = lab.open(1, { learnerId: crypto.randomUUID(), handle: server.handle, retry });
  await device.sync();
  const ids = studyOnce(device, firstQuestions(device));
  // Half a minute beyond what the bucket holds.
  await server.sql`update learner.state s set batches_full_at = clock_timestamp()
    + make_interval(secs => 30 + p.batch_burst / p.batches_per_s) from ops.pressure_setting p where s.user_id = ${device.status().learnerId}`;
  await assert.rejects(() => device.sync(), refusedWith("rate_limited"));
  assert.equal(device.status().outbox.pending, ids.length + 2, "nothing is lost");
  assert.ok(device.schedule().delay() > 0);
  passed = 30_000;
  await server.sql`update learner.state set batches_full_at = batches_full_at - interval '30 s'`;
  await device.sync();
  await arrived(server.sql, device, ids);
});

Deno.test("U8: a revoked device keeps its events and sends them after it is restored", async () => {
  await using server = await startTestServer();
  using lab = openLab();
  const { sql, handle } = server;
  const learnerId = crypto.randomUUID();
  using stolen = lab.open(1, { learnerId, handle });
  using other = lab.open(2, { learnerId, handle });
  await stolen.sync();
  await other.sync();
  const ids = studyOnce(stolen, firstQuestions(stolen));
  await sql`select public.revoke_device(${stolen.status().deviceId}, 'lost', ${learnerId})`;
  await assert.rejects(() => stolen.sync(), refusedWith("device_revoked"));
  assert.equal(stolen.status().isRevoked, true);
  assert.equal(stolen.status().outbox.pending, ids.length + 2, "what it holds stays on it");
  await other.sync();
  await arrived(sql, other, []);

  await sql`select public.restore_device(${stolen.status().deviceId}, ${learnerId})`;
  await stolen.sync();
  assert.equal(stolen.status().isRevoked, false);
  await arrived(sql, stolen, ids);
});

Deno.test("U8: an upgrade is advised and then required, and the upgraded app is not asked again", async () => {
  await using server = await startTestServer();
  using lab = openLab();
  const o = { learnerId: crypto.randomUUID(), handle: server.handle };
  const tomorrow = new Date(lab.clock.now() + 86_400_000);
  await server.sql`insert into ops.steering (app_before, upgrade_to, upgrade_required_from, upgrade_message)
    values ('2.0', '2.0', ${tomorrow}, 'Please update.')`;
  {
    using device = lab.open(1, { ...o, appVersion: "1.4" });
    await device.sync();
    const { upgrade, mustUpdate } = device.status();
    assert.deepEqual([upgrade?.to, upgrade?.message, mustUpdate], ["2.0", "Please update.", null]);
    await lab.clock.sleep(2 * 86_400_000);
    assert.deepEqual([device.status().standing, device.status().mustUpdate], ["must_update", "app"]);
    const ids = studyOnce(device, firstQuestions(device));
    await device.sync();
    await arrived(server.sql, device, ids);
  }
  using device = lab.open(1, { ...o, appVersion: "2.0" });
  assert.equal(device.status().mustUpdate, null, "offline, too");
  await device.sync();
  assert.equal(readSteering(device.db).upgrade, null);
});
