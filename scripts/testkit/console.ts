// The console in Chromium, on a stack of its own with a user for each role.
import type { BrowserContextOptions, Page } from "playwright-core";
import { buildConsole } from "../console/build.ts";
import { serveConsole } from "../console/serve.ts";
import type { Stack } from "../local/stack.ts";
import { throwAwayStack } from "../start/project.ts";
import { type CreatedUser, createUsers, type Role } from "../users/create_users.ts";
import { openBrowser } from "./browser.ts";

/** What a test of pages has. */
export interface ConsoleBench extends AsyncDisposable {
  stack: Stack;
  /** With a slash at its end. */
  url: string;
  users: Record<Role, CreatedUser>;
  /** A page that is signed in, at a link such as `#/cohorts`; each has cookies and storage of its own. */
  open(role: Role, link?: string, o?: BrowserContextOptions): Promise<Page>;
  /** A page that nobody has signed in. */
  openSignedOut(link?: string, o?: BrowserContextOptions): Promise<Page>;
}

/** Gives a page the session of another one, once: after signing out a reload stays signed out. */
const restore = (kept: string) =>
  `if (location.protocol === "http:" && !sessionStorage.getItem("restored")) {
    Object.assign(localStorage, ${kept});
    sessionStorage.setItem("restored", "yes");
  }`;

/** Types the user's address and password, and waits until the answer has been drawn. */
export async function signIn(page: Page, { email, password }: CreatedUser): Promise<void> {
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("button", { name: "Sign out" }).waitFor();
}

/** Waits until no part of the page reads any more; there may be several. */
export const loaded = (page: Page): Promise<void> =>
  page.getByText("Loading …").first().waitFor({ state: "detached" });

/** Starts stack, console and browser. Jobs do not run by themselves. */
export async function openConsoleBench(): Promise<ConsoleBench> {
  await using cleanup = new AsyncDisposableStack();
  const stack = cleanup.use(await throwAwayStack({ migrated: true, jobs: false }));
  const folder = await buildConsole();
  const site = cleanup.use(
    serveConsole(() => Promise.resolve(folder), { url: stack.apiUrl, key: stack.publishableKey }),
  );
  const browser = cleanup.use(await openBrowser());
  const created = await createUsers({ apiUrl: stack.apiUrl, secretKey: stack.secretKey });
  const userOf = (role: Role): CreatedUser => {
    const user = created.find((one) => one.role === role);
    if (!user) throw new Error(`There is no user with the role ${role}.`);
    return user;
  };
  const users = {
    learner: userOf("learner"),
    instructor: userOf("instructor"),
    support: userOf("support"),
    admin: userOf("admin"),
  };
  const openPage = async (link = "", o: BrowserContextOptions = {}, kept?: string) => {
    const context = await browser.newContext({ timezoneId: "UTC", ...o });
    if (kept !== undefined) await context.addInitScript(restore(kept));
    const page = await context.newPage();
    await page.goto(`${site.url}${link}`);
    return page;
  };
  // A password costs the server a hash; a session is taken along to the next page of the same role. Playwright's storageState would open
  // a hidden page for it each time, which has no time limit.
  const sessions = new Map<Role, string>();
  const resources = cleanup.move();
  return {
    stack,
    url: site.url,
    users,
    openSignedOut: (link, o) => openPage(link, o),
    async open(role, link, o) {
      const kept = sessions.get(role);
      const page = await openPage(link, o, kept);
      if (kept === undefined) {
        await signIn(page, users[role]);
        sessions.set(role, await page.evaluate<string>("JSON.stringify(localStorage)"));
      } else {
        await page.getByRole("button", { name: "Sign out" }).waitFor();
      }
      return page;
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}
