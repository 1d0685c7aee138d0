// kill -9 of each part between a publish and its delivery. Whoever supervises it brings it back (the host its isolates,
// PostgreSQL itself, an operator the whole), time passes, the schedule comes by, and the release is where it should be.
import assert from "node:assert/strict";
import { startKillable } from "./killable.ts";

Deno.test("C1, S2: devices and endpoints get a release whatever is killed before its delivery", async (t) => {
  await using stack = await startKillable();
  const { sql } = stack;
  const pages = await stack.pages();

  await t.step("C1: the bundle worker is killed during an upload", async () => {
    let version = 0;
    await stack.whileHeld(async () => {
      version = await stack.publish();
      await stack.writes(version);
      await stack.killIsolate("bundle");
    });
    await stack.minutesPass();
    await stack.settles(version);
  });

  await t.step("S2: the dispatcher is killed during its requests", async () => {
    let version = 0;
    await stack.whileHeld(async () => {
      version = await stack.publish();
      await stack.receives(version);
      await stack.killIsolate("webhooks");
    });
    await stack.minutesPass();
    await stack.settles(version);
    const outcomes = await sql`
      select a.outcome from ops.webhook_attempt a join ops.webhook_message m on m.id = a.message_id
      where m.version = ${version} order by a.attempt, a.endpoint_id`;
    assert.deepEqual(outcomes.map(({ outcome }) => outcome), [
      "abandoned",
      "abandoned",
      "delivered",
      "delivered",
    ]);
  });

  await t.step("C1, S2: PostgreSQL is killed while both workers run", async () => {
    let version = 0;
    await stack.whileHeld(async () => {
      version = await stack.publish();
      await Promise.all([stack.writes(version), stack.receives(version)]);
      await stack.crashDatabase();
    });
    await stack.minutesPass();
    await stack.settles(version);
  });

  await t.step("C1, S2: everything is killed after a publish whose wake-ups nobody has seen", async () => {
    const queued = async () => (await sql`select from net.http_request_queue`).count;
    let [overtaken, version] = [0, 0];
    await stack.whileHeld(async () => {
      overtaken = await stack.publish();
      await Promise.all([stack.writes(overtaken), stack.receives(overtaken)]);
      stack.freeze();
      version = await stack.publish();
      assert.ok(await queued() >= 2);
      await stack.killAll();
    });
    await stack.startAgain();
    assert.equal(await queued(), 0, "pg_net's queue is not written to disk: that wake-up is lost");
    await stack.minutesPass();
    await stack.settles(version);
    const [row] = await sql`
      select count(*)::int as delivered from ops.webhook_delivery d join ops.webhook_message m on m.id = d.message_id
      where m.version = ${overtaken} and d.state = 'delivered'`;
    assert.equal(row?.delivered, 2, "the release that was overtaken is told of as well");
    assert.equal(await stack.pages(), pages, "and devices get the bytes that they got before");
  });
});
