// Administrators make cohorts and say who is in them; instructors gain and lose their reading with it.
import assert from "node:assert/strict";
import postgres from "postgres";
import type { Page } from "playwright-core";
import { assertAccessible } from "../../scripts/testkit/browser.ts";
import { loaded, openConsoleBench } from "../../scripts/testkit/console.ts";

Deno.test("O3, O7, I9: cohorts are made and changed in the console, by administrators alone", async (t) => {
  await using bench = await openConsoleBench();
  const sql = postgres(bench.stack.dbUrl(), { max: 1, onnotice: () => {} });
  await using _ = { [Symbol.asyncDispose]: () => sql.end() };
  const { learner, instructor } = bench.users;
  const page = await bench.open("admin", "#/cohorts");
  const dialog = page.getByRole("dialog");
  const said = (text: string) => page.getByRole("status").getByText(text, { exact: true }).waitFor();
  const press = (name: string) => dialog.getByRole("button", { name, exact: true }).click();
  const line = (person: string, result: string, on: Page = page) =>
    on.getByRole("row").filter({ hasText: person }).getByText(result, { exact: true }).waitFor();
  const refused = async (link: string) => {
    const other = await bench.open("instructor", link);
    await other.getByRole("alert").getByText("cohort_unknown", { exact: true }).waitFor();
    await other.context().close();
  };

  await t.step("O3: a cohort is made with the keyboard alone, and a name is used once", async () => {
    await page.getByText("There is no cohort yet.").waitFor();
    await page.getByRole("button", { name: "Make a cohort …" }).focus();
    await page.keyboard.press("Enter");
    await dialog.waitFor();
    await page.keyboard.press("Enter");
    await dialog.getByText("A name is required.").waitFor();
    await assertAccessible(page);
    await dialog.getByLabel("Name").fill("Biology 1");
    await page.keyboard.press("Enter");
    await said("The cohort Biology 1 is there.");
    await page.getByRole("button", { name: "Make a cohort …" }).click();
    await dialog.getByLabel("Name").fill("Biology 1");
    await press("Make");
    await dialog.getByRole("alert").getByText("cohort_name_taken", { exact: true }).waitFor();
    await page.keyboard.press("Escape");
    assert.equal((await sql`select from ops.cohort`).length, 1);
  });
  const [row] = await sql<{ id: string }[]>`select id from ops.cohort`;
  const link = `#/cohorts/${row?.id}/people`;
  await refused(link);

  await t.step("O3: a cohort without people says so, and leads to where they are added", async () => {
    await page.getByRole("link", { name: "Biology 1" }).click();
    await page.getByText("Nobody is in this cohort yet.").waitFor();
    await page.getByRole("main").getByRole("link", { name: "People", exact: true }).last().click();
    await page.getByText("The cohort has no instructor yet.").waitFor();
  });

  await t.step("O3: a pasted list adds whom it can, and says of each other line what is wrong", async () => {
    await page.getByRole("button", { name: "Add learners …" }).click();
    await press("Add");
    await dialog.getByText("At least one address or id is required.").waitFor();
    await assertAccessible(page);
    await dialog.getByLabel("E-mail addresses or ids").fill(
      `${learner.email}, nobody@school.test\nnonsense`,
    );
    await page.route("**/rest/v1/rpc/add_cohort_members", (route) => route.abort());
    await press("Add");
    await dialog.getByRole("alert").getByText("No answer from the server.").waitFor();
    await page.unroute("**/rest/v1/rpc/add_cohort_members");
    await press("Add");
    await said("1 of 3 added.");
    await line(learner.email, "added");
    await line("nobody@school.test", "has no account here");
    await line("nonsense", "is neither an id nor an e-mail address");
    await page.getByText("1 learner.", { exact: true }).waitFor();
    assert.deepEqual((await sql`select user_id from ops.cohort_member`).map(({ user_id }) => user_id), [
      learner.id,
    ]);
  });

  await t.step(
    "O3, I9: only an instructor becomes one of the cohort, and reads it from then on",
    async () => {
      await page.getByRole("button", { name: "Add instructors …" }).click();
      await dialog.getByLabel("E-mail addresses or ids").fill(`${learner.email} ${instructor.email}`);
      await press("Add");
      await said("1 of 2 added.");
      await line(learner.email, "is no instructor: an administrator gives the role first");
      await page.getByRole("button", { name: `Remove … ${instructor.email}` }).waitFor();
      const own = await bench.open("instructor", link);
      await own.getByText("An administrator changes the cohort.").waitFor();
      await own.getByRole("rowheader", { name: instructor.email }).waitFor();
      assert.equal(await own.getByRole("button", { name: /Add|Remove|Rename|Archive/ }).count(), 0);
      await assertAccessible(own);
      await own.goto(`${bench.url}#/cohorts`);
      await own.getByRole("link", { name: "Biology 1" }).waitFor();
      assert.equal(await own.getByRole("button", { name: "Make a cohort …" }).count(), 0);
      await own.context().close();
    },
  );

  await t.step("O7: axe finds nothing on the page of people, in light and in dark", async () => {
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      await loaded(page);
      await assertAccessible(page);
    }
  });

  await t.step("O3: a cohort is renamed, and its name above the page with it", async () => {
    await page.getByRole("button", { name: "Rename …" }).click();
    assert.equal(await dialog.getByLabel("Name").inputValue(), "Biology 1");
    await dialog.getByLabel("Name").fill("Biology 2");
    await press("Rename");
    await said("The cohort is called Biology 2 now.");
    await page.getByRole("navigation", { name: "Pages of Biology 2" }).waitFor();
  });

  await t.step(
    "O3, I9: after a typed word a cohort is archived for its instructors, until it is taken back",
    async () => {
      await page.getByRole("button", { name: "Archive …" }).click();
      await press("Archive");
      await dialog.getByText("Type archive to confirm.", { exact: true }).waitFor();
      assert.equal((await sql`select from ops.cohort where archived_at is not null`).length, 0);
      await dialog.getByLabel("Type archive to confirm").fill("archive");
      await press("Archive");
      await said("The cohort is archived.");
      await page.getByText(/only administrators read it/).waitFor();
      await refused(link);
      await page.getByRole("button", { name: "Take back …" }).click();
      await press("Take back");
      await said("The cohort is open to its instructors again.");
      assert.equal((await sql`select from ops.cohort where archived_at is not null`).length, 0);
    },
  );

  await t.step(
    "O3, I9: after a typed word an instructor is removed, and reads nothing any more",
    async () => {
      await page.getByRole("button", { name: `Remove … ${instructor.email}` }).click();
      await press("Remove");
      await dialog.getByText("Type remove to confirm.", { exact: true }).waitFor();
      await dialog.getByLabel("Type remove to confirm").fill("remove");
      await page.keyboard.press("Enter");
      await said("1 of 1 removed.");
      await page.getByText("The cohort has no instructor yet.").waitFor();
      await refused(link);
    },
  );

  await t.step("O3, O1: after a typed word learners are removed, and every change is audited", async () => {
    await page.getByRole("button", { name: "Remove learners …" }).click();
    await dialog.getByLabel("E-mail addresses or ids").fill(`${learner.id}\nnobody@school.test`);
    await press("Remove");
    await dialog.getByText("Type remove to confirm.", { exact: true }).waitFor();
    await dialog.getByLabel("Type remove to confirm").fill("remove");
    await press("Remove");
    await said("1 of 2 removed.");
    await page.getByText("0 learners.", { exact: true }).waitFor();
    assert.equal((await sql`select from ops.cohort_member`).length, 0);
    const actions = await sql`
      select action from ops.audit where object ~ 'cohort' and action ~ '^(insert|update|add_|remove_)' and actor = ${bench.users.admin.id} order by id`;
    assert.deepEqual(actions.map(({ action }) => action), [
      "insert",
      "add_cohort_member",
      "add_cohort_staff",
      "update",
      "update",
      "update",
      "remove_cohort_staff",
      "remove_cohort_member",
    ]);
    await page.context().close();
  });
});
