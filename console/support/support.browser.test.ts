// The section of support in Chromium: a learner is found, what happened to them is read, and what is stuck is mended.
import assert from "node:assert/strict";
import postgres from "postgres";
import { ulid } from "ulid";
import { assertAccessible } from "../../scripts/testkit/browser.ts";
import { type ConsoleBench, openConsoleBench } from "../../scripts/testkit/console.ts";
import {
  event,
  header,
  type Learner,
  ndjson,
  newLearner,
  push,
} from "../../supabase/tests/functions/bench.ts";

/** A learner with a good event, one without a valid session, one text that is no event, and a question's answer. */
async function studied(bench: ConsoleBench, sql: postgres.Sql) {
  const learner: Learner = await newLearner(bench.stack);
  const [question] =
    await sql`select id from content.question where type = 'single_choice' order by key limit 1`;
  const good = event(learner);
  const wrong = event(learner, { body: { session_id: 7, content_version: 1 } });
  const answer = event(learner, {
    type: "attempt.recorded",
    body: {
      session_id: ulid(),
      question_id: question?.id,
      content_version: 1,
      answer: { choice: 1 },
      correct: true,
      duration_ms: 5,
    },
  });
  const first = header(learner);
  const { status } = await push(bench.stack, learner, ndjson(first, good, wrong, answer, "{]"));
  assert.equal(status, 200);
  return { learner, good, wrong, batch: String(first.batch_id) };
}

const REASON = "ticket 4711";

