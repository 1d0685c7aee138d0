// Chromium and axe for the tests of pages.
import { type Browser, chromium, type Page } from "playwright-core";
import { findBrowser, NO_BROWSER } from "../check/browser.ts";

/** Who has waited so long for the browser has found a fault, and not a slow machine. */
const PATIENCE_MS = 120_000;

/** The work's own end; an error where it takes longer than the limit. */
export async function within<T>(what: string, work: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(new Error(`${what} takes longer than ${PATIENCE_MS} ms.`)),
    PATIENCE_MS,
  );
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** Gives methods a time limit: one that never ends would hold up the whole run of the tests. */
function limit<T extends object>(target: T, ...names: (keyof T & string)[]): T {
  for (const name of names) {
    const method = target[name];
    if (typeof method !== "function") throw new Error(`${name} is no method`);
    Object.defineProperty(target, name, {
      value: (...given: unknown[]) => within(name, Promise.resolve(Reflect.apply(method, target, given))),
    });
  }
  return target;
}

/** Unlike locators, these calls have no limit of their own. */
function limitCalls(browser: Browser): Browser {
  const newContext = browser.newContext.bind(browser);
  browser.newContext = async (o) => {
    const context = await newContext(o);
    context.setDefaultTimeout(PATIENCE_MS);
    context.on("page", (page) => limit(page, "close", "evaluate"));
    return limit(context, "addInitScript", "close", "newCDPSession", "newPage", "setOffline");
  };
  return limit(browser, "close", "newContext");
}

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
  return Object.assign(limitCalls(browser), { [Symbol.asyncDispose]: () => browser.close() });
}

/** Half the size of axe's default: 0.65 MB for each page that is looked at. */
const AXE = new URL("../../node_modules/axe-core/axe.min.js", import.meta.url);
/** The violations alone: the selectors of what passes would cost more than the rules. */
const RUN = "axe.run({ resultTypes: ['violations'] })";

async function findViolations(page: Page) {
  // A page keeps axe until it is loaded anew.
  if (await page.evaluate<string>("typeof axe") === "undefined") {
    await page.evaluate(await Deno.readTextFile(AXE));
  }
  return await page.evaluate<{ violations: { help: string; nodes: { html: string }[] }[] }>(RUN);
}

/** Fails with what axe finds wrong with the page for people who use a screen reader, the keyboard or need contrast. */
export async function assertAccessible(page: Page): Promise<void> {
  const { violations } = await findViolations(page);
  const found = violations.map(({ help, nodes }) => `${help}: ${nodes.map(({ html }) => html).join(" ")}`);
  if (found.length > 0) throw new Error(`The page is not accessible to everybody.\n${found.join("\n")}`);
}
