// Unit, property and integration tests: every *.test.ts but those that need a browser.
import { projectFiles } from "../project.ts";
import { runTests } from "../run_tests.ts";
import type { Step } from "../step.ts";
import { isBrowserTest } from "./browser.ts";

export const denoTest: Step = {
  name: "deno-test",
  about: "unit, property and integration tests (*.test.ts)",
  async run(progress) {
    const files = (await projectFiles()).filter((file) => file.endsWith(".test.ts") && !isBrowserTest(file));
    // One file more at a time than the cores that the project is measured on, for a third of the time is spent waiting.
    return await runTests(files, { groups: 15, jobs: 3 }, progress);
  },
};
