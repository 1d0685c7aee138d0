// A device whose content schema ends, against the real server: told before, then to be updated, and nothing is lost.
import assert from "node:assert/strict";
import { openLab } from "../../scripts/testkit/device/devices.ts";
import { startTestServer } from "../../scripts/testkit/device/server.ts";
import { serverAttempts } from "../../scripts/testkit/device/server_rows.ts";
import { firstQuestions, studyOnce } from "../../scripts/testkit/device/study.ts";

/** Longer than the function keeps a head. */
const staleHead = () => new Promise((resolve) => setTimeout(resolve, 1100));

Deno.test("C8: the end of a schema is announced, and after it the device delivers, studies and asks for an update", async () => {
  await using server = await startTestServer();
  using lab = openLab();
  const learnerId = crypto.randomUUID();
  using device = lab.open(1, { learnerId, handle: server.handle });
  const told = () => {
    const { standing, mustUpdate, schemaEndsAt, outbox } = device.status();
    return { standing, mustUpdate, isAnnounced: schemaEndsAt !== null, pending: outbox.pending };
  };
  await device.sync();
  assert.deepEqual(told(), { standing: "current", mustUpdate: null, isAnnounced: false, pending: 0 });

  await server.sql`update content.schema set state = 'previous' where schema = 2`;
  await server.sql`update content.schema set state = 'current' where schema = 1`;
  await server.sql`update content.schema set ends_at = now() + interval '30 days' where schema = 2`;
  await device.sync();
  assert.deepEqual(told(), { standing: "current", mustUpdate: null, isAnnounced: true, pending: 0 });

  await server.sql`update content.schema set ends_at = now() where schema = 2`;
  const ids = studyOnce(device, firstQuestions(device));
  await staleHead();
  await device.sync();
  assert.deepEqual(await serverAttempts(server.sql, learnerId), ids);
  const { standing, mustUpdate, pending } = told();
  assert.deepEqual({ standing, mustUpdate, pending }, {
    standing: "must_update",
    mustUpdate: "app",
    pending: 0,
  });
  assert.ok((await device.verify()).ok, "the copy stays");
  studyOnce(device, firstQuestions(device));
  assert.equal((await device.sync()).delivered, ids.length + 2, "and is studied on");

  await server.sql`update content.schema set ends_at = now() + interval '1 day' where schema = 2`;
  await device.sync();
  assert.equal(told().standing, "current", "the window was extended");
});
