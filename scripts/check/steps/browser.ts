// Pages in a real browser: every *.browser.test.ts.
import { findBrowser, NO_BROWSER } from "../browser.ts";
import { projectFiles } from "../project.ts";
import { runTests } from "../run_tests.ts";
import { skipped, type Step } from "../step.ts";

/** Whether the tests of this file need a browser. */
export const isBrowserTest = (file: string) => file.endsWith(".browser.test.ts");

export const browser: Step = {
  name: "browser",
  about: "tests of pages in Chromium (*.browser.test.ts)",
  async run(progress) {
    if (await findBrowser() === null) return skipped("Chromium", NO_BROWSER);
    return await runTests((await projectFiles()).filter(isBrowserTest), { groups: 4, jobs: 2 }, progress);
  },
};
