// Support's correction, seen from devices: it reaches them, wins over what they had, and they can start over after it.
import assert from "node:assert/strict";
import { openLab } from "../../scripts/testkit/device/devices.ts";
import { startTestServer } from "../../scripts/testkit/device/server.ts";
import { serverProgress } from "../../scripts/testkit/device/server_rows.ts";
import { firstQuestions, studyOnce } from "../../scripts/testkit/device/study.ts";

Deno.test("U5: a correction wins over events made without knowing it, and progress after it counts", async () => {
  await using server = await startTestServer();
  using lab = openLab();
  const { sql } = server;
  const o = { learnerId: crypto.randomUUID(), handle: server.handle };
  using a = lab.open(1, o);
  using b = lab.open(2, o);
  await a.sync();
  await b.sync();
  const questions = firstQuestions(a);
  const skillId = questions[0].skill_id;
  a.advance({ skillId, mastery: 90 });
  await a.sync();

  await sql`select public.support_reset_progress(${o.learnerId}, ${skillId}, 'test', 30)`;
  // B is offline: two retakes and good marks, made without having seen the correction.
  b.reset(skillId);
  b.reset(skillId);
  studyOnce(b, firstQuestions(b));
  b.advance({ skillId, mastery: 100 });
  for (const device of [b, a]) {
    await device.sync();
    assert.deepEqual([device.progressIn(skillId).mastery, device.progressIn(skillId).attempts], [30, 0]);
  }

  assert.equal(a.reset(skillId, { mastery: 5 }).mastery, 5);
  const ids = studyOnce(a, questions);
  const { quarantined } = await a.sync();
  assert.equal(quarantined, 0);
  await b.sync();
  for (const device of [a, b]) {
    assert.deepEqual([device.progressIn(skillId).mastery, device.progressIn(skillId).attempts], [
      5,
      ids.length,
    ]);
    assert.deepEqual(await serverProgress(sql, o.learnerId), device.progress());
  }
});
