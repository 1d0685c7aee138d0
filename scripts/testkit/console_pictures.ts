// `npm run console:pictures`: takes the screenshots of the console for the docs, on a stack with a small school.
import postgres from "postgres";
import type { Page } from "playwright-core";
import { type Command, type Line, main, type Options } from "../command/command.ts";
import { PROJECT_FOLDER } from "../start/project.ts";
import { type ConsoleBench, loaded, openConsoleBench } from "./console.ts";
import { editDrafts, fillSchool } from "./console_school.ts";
import { fillService, studyWithErrors } from "./console_service.ts";

export const COMMAND = {
  name: "npm run console:pictures",
  about: "Takes the screenshots of the console for the docs anew, in Chromium.",
  options: {},
} as const satisfies Command<Options>;

const FOLDER = `${PROJECT_FOLDER}docs/images`;
const SIZE = { width: 800, height: 470 };
/** Of pages with wide tables. */
const WIDE = { width: 1000, height: 620 };

async function take(page: Page, name: string): Promise<void> {
  await loaded(page);
  await page.screenshot({ path: `${FOLDER}/console-${name}.png` });
  console.log(`docs/images/console-${name}.png`);
}

async function takeInstructors(bench: ConsoleBench): Promise<void> {
  const { cohort } = await fillSchool(bench);
  await editDrafts(bench.stack);
  const page = await bench.open("instructor", "#/content", { viewport: SIZE });
  await page.getByText("tides_and_waves/period").waitFor();
  await take(page, "drafts");
  await page.getByRole("button", { name: "Publish …" }).click();
  await page.getByLabel("Note").fill("Tides, better explained");
  await take(page, "publish");
  await page.keyboard.press("Escape");
  await page.goto(`${bench.url}#/cohorts/${cohort}`);
  await page.getByText("ada@school.test").waitFor();
  await take(page, "learners");
  await page.goto(`${bench.url}#/cohorts/${cohort}/skills`);
  await page.emulateMedia({ colorScheme: "dark" });
  await page.getByText("Mastery from 0 to 100").scrollIntoViewIfNeeded();
  await page.getByRole("button", { name: "Save as CSV" }).scrollIntoViewIfNeeded();
  await take(page, "skills");
  await page.context().close();
}

async function takePeople(bench: ConsoleBench): Promise<void> {
  const page = await bench.open("admin", "#/cohorts", { viewport: WIDE });
  await page.getByRole("link", { name: "Biology 1" }).click();
  await page.getByRole("link", { name: "People", exact: true }).click();
  await page.getByRole("button", { name: "Add learners …" }).click();
  await page.getByLabel("E-mail addresses or ids").fill(
    `${bench.users.learner.email}\nada@school.test\nnobody@school.test`,
  );
  await page.getByRole("dialog").getByRole("button", { name: "Add" }).click();
  await page.getByText("What became of each line").waitFor();
  await take(page, "people");
  await page.context().close();
}

async function takeSupport(bench: ConsoleBench, sql: postgres.Sql): Promise<void> {
  const { learner, wrong } = await studyWithErrors(bench.stack, sql);
  await sql`select public.grant_support(${bench.users.support.id}, 'ticket 4711', hours => 1)`;
  const page = await bench.open("support", `#/support/learners/${learner.id}/timeline`, { viewport: WIDE });
  await page.getByLabel("Reason for looking").fill("ticket 4711");
  await page.getByRole("button", { name: "Look" }).click();
  await page.getByRole("table").waitFor();
  await take(page, "timeline");
  await page.goto(`${bench.url}#/support/learners/${learner.id}/quarantine`);
  await page.getByRole("button", { name: "Show the content of answers" }).click();
  await page.getByRole("button", { name: "Hide the content of answers" }).waitFor();
  await page.getByRole("button", { name: `Mend … ${wrong.id}` }).click();
  await page.getByRole("dialog").getByLabel("Corrected event").waitFor();
  await take(page, "mend");
  await page.context().close();
}

async function takeOperators(bench: ConsoleBench, sql: postgres.Sql): Promise<void> {
  await fillService(sql);
  const page = await bench.open("admin", "#/operators", { viewport: WIDE });
  await page.getByText("failing", { exact: true }).first().waitFor();
  await take(page, "health");
  await page.goto(`${bench.url}#/operators/steering`);
  await page.getByRole("button", { name: "Pause … all apps" }).click();
  await page.getByLabel("Text for learners").fill("We are working on the server. Back at 18:00.");
  await page.getByLabel("Reason, for the audit").fill("incident 12");
  await take(page, "pause");
  await page.context().close();
}

export async function run(_line: Line<typeof COMMAND.options>) {
  await Deno.mkdir(FOLDER, { recursive: true });
  await using bench = await openConsoleBench();
  const sql = postgres(bench.stack.dbUrl(), { max: 1, onnotice: () => {} });
  await using _ = { [Symbol.asyncDispose]: () => sql.end() };
  // No job runs by itself here, so those of the template would be late.
  await sql`update ops.job set last_run_at = now(), last_ok_at = now()`;
  await takeInstructors(bench);
  await takePeople(bench);
  await takeSupport(bench, sql);
  await takeOperators(bench, sql);
}

if (import.meta.main) await main(COMMAND, run);
