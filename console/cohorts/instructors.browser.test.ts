// The pages of instructors in Chromium, against a stack with a small school.
import assert from "node:assert/strict";
import postgres from "postgres";
import type { Page } from "playwright-core";
import { assertAccessible } from "../../scripts/testkit/browser.ts";
import { loaded, openConsoleBench } from "../../scripts/testkit/console.ts";
import { editDrafts, fillSchool } from "../../scripts/testkit/console_school.ts";

const announced = (page: Page, text: string) => page.getByRole("status").getByText(text).waitFor();

Deno.test("O7: instructors see their learners and no others, and bring drafts to learners", async (t) => {
  await using bench = await openConsoleBench();
  const school = await fillSchool(bench);
  const own = `#/cohorts/${school.cohort}`;
  const open = (link: string) => bench.open("instructor", link);

  await t.step(
    "O7: every page of instructors has its rows, and is accessible in light and dark",
    async () => {
      await editDrafts(bench.stack);
      const page = await open("");
      const pages = [
        ["#/cohorts", "Biology 1"],
        [own, "ada@school.test"],
        [`${own}/help`, "repeated failure"],
        [`${own}/skills`, "Mastery from 0 to 100, by learner and skill; – is not begun"],
        [`${own}/questions?sort=skipped`, "storage/power_cut"],
        [`${own}/questions/${school.question}`, "Answers since version 1"],
        [`${own}/devices`, "Tell support."],
        [`${own}/people`, "Instructors of the cohort"],
        [`${own}/learners/${school.learners[0]}`, "storage/power_cut"],
        ["#/cohorts/all/skills", "There are no answers to show yet."],
        ["#/content", "tides_and_waves/period"],
        ["#/content/schedules", "Nothing was ever scheduled."],
        ["#/content/releases", "Seed curriculum"],
        ["#/content/held", "Versions on devices"],
      ] as const;
      for (const [link, text] of pages) {
        await page.goto(`${bench.url}${link}`);
        await page.getByText(text).first().waitFor();
        await loaded(page);
        for (const colorScheme of ["light", "dark"] as const) {
          await page.emulateMedia({ colorScheme });
          await assertAccessible(page);
        }
      }
      await page.context().close();
    },
  );

  await t.step(
    "O7, I9: an instructor sees neither another cohort nor a learner outside of the own ones",
    async () => {
      const page = await open("#/cohorts");
      await page.getByRole("link", { name: "Biology 1" }).waitFor();
      assert.equal(await page.getByText("Chemistry 2").count(), 0);
      for (
        const [link, code] of [
          [`#/cohorts/${school.other}`, "cohort_unknown"],
          ["#/cohorts/all", "malformed_request"],
          [`${own}/learners/${bench.users.learner.id}`, "forbidden"],
        ]
      ) {
        await page.goto(`${bench.url}${link}`);
        await page.getByRole("alert").getByText(code ?? "", { exact: true }).waitFor();
      }
      await page.context().close();
      const admin = await bench.open("admin", `#/cohorts/${school.other}`);
      await admin.getByText("Nobody is in this cohort yet.").waitFor();
      await admin.context().close();
    },
  );

  await t.step(
    "O7: a table is sorted by its headings, is saved as CSV with all columns, and a short one has no next page",
    async () => {
      const page = await open(own);
      await page.getByRole("button", { name: "Answers", exact: true }).click();
      const heading = page.getByRole("columnheader", { name: "Answers" });
      assert.equal(await heading.getAttribute("aria-sort"), "descending");
      assert.match(await page.locator("tbody tr").first().innerText(), /ada|ben/);
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("button", { name: "Save as CSV" }).click(),
      ]);
      const path = await download.path();
      const [columns, ...lines] = (await Deno.readTextFile(path)).trimEnd().split("\r\n");
      assert.match(columns ?? "", /^\ufefflearner_id,email,last_day,/);
      assert.doesNotMatch(columns ?? "", /cursor/);
      assert.equal(lines.length, 6);
      await announced(page, "6 rows saved");
      await page.context().close();
    },
  );

  await t.step(
    "O7: a preview is opened, scheduled and cancelled with the keyboard alone",
    async () => {
      const page = await open("#/content");
      await page.getByText("tides_and_waves/period").waitFor();
      const focused = () => page.evaluate<string>("document.activeElement.textContent");
      const tabTo = async (text: string) => {
        for (let presses = 0; presses < 40; presses++) {
          await page.keyboard.press("Tab");
          if (await focused() === text) return;
        }
        throw new Error(`Tab does not reach ${text}.`);
      };
      await tabTo("Skip to the content");
      await page.keyboard.press("Enter");
      assert.equal(await focused(), "Drafts");
      await tabTo("Publish …");
      await page.keyboard.press("Enter");
      await page.getByRole("dialog").waitFor();
      await assertAccessible(page);
      await page.keyboard.press("Escape");
      await page.getByRole("dialog").waitFor({ state: "detached" });
      assert.equal(await focused(), "Publish …", "the focus is back where it was");
      await tabTo("Schedule …");
      await page.keyboard.press("Enter");
      await page.getByLabel("Time", { exact: true }).fill("2099-12-24T06:00");
      await page.keyboard.press("Enter");
      await announced(page, "It is scheduled for 24 Dec 2099, 06:00 UTC.");
      await tabTo("Schedules");
      await page.keyboard.press("Enter");
      await page.getByText("pending", { exact: true }).waitFor();
      assert.equal(await focused(), "Schedules", "the focus is on the heading of the new page");
      await tabTo("Cancel …");
      await page.keyboard.press("Enter");
      await page.keyboard.press("Tab");
      await page.keyboard.press("Shift+Tab");
      await tabTo("Cancel the schedule");
      await page.keyboard.press("Enter");
      await announced(page, "Schedule 1 is cancelled.");
      await page.getByText("cancelled", { exact: true }).waitFor();
      await page.context().close();
    },
  );

  await t.step(
    "O7: drafts that have moved since the preview are refused; a second look publishes them, and a typed word rolls back",
    async () => {
      const page = await open("#/content");
      await page.getByText("tides_and_waves/period").waitFor();
      const sql = postgres(bench.stack.dbUrl(), { max: 1 });
      await sql`update content.question set difficulty = 5 where key = 'tides_and_waves/cork'`;
      await page.getByRole("button", { name: "Publish …" }).click();
      await page.getByLabel("Note").fill("Tides, better explained");
      await page.getByRole("button", { name: "Publish", exact: true }).click();
      await page.getByRole("dialog").getByRole("alert").getByText("drafts_moved").waitFor();
      await page.getByRole("button", { name: "Cancel" }).click();
      await page.getByRole("button", { name: "Compare again" }).click();
      await page.getByText("difficulty").nth(1).waitFor();
      await page.getByRole("button", { name: "Publish …" }).click();
      await page.getByLabel("Note").fill("Tides, better explained");
      await page.getByRole("button", { name: "Publish", exact: true }).click();
      await announced(page, "Version 2 is published.");
      await page.locator("h1:focus").waitFor();
      await page.getByText("The drafts are the same as version 2.").waitFor();

      await page.getByRole("link", { name: "Releases" }).click();
      await page.getByRole("button", { name: "Roll back to version 1" }).click();
      const confirm = page.getByRole("dialog").getByRole("button", { name: "Roll back" });
      await confirm.click();
      await page.getByText("Type roll back to 1 to confirm.").waitFor();
      await page.getByLabel("Type roll back to 1 to confirm").fill("roll back to 1");
      await confirm.click();
      await announced(page, "Version 3 has the content of version 1.");
      await page.getByText("(back to 1)").waitFor();
      const [released] =
        await sql`select count(*)::int as versions, max(note) as note from content.release where version > 1`;
      assert.deepEqual({ ...released }, { versions: 2, note: "Tides, better explained" });
      await sql.end();
      await page.context().close();
    },
  );

  await t.step("O7: a release that withdraws much is published only after a word is typed", async () => {
    const sql = postgres(bench.stack.dbUrl(), { max: 1 });
    await sql`update content.question set status = 'withdrawn' where position > 2`;
    const page = await open("#/content");
    await page.getByRole("button", { name: "Publish …" }).click();
    const word = await page.getByText(/^Type withdraw \d+ to confirm$/).innerText();
    await page.getByRole("button", { name: "Publish", exact: true }).click();
    await page.getByText(`${word}.`).waitFor();
    await page.getByLabel(word).fill(word.replace(/^Type | to confirm$/g, ""));
    await page.getByRole("button", { name: "Publish", exact: true }).click();
    await announced(page, "Version 4 is published.");
    await page.context().close();
    await sql.end();
  });

  await t.step(
    "O7: an administrator's first screen of 10,000 learners takes at most 10 requests",
    async () => {
      const sql = postgres(bench.stack.dbUrl(), { max: 1 });
      await sql`insert into learner.state (user_id) select gen_random_uuid() from generate_series(1, 10000)`;
      const page = await bench.open("admin");
      const requests: string[] = [];
      page.on("request", (request) => {
        if (request.method() !== "OPTIONS") requests.push(request.url());
      });
      await page.reload();
      await page.getByText("The hardest skills").waitFor();
      await loaded(page);
      assert.ok(requests.some((url) => url.endsWith("/rpc/cohorts")));
      assert.ok(requests.length <= 10, requests.join("\n"));
      requests.length = 0;
      await page.getByRole("link", { name: "everybody, one by one" }).click();
      await page.locator("tbody tr").nth(99).waitFor();
      await page.getByRole("link", { name: "Next page" }).waitFor();
      assert.ok(requests.length <= 10, requests.join("\n"));
      await page.context().close();
      await sql.end();
    },
  );
});
