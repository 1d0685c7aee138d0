// The pages are true: every command, message and example in them is run or checked.
import { followPage } from "../docs/page.ts";
import { pages } from "../docs/pages.ts";
import { readProjectFile } from "../project.ts";
import type { Step } from "../step.ts";

export const docs: Step = {
  name: "docs",
  about: "the commands, outputs and examples of the pages, each page followed on a stack of its own",
  async run(progress) {
    const total = { passed: 0, failures: [], notRun: 0 } as Awaited<ReturnType<typeof followPage>>;
    const files = await pages();
    for (const [index, file] of files.entries()) {
      progress(`${index} of ${files.length} pages`);
      const { passed, failures, notRun } = await followPage(file, await readProjectFile(file));
      total.passed += passed;
      total.notRun += notRun;
      total.failures.push(...failures);
    }
    return {
      passed: total.passed,
      failures: total.failures,
      note: `${total.notRun} blocks say why they are not run`,
    };
  },
};
