// Type check of every file with the Deno that runs the project.
import { deno } from "../process.ts";
import type { Step } from "../step.ts";
import { readTypeErrors } from "../type_errors.ts";

export const types: Step = {
  name: "types",
  about: "every TypeScript file type-checks with the project's Deno",
  async run() {
    const { code, stdout, stderr } = await deno(["check", "--quiet"]);
    if (code === 0) return { passed: 1, failures: [] };
    return { passed: 0, failures: readTypeErrors(stderr + stdout, "deno check") };
  },
};
