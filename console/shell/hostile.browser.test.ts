// Attacks on the console in Chromium: texts that are markup, links to elsewhere, a changed session, another project's config.json.
import assert from "node:assert/strict";
import postgres from "postgres";
import type { Page } from "playwright-core";
import { loaded, openConsoleBench } from "../../scripts/testkit/console.ts";

const MARKUP = '<img src=x onerror="globalThis.planted = 1"><script>globalThis.planted = 1</script>';

/** Counts requests to other hosts than the loopback address, which a page could send what it knows. */
function watch(page: Page): string[] {
  const elsewhere: string[] = [];
  page.on("request", (request) => {
    if (new URL(request.url()).hostname !== "127.0.0.1") elsewhere.push(request.url());
  });
  return elsewhere;
}

const assertUnharmed = async (page: Page, url: string) => {
  assert.equal(await page.evaluate("globalThis.planted"), undefined, "a text was run as a script");
  assert.equal(await page.locator("main img, main script").count(), 0, "a text was drawn as markup");
  assert.equal(new URL(page.url()).origin, new URL(url).origin, "the page has left the console");
};

Deno.test("O7: texts, links, sessions and settings of an attacker get nothing out of the console", async (t) => {
  await using bench = await openConsoleBench();
  const sql = postgres(bench.stack.dbUrl(), { max: 1, onnotice: () => {} });
  await using _ = { [Symbol.asyncDispose]: () => sql.end() };

  await t.step("O7: markup in a question and in a cohort's name is shown as text", async () => {
    await sql`update content.question set prompt = ${MARKUP} where key = 'tides_and_waves/cork'`;
    await sql`select public.create_cohort(${MARKUP.slice(0, 80)})`;
    const page = await bench.open("admin", "#/content");
    await page.getByText("tides_and_waves/cork").waitFor();
    await page.getByText("onerror", { exact: false }).first().waitFor();
    await assertUnharmed(page, bench.url);
    await page.goto(`${bench.url}#/cohorts`);
    await page.getByRole("link", { name: "<img src=x" }).waitFor();
    await loaded(page);
    await assertUnharmed(page, bench.url);
    await page.context().close();
  });

  await t.step("O7: a deep link leads to no script and to no other host", async () => {
    const page = await bench.open("admin");
    const elsewhere = watch(page);
    for (
      const link of [
        "#javascript:globalThis.planted=1",
        "#//elsewhere.test/",
        "#/%2F%2Felsewhere.test",
        "#/cohorts/javascript:globalThis.planted=1",
        `#/cohorts/${encodeURIComponent(MARKUP)}/learners/${encodeURIComponent(MARKUP)}`,
        "#/cohorts/..%2F..%2Felsewhere.test/questions?sort=javascript:1&after=//elsewhere.test",
        `#/support?q=${encodeURIComponent(MARKUP)}`,
        `#/support/event?event=${encodeURIComponent(MARKUP)}&learner=javascript:1`,
        "#/operators/webhooks?state=//elsewhere.test",
        "#/content/releases?before=1e999",
      ]
    ) {
      await page.goto(`${bench.url}${link}`);
      await page.getByRole("heading", { level: 1 }).waitFor();
      await loaded(page);
      await assertUnharmed(page, bench.url);
      const links = await page.locator("main a").evaluateAll((all) =>
        all.map((one) => one.getAttribute("href"))
      );
      assert.deepEqual(links.filter((href) => !href?.startsWith("#/")), [], link);
    }
    assert.deepEqual(elsewhere, []);
    await page.context().close();
  });

  await t.step(
    "O7, I9: a learner who calls themself an administrator sees the menu, and the server refuses",
    async () => {
      const page = await bench.openSignedOut();
      await page.getByLabel("E-mail").fill(bench.users.learner.email);
      await page.getByLabel("Password").fill(bench.users.learner.password);
      await page.getByRole("button", { name: "Sign in" }).click();
      await page.getByRole("heading", { name: "No access" }).waitFor();
      await page.evaluate(`{
      const name = Object.keys(localStorage).find((one) => one.startsWith("carrel-console-"));
      const kept = JSON.parse(localStorage.getItem(name));
      kept.user.app_metadata.role = "admin";
      localStorage.setItem(name, JSON.stringify(kept));
    }`);
      await page.reload();
      for (
        const link of [
          "#/content",
          "#/cohorts",
          "#/operators/jobs",
          "#/operators/webhooks",
          "#/operators/steering",
        ]
      ) {
        await page.goto(`${bench.url}${link}`);
        await page.getByRole("alert").getByText("forbidden").first().waitFor();
        assert.equal(await page.locator("main table").count(), 0, link);
      }
      await page.context().close();
    },
  );

  await t.step("O7: the password is sent nowhere when config.json names another server", async () => {
    for (
      const [url, text] of [
        ["https://elsewhere.test", "No answer from the server."],
        ["javascript:globalThis.planted=1", "config.json beside this page must have"],
      ]
    ) {
      const page = await bench.openSignedOut();
      const elsewhere = watch(page);
      await page.route(
        "**/config.json",
        (route) => route.fulfill({ json: { url, key: "sb_publishable_x" } }),
      );
      await page.reload();
      if (url?.startsWith("https:")) {
        await page.getByLabel("E-mail").fill(bench.users.admin.email);
        await page.getByLabel("Password").fill(bench.users.admin.password);
        await page.getByRole("button", { name: "Sign in" }).click();
      }
      await page.getByRole("alert").getByText(text ?? "").waitFor();
      assert.deepEqual(elsewhere, []);
      await assertUnharmed(page, bench.url);
      await page.context().close();
    }
  });
});
