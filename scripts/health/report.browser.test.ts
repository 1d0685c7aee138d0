// The page of `npm run health -- --html` in a browser.
import assert from "node:assert/strict";
import { assertAccessible, openBrowser } from "../testkit/browser.ts";
import type { Health } from "./read.ts";
import { renderReport } from "./report.ts";

const since = "2026-11-29T12:00:00Z";
const figure = {
  target: 0.999,
  failing: 0.99,
  unit: "share",
  direction: "at_least",
  since,
  meaning: "events that arrived",
} as const;
const health: Health = {
  figures: [
    { ...figure, name: "sync_success", status: "failing", value: 0.98, samples: 3000 },
    { ...figure, name: "offline_completion", status: "unknown", value: null, samples: null },
    { ...figure, name: "local_reads", status: "warning", value: 0.79, samples: 12 },
    { ...figure, name: "newest_content", status: "ok", value: 1, samples: 40 },
  ],
  hours: [12, 13, 14].map((hour) => ({
    hour: `2026-11-29T${hour}:00:00Z`,
    events: 40 * hour,
    answers: 8,
    delay_s: 40,
    made: 1000,
    held: 980,
  })),
};

Deno.test("O4: the health page is accessible in light and dark, and fits a phone", async () => {
  await using browser = await openBrowser();
  for (const colorScheme of ["light", "dark"] as const) {
    const page = await browser.newPage({ colorScheme, viewport: { width: 390, height: 800 } });
    await page.setContent(renderReport(health, Date.parse(since) + 3_600_000, 24));
    assert.equal(await page.locator("svg").count(), 3);
    await assertAccessible(page);
    const overflow = await page.evaluate<number>("document.documentElement.scrollWidth - innerWidth");
    assert.ok(overflow <= 0, `${overflow} px of the page are beyond the right edge`);
    await page.close();
  }
});
