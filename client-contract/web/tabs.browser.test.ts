// The device in real tabs of Chromium: two tabs, a killed leader, a network that is gone.
import assert from "node:assert/strict";
import { confirmedOf, openTabs, serverAnswers } from "../../scripts/testkit/web/tabs.ts";

Deno.test("K3: two tabs have one device: both study, and both see what the other one did", async () => {
  await using tabs = await openTabs();
  const first = await tabs.open();
  await first.until("test.status?.version === 1");
  const second = await tabs.open();
  await second.until("test.status?.version === 1");
  assert.deepEqual([await first.isLeader(), await second.isLeader()], [true, false]);
  await first.study(2);
  await second.study(3);
  await first.until("test.status.outbox.pending === 0 && test.status.outbox.delivered === 6");
  await second.until("test.status.outbox.pending === 0 && test.status.outbox.delivered === 6");
  assert.deepEqual(serverAnswers(tabs.server), await confirmedOf(first, second));
  assert.equal((await second.call<{ ok: boolean }>("verify")).ok, true);
  assert.deepEqual(await second.call("query", "select * from pragma_journal_mode"), [{
    journal_mode: "wal",
  }]);
  assert.equal(await second.refusal("query", "delete from outbox"), "storage_failed");
  assert.equal(await second.refusal("endSession", "01KB8Q9T3V0000000000000001"), "unknown_session");
});

Deno.test("K3: when the leader's tab is closed, the other tab takes over at once", async () => {
  await using tabs = await openTabs();
  const leader = await tabs.open();
  await leader.until("test.status?.version === 1");
  const other = await tabs.open();
  await other.study(20, { wait: false });
  await other.until("test.confirmed.length > 2");
  await leader.page.close();
  await other.until("test.confirmed.length === 20");
  assert.equal(await other.isLeader(), true);
  await other.until("test.status.outbox.pending === 0");
  assert.deepEqual(serverAnswers(tabs.server), await confirmedOf(other));
});

Deno.test("K3: when the leader's tab crashes in the middle of writes, nothing is lost and nothing is doubled", async () => {
  await using tabs = await openTabs();
  const leader = await tabs.open();
  await leader.until("test.status?.version === 1");
  const other = await tabs.open();
  await other.study(60, { wait: false });
  await leader.study(60, { wait: false });
  await other.until("test.confirmed.length > 5");
  const seen = await confirmedOf(leader);
  await leader.crash();
  await other.until("test.confirmed.length === 60");
  await other.until("test.status.outbox.pending === 0");
  const answers = serverAnswers(tabs.server);
  for (const id of [...seen, ...await confirmedOf(other)]) assert.ok(answers.includes(id), id);
});

Deno.test("K3: a tab without a network studies and keeps what it did over a reload, and sends it later", async () => {
  await using tabs = await openTabs();
  const tab = await tabs.open();
  await tab.until("test.status?.version === 1");
  await tabs.goOffline(true);
  await tab.study(5);
  await tab.until("test.state === 'pending' && test.status.outbox.pending === 6");
  const confirmed = await confirmedOf(tab);
  // The page itself comes from the network; the example's service worker would have it.
  tabs.server.onRequest = () => Promise.resolve("dropped");
  await tabs.goOffline(false);
  await tab.reload();
  await tab.until("test.status?.outbox.pending === 6");
  await tab.study(1);
  assert.equal(serverAnswers(tabs.server).length, 0);
  tabs.server.onRequest = () => {};
  await tab.call("sync");
  await tab.until("test.state === 'current'");
  assert.deepEqual(serverAnswers(tabs.server), [...confirmed, ...await confirmedOf(tab)].sort());
});
