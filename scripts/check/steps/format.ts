// Formatting, as `npm run format` writes it.
import { deno, lastLines } from "../process.ts";
import { fromRoot } from "../project.ts";
import type { Failure, Step } from "../step.ts";

/** Failures in the output of `deno fmt --check`: `from <path>:` and a diff for each file. */
export function readFormatOutput(output: string): Failure[] {
  return output.split(/^from /m).slice(1).map((part) => {
    const [head = "", ...diff] = part.split("\n");
    const detail = diff.filter((line) => line.trim() && !line.startsWith("error: ")).join("\n");
    return {
      at: fromRoot(head.replace(/:$/, "")),
      message: "is not formatted: run `npm run format`",
      detail,
    };
  });
}

export const format: Step = {
  name: "format",
  about: "deno fmt finds nothing to change",
  async run() {
    const { code, stdout, stderr } = await deno(["fmt", "--check"]);
    if (code === 0) return { passed: 1, failures: [] };
    const failures = readFormatOutput(stderr + stdout);
    if (failures.length > 0) return { passed: 0, failures };
    return { passed: 0, failures: [{ at: "deno fmt", message: "did not run", detail: lastLines(stderr) }] };
  },
};
