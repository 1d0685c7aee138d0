// What a browser may do to the database: refuse to store more, and delete everything.
import assert from "node:assert/strict";
import { confirmedOf, openTabs, serverAnswers } from "../../scripts/testkit/web/tabs.ts";

Deno.test("K3: a full quota is a state of its own; nothing that was stored is damaged, and study goes on once there is room", async () => {
  await using tabs = await openTabs();
  const tab = await tabs.open();
  await tab.until("test.status?.version === 1");
  await tabs.goOffline(true);
  await tab.study(3);
  const session = await tabs.context.newCDPSession(tab.page);
  const quota = (quotaSize?: number) =>
    session.send("Storage.overrideQuotaForOrigin", {
      origin: tabs.url,
      ...(quotaSize === undefined ? {} : { quotaSize }),
    });
  await quota(1);
  const refused = await tab.page.evaluate<string>(
    "test.study(2000, 500000).then(() => 'never full', (error) => error.code)",
  );
  assert.equal(refused, "storage_full");
  await tab.until("test.state === 'storage_full'");
  const stored = await confirmedOf(tab);
  assert.deepEqual(await tab.call("query", "select * from pragma_integrity_check"), [{
    integrity_check: "ok",
  }]);
  const kept = "select count(*) as n from outbox where type = 'attempt.recorded'";
  assert.deepEqual(await tab.call("query", kept), [{ n: stored.length }]);

  await quota();
  await tabs.goOffline(false);
  await tab.study(1);
  await tab.until("test.state === 'current'");
  assert.deepEqual(serverAnswers(tabs.server), await confirmedOf(tab));
  assert.ok((await tab.call<{ ok: boolean }>("verify")).ok);
});

Deno.test("K3: a database that the browser has deleted is noticed, reported and fetched again, and the loss is counted", async () => {
  await using tabs = await openTabs();
  const tab = await tabs.open();
  await tab.until("test.status?.version === 1");
  await tab.study(2);
  await tab.until("test.state === 'current'");
  await tabs.goOffline(true);
  await tab.study(3);
  await tab.until("test.status.outbox.pending === 3");
  const sent = serverAnswers(tabs.server);
  await tab.call("close");
  await tab.page.evaluate(
    "navigator.storage.getDirectory().then((folder) => folder.removeEntry('carrel', { recursive: true }))",
  );
  await tabs.goOffline(false);
  await tab.reload();
  await tab.until("test.status?.version === 1 && test.state === 'lost'");
  const { loss } = await tab.call<{ loss: { events: number } }>("status");
  assert.equal(loss.events, 3);
  // The learner's rows are back, and so is the content.
  await tab.until("test.status.syncedAt !== null");
  assert.deepEqual(
    await tab.call("query", "select event_id from attempt order by 1"),
    sent.map((event_id) => ({ event_id })),
  );
  const told = () =>
    tabs.server.asked("push").flatMap(({ lines }) => lines).map((line) => JSON.parse(line))
      .filter(({ body }) => body.code === "storage.evicted").map(({ type }) => type);
  await tab.call("sync");
  assert.deepEqual(told(), ["app.failed", "app.recovered"]);
  await tab.call("dismissLoss");
  await tab.until("test.state === 'current'");
  await tab.reload();
  await tab.until("test.status?.loss === null");
});
