// A sign-out elsewhere: the device keeps everything, works on, and sends it after the next sign-in.
import assert from "node:assert/strict";
import { openLab } from "../../scripts/testkit/device/devices.ts";
import { startTestServer, testToken } from "../../scripts/testkit/device/server.ts";
import { serverAttempts } from "../../scripts/testkit/device/server_rows.ts";
import { firstQuestions, studyOnce } from "../../scripts/testkit/device/study.ts";
import { signIn } from "../../scripts/testkit/sign_in.ts";
import { ProblemError } from "../client/client_error.ts";

Deno.test("I9, U3: a device whose session was ended keeps its events, studies on, and sends them after a new sign-in", async () => {
  await using server = await startTestServer();
  using lab = openLab();
  const { sql, handle } = server;
  const learnerId = crypto.randomUUID();
  let [session] = await signIn(sql, [learnerId]);
  using device = lab.open(1, { learnerId, handle, getToken: () => testToken(learnerId, session) });
  await device.sync();
  const before = studyOnce(device, firstQuestions(device));

  await sql`delete from auth.sessions where user_id = ${learnerId}`;
  for (let n = 0; n < 2; n++) {
    await assert.rejects(
      () => device.sync(),
      (error) => error instanceof ProblemError && error.code === "session_ended" && error.status === 401,
    );
  }
  assert.equal(device.status().isRevoked, false);
  const after = studyOnce(device, firstQuestions(device));
  assert.equal(device.status().outbox.pending, before.length + after.length + 4, "nothing is lost");
  assert.deepEqual(await serverAttempts(sql, learnerId), []);

  [session] = await signIn(sql, [learnerId]);
  await device.sync();
  assert.equal(device.status().outbox.pending, 0);
  assert.deepEqual(await serverAttempts(sql, learnerId), [...before, ...after]);
});
