// A phone is restored from a backup of its database, or two phones are set up from one backup: ids never meet, nothing is lost, and
// what both copies hold counts once.
import assert from "node:assert/strict";
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { z } from "zod";
import {
  deviceId,
  type DeviceLab,
  openLab,
  type TestDeviceOptions,
} from "../../scripts/testkit/device/devices.ts";
import { seededRandom } from "../../scripts/testkit/device/random.ts";
import { startTestServer } from "../../scripts/testkit/device/server.ts";
import { serverAttempts, serverProgress } from "../../scripts/testkit/device/server_rows.ts";
import { firstQuestions, studyOnce } from "../../scripts/testkit/device/study.ts";
import { settings } from "../../supabase/tests/properties/settings.ts";
import type { Device } from "./device.ts";
import { DeviceError } from "./device_error.ts";

const DAY_MS = 86_400_000;
const Line = z.object({ line: z.string() });
const lines = (device: Device) =>
  device.db.all(Line, "select line from outbox order by event_id").map(({ line }) => line);

/** Restores the database of device `from` as that of device `to`. The app's device id was in the backup too. */
function restore(lab: DeviceLab, from: number, to: number): Partial<TestDeviceOptions> {
  copyFileSync(join(lab.folder, `${from}.sqlite`), join(lab.folder, `${to}.sqlite`));
  return { deviceId: deviceId(from), installationMarker: `phone ${to}` };
}

Deno.test("I4, U10: two phones from one backup never make the same id, and every answer counts once", async () => {
  await using server = await startTestServer();
  let number = 0;
  const pairs = fc.record({
    seed: fc.nat(),
    // The clock of both phones at the restore and later, in days from the backup.
    clocks: fc.array(fc.constantFrom(-400, -1, 0, 0, 0, 1, 400), { minLength: 1, maxLength: 3 }),
    rounds: fc.array(fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 3 })), {
      minLength: 1,
      maxLength: 3,
    }),
    withMarker: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(pairs, async ({ seed, clocks, rounds, withMarker }) => {
      using lab = openLab(seed);
      const learnerId = crypto.randomUUID();
      const o = { learnerId, handle: server.handle };
      const begun = lab.clock.now();
      const answered: string[] = [];
      number += 2;
      {
        using phone = lab.open(number, { ...o, installationMarker: "phone" });
        await phone.sync();
        answered.push(...studyOnce(phone, firstQuestions(phone).slice(0, 2)));
      }
      const restored = restore(lab, number, number + 1);
      const marker = withMarker ? {} : { installationMarker: undefined };
      const random = () => seededRandom(seed);
      using a = lab.open(number, { ...o, installationMarker: "phone", random: random() });
      using b = lab.open(number + 1, { ...o, ...restored, ...marker, random: random() });
      assert.equal(a.status().deviceId === b.status().deviceId, !withMarker);
      assert.deepEqual(lines(a), lines(b), "what waits stays as it was");
      for (const [n, counts] of rounds.entries()) {
        lab.clock.set(begun + (clocks[n % clocks.length] ?? 0) * DAY_MS);
        for (const [place, device] of [a, b].entries()) {
          answered.push(...studyOnce(device, firstQuestions(device).slice(0, counts[place])));
        }
        if (n % 2 === 0) await b.sync();
      }
      for (const device of [a, b, a]) await device.sync();
      assert.equal(new Set(answered).size, answered.length, "no id was made twice");
      assert.deepEqual(await serverAttempts(server.sql, learnerId), answered.toSorted());
      const progress = await serverProgress(server.sql, learnerId);
      for (const device of [a, b]) {
        const { pending, quarantined, dead } = device.status().outbox;
        assert.deepEqual([pending, quarantined, dead], [0, 0, 0]);
        assert.deepEqual(device.progress(), progress);
      }
      const [{ conflicts } = { conflicts: 1 }] = await server.sql`
        select count(*)::int as conflicts from ops.quarantine where user_id = ${learnerId}`;
      assert.equal(conflicts, 0);
    }),
    settings(10),
  );
});

Deno.test("I4, U10: a restored phone whose clock once ran ahead can study", async () => {
  await using server = await startTestServer();
  using lab = openLab();
  const o = { learnerId: crypto.randomUUID(), handle: server.handle };
  const now = lab.clock.now();
  {
    using phone = lab.open(1, o);
    await phone.sync();
    lab.clock.set(now + 365 * DAY_MS);
    studyOnce(phone, firstQuestions(phone).slice(0, 2));
    lab.clock.set(now);
  }
  const restored = restore(lab, 1, 2);
  const ids: string[] = [];
  {
    using lost = lab.open(1, o);
    for (let n = 0; n < 3; n++) ids.push(...studyOnce(lost, firstQuestions(lost).slice(0, 2)));
    await lost.sync();
  }
  using phone = lab.open(2, { ...o, ...restored });
  await phone.sync();
  for (let n = 0; n < 3; n++) ids.push(...studyOnce(phone, firstQuestions(phone).slice(0, 2)));
  await phone.sync();
  const stored = await serverAttempts(server.sql, o.learnerId);
  assert.equal(stored.length, ids.length + 2);
  assert.ok(ids.every((id) => stored.includes(id)));
});

