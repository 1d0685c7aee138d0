// Tabs of one browser profile on a device's page, beside a scripted server on the same origin.
import assert from "node:assert/strict";
import type { BrowserContext, Page } from "playwright-core";
import { ScriptedServer, scriptedToken } from "../../../client-contract/conformance/server/server.ts";
import { drafts } from "../../../client-contract/conformance/server/curriculum.ts";
import { openBrowser, within } from "../browser.ts";
import { buildSite, serveSite, type Site } from "./site.ts";
import type { TestPage } from "./page/main.ts";

/** Whose tabs they are. */
const LEARNER = "1a8b5a0e-6f0e-4d5e-9c0f-3c1d2e4f5a6b";

let built: Promise<Site> | undefined;
/** The test page, built once for all tests. */
const testSite = () => built ??= buildSite(new URL("page", import.meta.url).pathname);

/** One tab. */
export interface Tab {
  page: Page;
  /** Calls a method of the device, and gives what it returned. Throws where it was refused. */
  call<T>(method: string, ...args: unknown[]): Promise<T>;
  /** The code of a call's refusal; undefined: it was carried out. */
  refusal(method: string, ...args: unknown[]): Promise<string | undefined>;
  /** Waits until the expression holds in the page. */
  until(expression: string): Promise<void>;
  read<K extends keyof TestPage>(name: K): Promise<TestPage[K]>;
  isLeader(): Promise<boolean>;
  /** Answers so many times, and waits for the answers unless told otherwise. */
  study(times: number, o?: { wait: boolean }): Promise<void>;
  reload(): Promise<void>;
  /** Ends the tab's process at once. */
  crash(): Promise<void>;
}

/** The ids of the answers that the server has; sorted. Fails where it has one answer twice: each has a duration of its own. */
export function serverAnswers(server: ScriptedServer): string[] {
  const attempts = [...server.ledger(LEARNER).events.values()].map(({ stamped }) => stamped.event)
    .filter((event) => event.type === "attempt.recorded");
  const marks = attempts.map(({ body }) => body.duration_ms);
  assert.equal(new Set(marks).size, marks.length, "an answer was stored twice");
  return attempts.map(({ id }) => id).sort();
}

/** The answers that the device has confirmed to the tabs; sorted. */
export async function confirmedOf(...tabs: Tab[]): Promise<string[]> {
  const confirmed = [];
  for (const tab of tabs) confirmed.push(...await tab.read("confirmed"));
  return confirmed.sort();
}

/** A browser with a server. */
export interface Tabs extends AsyncDisposable {
  server: ScriptedServer;
  context: BrowserContext;
  url: string;
  /** Opens another tab on the device. */
  open(o?: { pushAfterMs?: number }): Promise<Tab>;
  goOffline(offline: boolean): Promise<void>;
}

/** The durations of the answers of one test are all different. */
let marks = 0;

/** Calls in a page that has opened the device. */
async function tabOf(page: Page, o: { pushAfterMs: number }): Promise<Tab> {
  const options = JSON.stringify({ ...o, learnerId: LEARNER, token: scriptedToken(LEARNER) });
  const open = () => page.evaluate(`test.open(${options})`);
  await open();
  const run = (method: string, args: unknown[]) =>
    page.evaluate<{ value?: unknown; code?: string }>(`test.call(...${JSON.stringify([method, ...args])})`);
  return {
    page,
    async call<T>(method: string, ...args: unknown[]) {
      const { value, code } = await run(method, args);
      if (code !== undefined) throw new Error(`${method}: ${code}`);
      return value as T;
    },
    refusal: async (method, ...args) => (await run(method, args)).code,
    until: async (expression) => void await page.waitForFunction(expression),
    read: (name) => page.evaluate(`test.${name}`),
    isLeader: () => page.evaluate<boolean>("test.isLeader()"),
    async study(times, { wait } = { wait: true }) {
      const studied = `test.study(${times}, ${marks += 1000})`;
      await page.evaluate(wait ? studied : `void ${studied}`);
    },
    async reload() {
      await page.reload();
      await open();
    },
    async crash() {
      const session = await page.context().newCDPSession(page);
      const crashed = new Promise((resolve) => page.once("crash", resolve));
      session.send("Page.crash").catch(() => {});
      await within("the crash", crashed);
      // What Chromium shows instead of the page.
      await page.close();
    },
  };
}

/** Starts a browser and a server that has published a small curriculum. */
export async function openTabs(): Promise<Tabs> {
  const server = new ScriptedServer();
  await server.content.publish(drafts(2, 1, 3));
  const site = await testSite();
  const cleanup = new AsyncDisposableStack();
  const listening = cleanup.use(await serveSite(site, (request) => server.handle(request)));
  const browser = cleanup.use(await openBrowser());
  const context = await browser.newContext();
  return {
    server,
    context,
    url: listening.url,
    async open({ pushAfterMs = 0 } = {}) {
      const page = await context.newPage();
      await page.goto(`${listening.url}/index.html`);
      return await tabOf(page, { pushAfterMs });
    },
    goOffline: (offline) => context.setOffline(offline),
    [Symbol.asyncDispose]: () => cleanup.disposeAsync(),
  };
}
