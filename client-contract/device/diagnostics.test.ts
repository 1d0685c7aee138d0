// The report of a device: what it says, and that it reaches the server or waits.
import assert from "node:assert/strict";
import { readDiagnostics } from "./diagnostics.ts";
import { recordFailure } from "./telemetry.ts";
import { bench, LEARNER } from "../../scripts/testkit/device/bench.ts";
import { ContentServer } from "../../scripts/testkit/device/content_server.ts";
import { drafts } from "../conformance/server/curriculum.ts";
import { openLab } from "../../scripts/testkit/device/devices.ts";
import type { Handle } from "../../scripts/testkit/device/server.ts";
import { bodies, PLAN } from "../../scripts/testkit/device/telemetry.ts";

Deno.test("U9, O2: a report has the device's counts, ages, versions and last codes, each once", () => {
  using device = bench();
  const { context, clock } = device;
  device.attempt();
  clock.advance(60_000);
  device.attempt();
  context.db.run(
    "update outbox set state = 'quarantined', code = 'invalid_event', delivered_at = created_at where event_id = (select max(event_id) from outbox)",
  );
  for (let n = 0; n < 12; n++) recordFailure(context, { code: `test.n${n % 11}`, fatal: false });
  const body = readDiagnostics(context, {
    platform: "ios",
    appVersion: "1.4.0 (beta)",
    osVersion: "17.5",
    storageFreeMb: 812.4,
  });
  const { codes, storage_used_mb, ...rest } = body;
  assert.deepEqual(rest, {
    platform: "ios",
    app_version: undefined,
    os_version: "17.5",
    waiting: 1,
    quarantined: 1,
    held_back: 0,
    dead: 0,
    oldest_waiting_s: 60,
    synced_s: undefined,
    content_version: 0,
    damaged: false,
    intact_s: undefined,
    clock_offset_ms: undefined,
    storage_free_mb: 812,
  });
  assert.ok(Number(storage_used_mb) >= 1);
  assert.equal(codes.length, 10);
  assert.deepEqual(codes.slice(0, 3), ["test.n0", "test.n10", "test.n9"]);
  assert.ok(PLAN.has("app.reported"));
});

Deno.test("U9, O2: sendDiagnostics sends the report at once, keeps it without a network, and works with telemetry off", async () => {
  const server = new ContentServer();
  await server.publish(drafts(1, 1, 3));
  using lab = openLab();
  let online = false;
  const handle: Handle = (request) =>
    online ? server.handle(request) : Promise.reject(new TypeError("no network"));
  const o = {
    learnerId: LEARNER,
    handle,
    telemetry: false,
    retry: { attempts: 1, baseMs: 0, capMs: 0, patienceMs: 0 },
  };
  using device = lab.open(1, o);
  const waits = await device.sendDiagnostics();
  assert.equal(waits.isSent, false);
  assert.equal(bodies(device.db, "app.reported").length, 1);
  online = true;
  const sent = await device.sendDiagnostics({ osVersion: "17.5" });
  assert.equal(sent.isSent, true);
  assert.notEqual(sent.reportId, waits.reportId);
  assert.equal(bodies(device.db, "app.reported").length, 0, "the earlier report went along");
});
