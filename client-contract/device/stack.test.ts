// Through the front door: the gateway, a learner who signed up, and functions in processes of their own.
import { createClient } from "@supabase/supabase-js";
import assert from "node:assert/strict";
import { join } from "node:path";
import { throwAwayStack } from "../../scripts/stack/stack.ts";
import { openDevice } from "./device.ts";
import { deviceId, openLab } from "./testing/devices.ts";
import { publishedLines, serverAttempts, serverProgress } from "./testing/server_rows.ts";
import { firstQuestions, studyOnce } from "./testing/study.ts";
import postgres from "postgres";

Deno.test("K3, U7: a signed-up learner's device syncs through the whole stack", async () => {
  await using stack = await throwAwayStack({ migrated: true });
  using lab = openLab();
  const supabase = createClient(stack.apiUrl, stack.publishableKey, {
    auth: { persistSession: false, autoRefreshToken: false },
  });
  const { data } = await supabase.auth.signInAnonymously();
  assert.ok(data.user && data.session);
  const token = data.session.access_token;
  using device = openDevice({
    file: join(lab.folder, "device.sqlite"),
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
  } finally {
    await sql.end();
  }
});
