// The example in Chromium, against a local Supabase: it installs, opens and studies without a network, and syncs two tabs.
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import postgres from "postgres";
import { throwAwayStack } from "../../../scripts/start/project.ts";
import { assertAccessible, openBrowser } from "../../../scripts/testkit/browser.ts";
import { buildSite, serveSite } from "../../../scripts/testkit/web/site.ts";
import config from "./vite.config.ts";

const FOLDER = new URL(".", import.meta.url).pathname;
const CURRENT = /^Everything is saved and up to date\.$/;
/** Where the screenshots of docs/web.md go; by default nowhere. */
const IMAGES = Deno.env.get("CARREL_SCREENSHOTS");

/** Waits until the banner says so. */
async function shown(page: Page, text: RegExp): Promise<void> {
  const banner = page.getByRole("status");
  await banner.filter({ hasText: text }).waitFor().catch(async () =>
    assert.match(await banner.innerText(), text)
  );
}
const picture = async (page: Page, name: string) =>
  void (IMAGES && await page.screenshot({ path: `${IMAGES}/web_${name}.png` }));

/** Answers the question on the screen, and goes on to the next. */
async function answerOne(page: Page): Promise<void> {
  await page.locator("#question button").first().click();
  await page.getByRole("button", { name: "Next question" }).click();
}

Deno.test("K3: the example opens and studies offline, syncs two tabs, and is accessible in each state", async () => {
  await using stack = await throwAwayStack({ migrated: true, jobs: false });
  const site = await buildSite(FOLDER, {
    ...config,
    define: {
      "import.meta.env.VITE_SUPABASE_URL": JSON.stringify(stack.apiUrl),
      "import.meta.env.VITE_SUPABASE_KEY": JSON.stringify(stack.publishableKey),
    },
  });
  await using listening = await serveSite(site, () => Promise.reject(new Error("there is no such file")));
  await using browser = await openBrowser();
  await using cleanup = new AsyncDisposableStack();
  const sql = cleanup.adopt(postgres(stack.dbUrl(), { max: 1 }), (sql) => sql.end());
  const context = await browser.newContext({ viewport: { width: 390, height: 560 } });
  const page = await context.newPage();
  await page.goto(listening.url);
  await shown(page, CURRENT);
  await page.locator("#question button").first().waitFor();
  await assertAccessible(page);
  await picture(page, "current");
  await page.evaluate("navigator.serviceWorker.ready");

  // Without a network: the page itself, the questions and the answers come from the device.
  await context.setOffline(true);
  await page.reload();
  await answerOne(page);
  await answerOne(page);
  await shown(page, /Saved on this device\. [45] steps of yours wait/);
  await assertAccessible(page);
  await picture(page, "offline");

  // The tab goes away in the middle of an answer.
  await page.locator("#question button").first().click();
  await page.close();
  const again = await context.newPage();
  await again.goto(listening.url);
  await shown(again, /Saved on this device\. [567] steps/);

  await context.setOffline(false);
  await shown(again, CURRENT);
  const other = await context.newPage();
  await other.goto(listening.url);
  await other.getByText(/^[23] answers, [12] days? in a row$/).waitFor();
  await answerOne(other);
  await again.getByText(/^[34] answers, [12] days? in a row$/).waitFor();
  await shown(other, CURRENT);
  await assertAccessible(other);
  const [counts] = await sql`
    select count(*)::int as answers, count(distinct body ->> 'duration_ms')::int as different
    from learner.event where type = 'attempt.recorded'`;
  const progress = await again.locator("#progress").textContent();
  // Two days where the test runs over midnight.
  assert.match(progress ?? "", new RegExp(`^${counts?.answers} answers, [12] days? in a row$`));
  assert.equal(counts?.answers, counts?.different);
});
