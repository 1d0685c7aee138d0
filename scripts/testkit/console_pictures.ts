// `npm run console:pictures`: takes the screenshots of docs/console.md, on a stack with a small school.
import type { Page } from "playwright-core";
import { type Command, type Line, main, type Options } from "../command/command.ts";
import { PROJECT_FOLDER } from "../start/project.ts";
import { loaded, openConsoleBench } from "./console.ts";
import { editDrafts, fillSchool } from "./console_school.ts";

export const COMMAND = {
  name: "npm run console:pictures",
  about: "Takes the screenshots of docs/console.md anew, in Chromium.",
  options: {},
} as const satisfies Command<Options>;

const FOLDER = `${PROJECT_FOLDER}docs/images`;
const SIZE = { width: 800, height: 470 };

async function take(page: Page, name: string): Promise<void> {
  await loaded(page);
  await page.screenshot({ path: `${FOLDER}/console-${name}.png` });
  console.log(`docs/images/console-${name}.png`);
}

export async function run(_line: Line<typeof COMMAND.options>) {
  await Deno.mkdir(FOLDER, { recursive: true });
  await using bench = await openConsoleBench();
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
}

if (import.meta.main) await main(COMMAND, run);
