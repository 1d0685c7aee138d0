// Generated files are what their generators would write now.
import { deno, lastLines } from "../process.ts";
import { exists } from "../project.ts";
import type { Step } from "../step.ts";

const GENERATOR = "scripts/generate/main.ts";

export const drift: Step = {
  name: "drift",
  about: "generated files are up to date",
  async run() {
    if (!await exists(GENERATOR)) {
      return { passed: 0, failures: [], skipped: "the project generates nothing" };
    }
    const { code, stdout, stderr } = await deno(["run", "-A", GENERATOR, "--check"]);
    if (code === 0) return { passed: 1, failures: [] };
    const message = "generated files differ from their sources: run `npm run generate`";
    return { passed: 0, failures: [{ at: GENERATOR, message, detail: lastLines(stdout + stderr) }] };
  },
};
