// Type check of every file, and of the examples in the pages, with the Deno that runs the project.
import { writeExamples } from "../docs/examples.ts";
import { pages } from "../docs/pages.ts";
import { deno } from "../process.ts";
import type { Step } from "../step.ts";
import { readTypeErrors } from "../type_errors.ts";

export const types: Step = {
  name: "types",
  about: "every TypeScript file and every example of the pages type-checks with the project's Deno",
  async run() {
    await using examples = await writeExamples(await pages());
    const { code, stdout, stderr } = await deno(["check", "--quiet", ".", ...examples.files]);
    if (code === 0) return { passed: 1 + examples.files.length, failures: [] };
    return { passed: 0, failures: readTypeErrors(stderr + stdout, "deno check").map(examples.onPage) };
  },
};
