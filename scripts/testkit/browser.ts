// Chromium and axe for the tests of pages.
import axe from "axe-core";
import { type Browser, chromium, type Page } from "playwright-core";
import { findBrowser, NO_BROWSER } from "../check/browser.ts";

/** Starts a browser without a window, with a profile of its own. It makes no requests but those of the pages. */
export async function openBrowser(): Promise<Browser & AsyncDisposable> {
  const executablePath = await findBrowser();
  if (executablePath === null) throw new Error(NO_BROWSER);
  const browser = await chromium.launch({
    executablePath,
    // Chromium's own sandbox needs rights that containers and root lack. The pages are the project's own.
    chromiumSandbox: false,
    args: [
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
  return Object.assign(browser, { [Symbol.asyncDispose]: () => browser.close() });
}

/** Fails with what axe finds wrong with the page for people who use a screen reader, the keyboard or need contrast. */
export async function assertAccessible(page: Page): Promise<void> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate<{ violations: { help: string; nodes: { html: string }[] }[] }>(
    "axe.run()",
  );
  const found = violations.map(({ help, nodes }) => `${help}: ${nodes.map(({ html }) => html).join(" ")}`);
  if (found.length > 0) throw new Error(`The page is not accessible to everybody.\n${found.join("\n")}`);
}