Deno.test("U10: another installation marker gives a new device id and keeps everything else", async () => {
  await using server = await startTestServer();
  using lab = openLab();
  const o = { learnerId: crypto.randomUUID(), handle: server.handle };
  let sessionId: string;
  let frozen: string[];
  {
    using phone = lab.open(1, o);
    await phone.sync();
    sessionId = phone.startSession();
    frozen = lines(phone);
  }
  {
    using phone = lab.open(1, { ...o, installationMarker: "phone 1" });
    assert.equal(phone.status().deviceId, deviceId(1), "the first marker of an app is no restore");
    await phone.sync();
    assert.deepEqual(lines(phone), frozen);
  }
  const restored = restore(lab, 1, 2);
  using phone = lab.open(1, { ...o, installationMarker: "phone 1" });
  const laterSession = phone.startSession();
  await phone.sync();
  let newId: string;
  {
    using other = lab.open(2, { ...o, ...restored });
    newId = other.status().deviceId;
    assert.notEqual(newId, deviceId(1));
    const { version, outbox, syncedAt } = other.status();
    assert.ok(version > 0 && outbox.delivered === 1 && syncedAt !== null);
    assert.deepEqual(lines(other), frozen);
    const report = await other.sync();
    assert.deepEqual([report.restarted, report.rows], [false, 0], "the cursors still hold");
    assert.ok(report.pulled > 0, "what the first phone did since comes down");
    assert.deepEqual(
      other.openSessions().map(({ session_id }) => session_id),
      [sessionId],
      "not the first phone's",
    );
    assert.throws(() => other.endSession(laterSession), DeviceError);
    other.endSession(sessionId);
    await other.sync();
  }
  {
    using again = lab.open(2, { ...o, ...restored });
    assert.equal(again.status().deviceId, newId, "the same marker keeps the id");
  }
  {
    using again = lab.open(2, { ...o, ...restored, installationMarker: undefined });
    assert.equal(again.status().deviceId, newId, "a marker that can't be read keeps the id");
  }
  const third = { ...restore(lab, 2, 3), deviceId: deviceId(1) };
  using backup = lab.open(3, { ...o, ...third });
  assert.ok(
    ![newId, deviceId(1)].includes(backup.status().deviceId),
    "no id of a former phone is used again",
  );
  const devices = await server.sql`select device_id from learner.device where user_id = ${o.learnerId}`;
  assert.deepEqual(devices.map(({ device_id }) => device_id).toSorted(), [deviceId(1), newId].toSorted());
});

Deno.test("U10: without a marker the database belongs to one device id, which the device makes if the app has none", () => {
  using lab = openLab();
  const learnerId = crypto.randomUUID();
  let made: string;
  {
    using device = lab.open(1, { learnerId, deviceId: undefined });
    made = device.status().deviceId;
    assert.match(made, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  }
  {
    using device = lab.open(1, { learnerId, deviceId: undefined });
    assert.equal(device.status().deviceId, made);
  }
  const refused = (code: string) => (error: unknown) => error instanceof DeviceError && error.code === code;
  assert.throws(() => lab.open(1, { learnerId, deviceId: deviceId(7) }), refused("wrong_learner"));
  assert.throws(
    () => lab.open(1, { learnerId: crypto.randomUUID(), installationMarker: "m" }),
    refused("wrong_learner"),
  );
  assert.throws(() => lab.open(2, { learnerId: "l" }), refused("invalid_id"));
  assert.throws(
    () => lab.open(3, { learnerId, deviceId: deviceId(3).toUpperCase() + "A" }),
    refused("invalid_id"),
  );
});

Deno.test("U10: a restored phone goes by neither the clock nor the waits of the former phone", () => {
  using lab = openLab();
  const learnerId = crypto.randomUUID();
  const answeredAt = new Date(lab.clock.now()).toISOString();
  const hour = new Date(lab.clock.now() + 3_600_000).toISOString();
  {
    using phone = lab.open(1, { learnerId, installationMarker: "phone 1" });
    phone.deadLetter("a letter", "that waits");
    phone.db.run("update dead_letter set retry_at = ?", hour);
    phone.db.run(
      `update sync_state set clock_offset_ms = 259200000, clock_seen_at = ?1, answered_at = ?2, retry_at = ?1, paused_reason = 'an upgrade'`,
      hour,
      answeredAt,
    );
  }
  using phone = lab.open(2, { learnerId, ...restore(lab, 1, 2) });
  assert.equal(phone.status().paused, null);
  assert.equal(phone.schedule().delay(), 0);
  phone.recordFailure({ code: "screen.blank", fatal: false });
  const [event] = phone.db.all(z.object({ line: z.string() }), "select line from telemetry");
  const { clock_offset_ms, answered_at } = JSON.parse(event?.line ?? "");
  assert.deepEqual([clock_offset_ms, answered_at], [undefined, answeredAt], "the server's time stays true");
  const waits = phone.db.all(
    z.object({ retry_at: z.string().nullable() }),
    "select retry_at from dead_letter",
  );
  assert.deepEqual(waits, [{ retry_at: null }]);
});