Deno.test("O2, U3: support finds a learner in the console, reads what happened, and mends it", async (t) => {
  await using bench = await openConsoleBench();
  const sql = postgres(bench.stack.dbUrl(), { max: 1, onnotice: () => {} });
  await using _ = { [Symbol.asyncDispose]: () => sql.end() };
  const { learner, good, wrong, batch } = await studied(bench, sql);
  const page = await bench.open("support", "#/support");
  const to = (link: string) => page.evaluate((hash) => void (location.hash = hash), link);
  const lookAs = async (reason: string) => {
    await page.getByLabel("Reason for looking").fill(reason);
    await page.getByRole("button", { name: "Look" }).click();
  };
  const said = (text: string) => page.getByRole("status").getByText(text).waitFor();
  const confirm = async (action: string, word: string, reason: string) => {
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Reason, for the audit").fill(reason);
    await dialog.getByLabel(`Type ${word} to confirm`).fill(word);
    await dialog.getByRole("button", { name: action }).click();
  };

  await t.step("O2: support sees the sections of support and service, and no others", async () => {
    const names = await page.getByRole("navigation", { name: "Pages" }).getByRole("link").allTextContents();
    assert.deepEqual(names, [
      "Find a learner",
      "Event",
      "Failures",
      "Health",
      "Trends",
      "Alarms",
      "Jobs",
      "Quarantine",
      "Steering",
    ]);
  });

  await t.step(
    "O2: a search without a reason is not sent, and with one finds the learner of a batch",
    async () => {
      await page.getByLabel("Find a learner").fill(batch);
      await page.keyboard.press("Enter");
      await page.getByText("A reason is required.").waitFor();
      await assertAccessible(page);
      assert.equal((await sql`select from ops.audit where action = 'support_find'`).length, 0);
      await page.getByLabel("Reason for looking").fill(REASON);
      await page.keyboard.press("Enter");
      await page.getByRole("cell", { name: "id of a batch" }).waitFor();
      await assertAccessible(page);
      await page.getByRole("link", { name: learner.id }).click();
    },
  );

  await t.step(
    "O2: the timeline needs a reason of its own, which every call sends; filters and their address narrow it",
    async () => {
      await page.getByRole("heading", { name: "Learner: timeline" }).waitFor();
      assert.equal(await page.getByLabel("Reason for looking").inputValue(), REASON);
      assert.equal(await page.getByRole("table").count(), 0);
      await page.getByRole("button", { name: "Look" }).click();
      await page.getByText("4 events: 2 applied, 0 duplicate, 2 quarantined, 0 to retry").waitFor();
      assert.equal(await page.getByText('"choice"').count(), 0, "no answer is shown");
      await assertAccessible(page);
      await page.getByLabel("Kind").selectOption("device");
      await page.getByRole("button", { name: "Filter" }).click();
      await page.getByText("attempt.recorded").waitFor({ state: "detached" });
      await page.getByText("first contact of a device").waitFor();
      assert.equal(await page.getByRole("row").count(), 2);
      assert.match(page.url(), /\?kind=device$/);
      const looks =
        await sql`select after ->> 'reason' as reason from ops.audit where action = 'support_timeline'`;
      assert.deepEqual(looks.map(({ reason }) => reason), [REASON, REASON]);
    },
  );

  await t.step("O2: the content of answers is refused without a grant, and shown with one", async () => {
    await to(`#/support/learners/${learner.id}/timeline?kind=event`);
    await page.getByText("attempt.recorded").waitFor();
    await page.getByRole("button", { name: "Show the content of answers" }).click();
    await page.getByRole("alert").getByText("Your role does not allow this.").waitFor();
    await assertAccessible(page);
    await sql`select public.grant_support(${bench.users.support.id}, 'the answer key is doubted', hours => 1)`;
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByText("attempt.recorded").waitFor();
    assert.match(await page.locator("pre").allTextContents().then((texts) => texts.join()), /"choice": 1/);
  });

  await t.step("O2: what happened to an event has one answer, at an address of its own", async () => {
    await to(`#/support/event?event=${good.id}&learner=${learner.id}`);
    await page.getByRole("region", { name: `Event ${good.id}` }).getByRole("heading", { name: "Applied" })
      .waitFor();
    await assertAccessible(page);
    await to(`#/support/event?event=${wrong.id}&learner=${learner.id}`);
    await page.getByRole("link", { name: "Mend, replay or discard it" }).click();
  });

  await t.step(
    "U3: an event whose text is hidden is not mended; with its text it is, with a reason and a typed word",
    async () => {
      await page.getByRole("button", { name: `Mend … ${wrong.id}` }).click();
      await page.getByRole("dialog").getByText("The text of this event is hidden").waitFor();
      await page.keyboard.press("Escape");
      await page.getByRole("button", { name: "Show the content of answers" }).click();
      await page.getByRole("button", { name: "Hide the content of answers" }).waitFor();
      await page.getByRole("button", { name: `Mend … ${wrong.id}` }).click();
      const dialog = page.getByRole("dialog");
      const text = dialog.getByLabel("Corrected event");
      await text.fill("no JSON");
      await confirm("Mend and replay", "mend", "the app sent a number");
      await dialog.getByText("The text must be a JSON object.").waitFor();
      await assertAccessible(page);
      await text.fill(JSON.stringify({ ...wrong, body: { session_id: ulid(), content_version: 1 } }));
      await dialog.getByRole("button", { name: "Mend and replay" }).click();
      await said(`The event was applied as ${wrong.id}.`);
      const [row] =
        await sql`select reason, action, before_body is not null as kept from ops.quarantine_action order by at desc limit 1`;
      assert.deepEqual(row, { reason: "the app sent a number", action: "mended", kept: true });
    },
  );

  await t.step(
    "U3: a replay and a discard keep their reasons; a wrong word does nothing; a discarded event is restored",
    async () => {
      const name = /text [0-9a-f]{12}/;
      const row = page.getByRole("row", { name });
      await row.getByRole("button", { name: "Replay …" }).click();
      await confirm("Replay", "replay", "the server was fixed");
      await said("The event still needs a person: invalid json.");
      await row.getByRole("button", { name: "Discard …" }).click();
      const dialog = page.getByRole("dialog");
      await dialog.getByLabel("Reason, for the audit").fill("half a record");
      await dialog.getByLabel("Type discard to confirm").fill("disc");
      await dialog.getByRole("button", { name: "Discard" }).click();
      await dialog.getByText("Type discard to confirm.", { exact: true }).waitFor();
      assert.equal((await sql`select from ops.quarantine where status = 'discarded'`).length, 0);
      await dialog.getByLabel("Type discard to confirm").fill("discard");
      await page.keyboard.press("Enter");
      await said("The event was set aside.");
      await row.getByRole("button", { name: "Restore …" }).click();
      await confirm("Restore", "restore", "it is needed");
      await said("The event still needs a person");
      const actions =
        await sql`select action, reason from ops.quarantine_action where reason is not null order by at`;
      assert.deepEqual(actions.map(({ action, reason }) => `${action}: ${reason}`), [
        "mended: the app sent a number",
        "replayed: the server was fixed",
        "discarded: half a record",
        "restored: it is needed",
      ]);
      await assertAccessible(page);
    },
  );

  await t.step("O2: a device is revoked and restored with a reason", async () => {
    await page.getByRole("link", { name: "Devices" }).click();
    await page.getByRole("button", { name: `Revoke … ${learner.deviceId}` }).click();
    await confirm("Revoke", "revoke", "the phone was stolen");
    await said("The device is revoked");
    await assertAccessible(page);
    assert.equal((await push(bench.stack, learner, ndjson(header(learner), event(learner)))).status, 403);
    await page.getByRole("button", { name: `Restore … ${learner.deviceId}` }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Reason, for the audit").fill("it was found");
    await dialog.getByRole("button", { name: "Restore" }).click();
    await said("The device may sync again.");
    assert.equal((await push(bench.stack, learner, ndjson(header(learner), event(learner)))).status, 200);
  });

  await t.step("O2: failures of all learners are counted by code, and lead to a learner", async () => {
    await to("#/support/errors");
    await lookAs("weekly review");
    await page.getByRole("rowheader", { name: "invalid_json" }).waitFor();
    await page.getByRole("link", { name: learner.id }).first().waitFor();
    await assertAccessible(page);
  });

  await t.step(
    "O2: an unknown learner, an empty search and a server out of reach are said in words, in dark, too",
    async () => {
      const dark = await bench.open("admin", "#/support?q=nobody@example.com", { colorScheme: "dark" });
      await dark.getByLabel("Reason for looking").fill(REASON);
      await dark.getByRole("button", { name: "Find" }).click();
      await dark.getByText("No learner was found.").waitFor();
      await assertAccessible(dark);
      await dark.route("**/rest/v1/rpc/support_find", (route) => route.abort());
      await dark.getByLabel("Find a learner").fill("somebody@example.com");
      await dark.keyboard.press("Enter");
      await dark.getByRole("alert").getByText("No answer from the server.").waitFor();
      await dark.evaluate(
        (hash) => void (location.hash = hash),
        `#/support/learners/${learner.id}/quarantine`,
      );
      await dark.getByRole("button", { name: "Look" }).click();
      await dark.getByRole("table").waitFor();
      await assertAccessible(dark);
      await dark.getByRole("link", { name: "Timeline" }).click();
      await dark.getByRole("table").waitFor();
      await assertAccessible(dark);
      await dark.context().close();
    },
  );

  await t.step(
    "O2: an instructor does not see support's pages, and the server refuses their calls",
    async () => {
      const other = await bench.open("instructor", `#/support/learners/${learner.id}/timeline`);
      await other.getByRole("heading", { name: "There is no such page" }).waitFor();
      assert.equal(await other.getByRole("link", { name: "Find a learner" }).count(), 0);
      assert.equal(await other.getByText(learner.id).count(), 0);
      const status = await other.evaluate(async ([url, key, id]) => {
        const kept = Object.entries(localStorage).find(([name]) => name.startsWith("carrel-console-"))?.[1] ??
          "";
        const { access_token: token } = JSON.parse(kept);
        const answer = await fetch(`${url}/rest/v1/rpc/support_timeline`, {
          method: "POST",
          headers: {
            apikey: key ?? "",
            authorization: `Bearer ${token}`,
            "content-type": "application/json",
          },
          body: JSON.stringify({ learner: id, reason: "curious" }),
        });
        return `${answer.status} ${(await answer.json()).code}`;
      }, [bench.stack.apiUrl, bench.stack.publishableKey, learner.id]);
      assert.equal(status, "400 CR001");
      await other.context().close();
    },
  );
});
