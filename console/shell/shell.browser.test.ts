// The shell in Chromium: who gets in, what each role sees, and what happens when the session or the network ends.
import assert from "node:assert/strict";
import { assertAccessible } from "../../scripts/testkit/browser.ts";
import { openConsoleBench } from "../../scripts/testkit/console.ts";

Deno.test("O7: the console lets staff in, refuses learners, and goes on after a session has ended", async (t) => {
  await using bench = await openConsoleBench();

  await t.step("O7: the sign-in page is accessible, and refuses a wrong password in words", async () => {
    for (const colorScheme of ["light", "dark"] as const) {
      const page = await bench.openSignedOut("", { colorScheme });
      await page.getByRole("button", { name: "Sign in" }).waitFor();
      await assertAccessible(page);
      await page.getByLabel("E-mail").fill(bench.users.admin.email);
      await page.getByLabel("Password").fill("wrong-password");
      await page.keyboard.press("Enter");
      await page.getByRole("alert").getByText("E-mail address or password is wrong.").waitFor();
      await assertAccessible(page);
      await page.context().close();
    }
  });

  await t.step("O7: a learner is refused, and can sign out", async () => {
    const page = await bench.open("learner");
    await page.getByRole("heading", { name: "No access" }).waitFor();
    assert.equal(await page.getByRole("navigation").count(), 0);
    await assertAccessible(page);
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("button", { name: "Sign in" }).waitFor();
    await page.context().close();
  });
});
