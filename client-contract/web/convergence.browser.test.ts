// A seeded run of everything that happens to tabs: CARREL_SEED chooses it.
import assert from "node:assert/strict";
import { UNSURE } from "../conformance/server/faults.ts";
import { seededRandom } from "../../scripts/testkit/device/random.ts";
import { runSeed } from "../../supabase/tests/properties/settings.ts";
import { confirmedOf, openTabs, serverAnswers, type Tab } from "../../scripts/testkit/web/tabs.ts";

const STEPS = 24;
const ACTIONS = [
  "study",
  "study",
  "study in the background",
  "reload",
  "crash",
  "close",
  "offline",
  "bad network",
] as const;

Deno.test("K3, I5: after any run of reloads, crashes, closed tabs and lost networks the server has each answer exactly once", async () => {
  const seed = runSeed();
  const random = seededRandom(seed);
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;
  await using tabs = await openTabs();
  const open: Tab[] = [await tabs.open(), await tabs.open()];
  for (const tab of open) await tab.until("test.status?.version === 1");
  /** What a tab had confirmed before it went. */
  const confirmed: string[] = [];
  const history: string[] = [];
  let isOffline = false;
  for (let step = 0; step < STEPS; step++) {
    const place = Math.floor(random() * open.length);
    const tab = open[place];
    const action = pick(ACTIONS);
    history.push(`${action} ${place}`);
    if (!tab) break;
    if (action === "study") await tab.study(1 + Math.floor(random() * 4));
    else if (action === "study in the background") await tab.study(10, { wait: false });
    else if (action === "offline") await tabs.goOffline(isOffline = !isOffline);
    else if (action === "bad network") tabs.server.fault("push", pick(UNSURE));
    else {
      confirmed.push(...await confirmedOf(tab));
      // The page itself comes from the network.
      if (isOffline) await tabs.goOffline(isOffline = false);
      if (action === "reload") await tab.reload();
      else {
        await (action === "crash" ? tab.crash() : tab.page.close());
        open[place] = await tabs.open();
      }
      await open[place]?.until("test.status !== undefined");
    }
  }
  await tabs.goOffline(false);
  tabs.server.heal();
  const [first, second] = open;
  assert.ok(first && second);
  for (const tab of open) await tab.until("test.busy === 0");
  await first.call("sync");
  for (const tab of open) await tab.until("test.state === 'current'");
  confirmed.push(...await confirmedOf(...open));
  const answers = serverAnswers(tabs.server);
  const missing = confirmed.filter((id) => !answers.includes(id));
  assert.deepEqual(missing, [], `CARREL_SEED=${seed}: ${history.join(", ")}`);
  // The device has what the server has, an answer whose tab died before it was confirmed included.
  const kept = await second.call<{ event_id: string }[]>("query", "select event_id from attempt order by 1");
  assert.deepEqual(
    kept.map(({ event_id }) => event_id),
    answers,
    `CARREL_SEED=${seed}: ${history.join(", ")}`,
  );
});
