// The shell in Chromium: who gets in, what each role sees, and what happens when session, role or network end.
import assert from "node:assert/strict";
import postgres from "postgres";
import { assertAccessible } from "../../scripts/testkit/browser.ts";
import { openConsoleBench, signIn } from "../../scripts/testkit/console.ts";
import type { Role } from "../../scripts/users/create_users.ts";

Deno.test("O7: the console lets staff in by role, refuses learners, and shows what ends", async (t) => {
  await using bench = await openConsoleBench();

  await t.step("O7: the sign-in page is accessible, and refuses a wrong password in words", async () => {
    const page = await bench.openSignedOut();
    await page.getByRole("button", { name: "Sign in" }).waitFor();
    await page.getByLabel("E-mail").fill(bench.users.admin.email);
    await page.getByLabel("Password").fill("wrong-password");
    await page.keyboard.press("Enter");
    await page.getByRole("alert").getByText("E-mail address or password is wrong.").waitFor();
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      await assertAccessible(page);
    }
    await page.context().close();
  });

  await t.step("O7: a learner is refused, and can sign out", async () => {
    const page = await bench.open("learner", "#/content");
    await page.getByRole("heading", { name: "No access" }).waitFor();
    assert.equal(await page.getByRole("navigation").count(), 0);
    await assertAccessible(page);
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("button", { name: "Sign in" }).waitFor();
    await page.context().close();
  });

  await t.step(
    "O7: each role's menu has its sections and no others, and the address of another section leads nowhere",
    async () => {
      const sees = async (role: Role, link: string) => {
        const page = await bench.open(role, link);
        const heading = await page.getByRole("heading", { level: 1 }).innerText();
        const menu = page.getByRole("navigation", { name: "Pages", exact: true });
        const cohorts = await menu.getByRole("link", { name: "Cohorts" }).count();
        await page.context().close();
        return { heading, cohorts };
      };
      assert.deepEqual(await sees("instructor", "#/content"), { heading: "Drafts", cohorts: 1 });
      assert.deepEqual(await sees("admin", "#/content"), { heading: "Drafts", cohorts: 1 });
      assert.deepEqual(await sees("support", "#/content"), { heading: "There is no such page", cohorts: 0 });
      assert.equal((await sees("support", "#/cohorts")).heading, "There is no such page");
    },
  );

  await t.step("O7: without a connection a page says so, and goes on after another try", async () => {
    const page = await bench.open("instructor", "#/content/schedules");
    await page.getByText("Nothing was ever scheduled.").waitFor();
    await page.context().setOffline(true);
    await page.getByRole("link", { name: "Releases" }).click();
    const alert = page.getByRole("alert");
    await alert.getByText("No answer from the server.").waitFor();
    await assertAccessible(page);
    await page.context().setOffline(false);
    await alert.getByRole("button", { name: "Try again" }).click();
    await page.getByRole("table").waitFor();
    await page.context().close();
  });

  await t.step(
    "O7: a role that is taken back closes a page at its next request, with the registry's code",
    async () => {
      const page = await bench.open("instructor", "#/content/schedules");
      await page.getByText("Nothing was ever scheduled.").waitFor();
      const sql = postgres(bench.stack.dbUrl(), { max: 1 });
      const setRole = (role: string) =>
        sql`update auth.users set raw_app_meta_data = raw_app_meta_data || ${
          sql.json({ role })
        } where id = ${bench.users.instructor.id}`;
      await setRole("learner");
      await page.getByRole("link", { name: "Releases" }).click();
      await page.getByRole("alert").getByText("forbidden").waitFor();
      await setRole("instructor");
      await sql.end();
      await page.context().close();
    },
  );

  await t.step("O7: after the session has ended, signing in leads back to the same page", async () => {
    const own = await bench.open("admin", "#/content/schedules");
    await own.getByText("Nothing was ever scheduled.").waitFor();
    const sql = postgres(bench.stack.dbUrl(), { max: 1 });
    await sql`delete from auth.sessions where user_id = ${bench.users.admin.id}`;
    await sql.end();
    await own.getByRole("link", { name: "Releases" }).click();
    await own.getByText("Your session has ended.").waitFor();
    await assertAccessible(own);
    await signIn(own, bench.users.admin);
    await own.getByRole("heading", { name: "Releases" }).waitFor();
    await own.context().close();
  });

  await t.step("O7: the browser refuses scripts and addresses that the policy does not name", async () => {
    const page = await bench.openSignedOut();
    await page.getByRole("button", { name: "Sign in" }).waitFor();
    const refused = await page.evaluate<string[]>(`(async () => {
      const refused = [];
      document.addEventListener("securitypolicyviolation", (event) => refused.push(event.effectiveDirective));
      const script = document.createElement("script");
      script.textContent = "globalThis.planted = true";
      document.head.append(script);
      const style = document.createElement("style");
      style.textContent = "body { display: none }";
      document.head.append(style);
      await fetch("https://elsewhere.test/").catch(() => {});
      await new Promise((resolve) => setTimeout(resolve, 50));
      if (globalThis.planted) refused.push("nothing: the script has run");
      return refused.sort();
    })()`);
    assert.deepEqual(refused.filter((one, place) => refused[place - 1] !== one), [
      "connect-src",
      "script-src-elem",
      "style-src-elem",
    ]);
    await page.context().close();
  });
});
