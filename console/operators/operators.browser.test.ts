// The sections of operators in Chromium: health and its course, jobs, alarms, quarantine, webhooks, and the steering of apps.
import assert from "node:assert/strict";
import postgres from "postgres";
import type { Page } from "playwright-core";
import { assertAccessible } from "../../scripts/testkit/browser.ts";
import { openConsoleBench } from "../../scripts/testkit/console.ts";
import { fillService } from "../../scripts/testkit/console_service.ts";
import { header, ndjson, newLearner, push } from "../../supabase/tests/functions/bench.ts";

const PAGES = ["Health", "Trends", "Alarms", "Jobs", "Quarantine", "Steering", "Webhooks"];

Deno.test("O4, U8, S2: operators see in the console how the service does, and steer it", async (t) => {
  await using bench = await openConsoleBench();
  const { stack } = bench;
  const sql = postgres(stack.dbUrl(), { max: 1, onnotice: () => {} });
  await using _ = { [Symbol.asyncDispose]: () => sql.end() };
  // No job runs by itself here, so those of the template would be late.
  await sql`update ops.job set last_run_at = now(), last_ok_at = now()`;
  const page = await bench.open("admin", "#/operators/quarantine");
  const to = (on: Page, link: string) => on.evaluate((hash) => void (location.hash = hash), link);
  const said = (text: string) => page.getByRole("status").getByText(text).waitFor();

  await t.step("O4: pages without data say that there is none", async () => {
    await page.getByText("No event waits in quarantine.").waitFor();
    await to(page, "#/operators/trends");
    await page.getByText("Nothing has arrived in this period.").waitFor();
    await to(page, "#/operators/webhooks");
    await page.getByText("There is no endpoint.").waitFor();
    await page.getByText("There is no dead letter.").waitFor();
    await to(page, "#/operators/alarms");
    await page.getByText("There is no alarm.").waitFor();
    await assertAccessible(page);
  });
  await fillService(sql);
  const learner = await newLearner(stack);
  assert.equal((await push(stack, learner, ndjson(header(learner), "{]", "{}}"))).status, 200);

  await t.step("O4: targets have a status in words, and what needs a look comes first", async () => {
    await to(page, "#/operators");
    const first = page.getByRole("row").nth(1);
    await first.getByText("failing", { exact: true }).waitFor();
    await page.getByText("at least 99.9 %").waitFor();
    await page.getByRole("link", { name: /^\d+ alarms?\.$/ }).click();
    await page.getByRole("rowheader", { name: /^job failing: / }).first().waitFor();
  });

  await t.step(
    "O4, O1: an alarm is acknowledged with a reason, stays in the list, and opens anew",
    async () => {
      const failing = page.getByRole("row").filter({ hasText: "job failing: webhooks" });
      const dialog = page.getByRole("dialog");
      await page.getByRole("button", { name: "Acknowledge … job failing: webhooks" }).click();
      await dialog.getByRole("button", { name: "Acknowledge" }).click();
      await dialog.getByText("A reason is required.").waitFor();
      await assertAccessible(page);
      await dialog.getByLabel("Reason, for the audit").fill("Ada asks the receiver");
      await page.keyboard.press("Enter");
      await said("The alarm is acknowledged.");
      await failing.getByText("Ada asks the receiver").waitFor();
      await failing.getByText(bench.users.admin.id).waitFor();
      assert.equal(await failing.getByRole("button").count(), 0);
      assert.equal((await sql`select from ops.audit where action = 'acknowledge_alarm'`).length, 1);
      await sql`select private.record_job('webhooks', null, null)`;
      await sql`select private.record_job('webhooks', 'no answer (57014)', null)`;
      await page.getByRole("button", { name: "Read again" }).click();
      await page.getByRole("button", { name: "Acknowledge … job failing: webhooks" }).waitFor();
    },
  );

  await t.step("O4: every chart has its values as a table", async () => {
    await to(page, "#/operators/trends");
    await page.getByRole("img", { name: /^Events an hour: lowest/ }).waitFor();
    await page.getByText("Events an hour as a table").click();
    assert.ok(await page.getByRole("table").first().getByRole("row").count() >= 12);
    await page.getByLabel("Period").selectOption("24");
    await page.waitForURL(/hours=24$/);
    await page.getByRole("img", { name: /^Events that the server does not hold in time/ }).waitFor();
  });

  await t.step("O4: jobs that fail come first with their error", async () => {
    await to(page, "#/operators/jobs");
    const first = page.getByRole("row").nth(1);
    await first.getByText("no answer (57014)").waitFor();
    await first.getByText("fails", { exact: true }).waitFor();
  });

  await t.step(
    "U3: waiting events are counted by code, and all of a code are replayed after its name was typed",
    async () => {
      await to(page, "#/operators/quarantine");
      await page.getByRole("button", { name: "Replay … invalid_json" }).click();
      const dialog = page.getByRole("dialog");
      await dialog.getByLabel("Type invalid_json to confirm").fill("invalid_json");
      await dialog.getByRole("button", { name: "Replay" }).click();
      await dialog.getByText("A reason is required.").waitFor();
      await dialog.getByLabel("Reason, for the audit").fill("Fixed in 1.4");
      await dialog.getByRole("button", { name: "Replay" }).click();
      await said("0 events applied.");
      assert.equal(
        (await sql`select from ops.quarantine_action where action = 'replayed' and reason = 'Fixed in 1.4'`)
          .length,
        2,
      );
      await page.getByRole("link", { name: "Whose events have invalid_json" }).click();
      await page.waitForURL(/support\/errors\?code=invalid_json/);
    },
  );

  await t.step("S2: a dead letter is sent again, and an endpoint is disabled", async () => {
    await to(page, "#/operators/webhooks");
    await page.getByRole("button", { name: /^Send again … msg_/ }).click();
    await page.getByRole("dialog").getByLabel("Reason, for the audit").fill("The receiver is repaired");
    await page.getByRole("dialog").getByRole("button", { name: "Send again" }).click();

    await said("The message will be sent again at once");
    await page.getByText("There is no dead letter.").waitFor();
    assert.equal(
      (await sql`select from ops.audit where action = 'retry_webhook' and after ->> 'reason' = 'The receiver is repaired'`)
        .length,
      1,
    );
    assert.deepEqual(
      await sql`select state from ops.webhook_delivery`.then((rows) => rows.map(({ state }) => state)),
      ["pending"],
    );
    await page.getByRole("button", { name: "Disable … https://cdn.example.com/hooks/carrel" }).click();
    await page.getByRole("dialog").getByLabel("Type disable to confirm").fill("disable");
    await page.keyboard.press("Enter");
    await said("The endpoint is disabled.");
  });

  await t.step(
    "U8: the kill switch asks for a text, a reason and the apps' name, and refuses a sync",
    async () => {
      await to(page, "#/operators/steering");
      await page.getByRole("button", { name: "Pause … all apps" }).click();
      const dialog = page.getByRole("dialog");
      await dialog.getByRole("button", { name: "Pause" }).click();
      await dialog.getByText("A text for learners is required.").waitFor();
      await dialog.getByLabel("Text for learners").fill("Back at 18:00.");
      await dialog.getByLabel("Minutes until a device asks again").fill("5");
      await dialog.getByLabel("Reason, for the audit").fill("incident 12");
      await dialog.getByLabel("Type all apps to confirm").fill("all");
      await dialog.getByRole("button", { name: "Pause" }).click();
      await dialog.getByText("Type all apps to confirm.", { exact: true }).waitFor();
      await assertAccessible(page);
      assert.equal((await sql`select from ops.steering where paused`).length, 0);
      await dialog.getByLabel("Type all apps to confirm").fill("all apps");
      await dialog.getByRole("button", { name: "Pause" }).click();
      await said("Syncing is paused for all apps.");
      await page.getByText("paused: Back at 18:00., asking again after 5 minutes").waitFor();
      assert.equal((await push(stack, learner, ndjson(header(learner)))).status, 503);
      await page.getByRole("button", { name: "End the pause … all apps" }).click();
      await dialog.getByLabel("Reason, for the audit").fill("incident 12 is over");
      await dialog.getByRole("button", { name: "End the pause" }).click();
      await said("Syncing goes on for all apps.");
      assert.equal((await push(stack, learner, ndjson(header(learner)))).status, 200);
      const audit =
        await sql`select before ->> 'paused' as before, after ->> 'paused' as after, after ->> 'reason' as reason
      from ops.audit where object = 'ops.steering' and actor = ${bench.users.admin.id} order by id`;
      assert.deepEqual(audit.map(({ before, after, reason }) => [before, after, reason]), [
        ["false", "true", null],
        [null, null, "incident 12"],
        ["true", "false", null],
        [null, null, "incident 12 is over"],
      ]);
    },
  );

  await t.step("U8: a row for some apps is added, changed within its ranges, and removed", async () => {
    const dialog = page.getByRole("dialog");
    await page.getByRole("button", { name: "Add a row …" }).click();
    await dialog.getByLabel("Platform").fill("android");
    await dialog.getByLabel("Seconds between two polls", { exact: true }).fill("5");
    await dialog.getByLabel("Reason, for the audit").fill("too many polls");
    await dialog.getByLabel("Type android to confirm").fill("android");
    await dialog.getByRole("button", { name: "Save" }).click();
    await dialog.getByText("A whole number from 10 to 86,400.").waitFor();
    await assertAccessible(page);
    await dialog.getByLabel("Seconds between two polls", { exact: true }).fill("3600");
    await dialog.getByRole("button", { name: "Save" }).click();
    await said("The steering of android is added.");
    await page.getByText("Seconds between two polls: 3,600").waitFor();
    await page.getByRole("button", { name: "Remove … android" }).click();
    await dialog.getByLabel("Reason, for the audit").fill("over");
    await dialog.getByLabel("Type android to confirm").fill("android");
    await page.keyboard.press("Enter");
    await said("The row for android is removed.");
    assert.equal((await sql`select from ops.steering`).length, 1);
  });

  await t.step("O4: axe finds nothing on any page, in light and in dark", async () => {
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      for (const name of PAGES) {
        await page.getByRole("navigation", { name: "Pages", exact: true }).getByRole("link", {
          name,
          exact: true,
        }).click();
        await page.getByRole("heading", { level: 1, name, exact: true }).waitFor();
        await page.locator("main table").first().waitFor({ state: "attached" });
        await assertAccessible(page);
      }
    }
  });

  await t.step("O4: a server that does not answer is said in words, and read again on request", async () => {
    await page.route("**/rest/v1/rpc/jobs", (route) => route.abort());
    await to(page, "#/operators/jobs");
    await page.getByRole("alert").getByText("No answer from the server.").waitFor();
    await page.unroute("**/rest/v1/rpc/jobs");
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByRole("rowheader", { name: "webhooks", exact: true }).waitFor();
    await page.context().close();
  });

  await t.step(
    "I9, U8: support sees steering and can't change it; webhooks are not for support; instructors see none of it",
    async () => {
      const support = await bench.open("support", "#/operators/steering");
      await support.getByText("An administrator can change the rows.").waitFor();
      await support.getByRole("table").waitFor();
      assert.equal(await support.getByRole("main").getByRole("button").count(), 0);
      await to(support, "#/operators/alarms");
      await support.getByText("An administrator can acknowledge it.").waitFor();
      await support.getByRole("rowheader", { name: /^job failing: / }).first().waitFor();
      assert.equal(await support.getByRole("button", { name: /Acknowledge/ }).count(), 0);
      await to(support, "#/operators/webhooks");
      await support.getByRole("heading", { name: "There is no such page" }).waitFor();
      assert.equal(await support.getByText("cdn.example.com").count(), 0);
      await support.context().close();
      const instructor = await bench.open("instructor", "#/operators");
      await instructor.getByRole("heading", { name: "There is no such page" }).waitFor();
      assert.equal(await instructor.getByRole("link", { name: "Steering" }).count(), 0);
      await instructor.context().close();
    },
  );
});
