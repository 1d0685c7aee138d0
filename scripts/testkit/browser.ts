// Chromium and axe for the tests of pages.
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

/** How long axe may take for one page. A loaded machine needs up to 5 s. */
const AXE_LIMIT_MS = 90_000;
/** Half the size of axe's default: 0.65 MB for each page that is looked at. */
const AXE = new URL("../../node_modules/axe-core/axe.min.js", import.meta.url);
/** The violations alone: the selectors of what passes would cost more than the rules. */
const RUN = "axe.run({ resultTypes: ['violations'] })";

/** Unlike locators, `page.evaluate` has no time limit: a page that gives no answer would end the whole run of the tests. */
async function within<T>(limitMs: number, what: string, work: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`${what} takes longer than ${limitMs} ms.`)), limitMs);
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}

async function findViolations(page: Page) {
  // A page keeps axe until it is loaded anew.
  if (await page.evaluate<string>("typeof axe") === "undefined") {
    await page.evaluate(await Deno.readTextFile(AXE));
  }
  return await page.evaluate<{ violations: { help: string; nodes: { html: string }[] }[] }>(RUN);
}

/** Fails with what axe finds wrong with the page for people who use a screen reader, the keyboard or need contrast. */
export async function assertAccessible(page: Page): Promise<void> {
  const { violations } = await within(AXE_LIMIT_MS, `axe on ${page.url()}`, findViolations(page));
  const found = violations.map(({ help, nodes }) => `${help}: ${nodes.map(({ html }) => html).join(" ")}`);
  if (found.length > 0) throw new Error(`The page is not accessible to everybody.\n${found.join("\n")}`);
}
