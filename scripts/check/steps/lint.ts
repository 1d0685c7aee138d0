// deno lint with the rules of deno.json.
import { z } from "zod";
import { deno, lastLines } from "../process.ts";
import { fromRoot } from "../project.ts";
import type { Failure, Step } from "../step.ts";

const Output = z.object({
  diagnostics: z.array(z.object({
    filename: z.string(),
    range: z.object({ start: z.object({ line: z.number() }) }),
    message: z.string(),
    code: z.string(),
    hint: z.string().nullish(),
  })),
  errors: z.array(z.object({ file_path: z.string(), message: z.string() })),
});

/** Failures in the output of `deno lint --json`. */
export function readLintOutput(output: string): Failure[] {
  const { diagnostics, errors } = Output.parse(JSON.parse(output));
  return [
    ...errors.map((error) => ({ at: fromRoot(error.file_path), message: error.message })),
    ...diagnostics.map((found) => ({
      at: `${fromRoot(found.filename)}:${found.range.start.line}`,
      message: `${found.message} (${found.code})`,
      detail: found.hint ?? undefined,
    })),
  ];
}

export const lint: Step = {
  name: "lint",
  about: "deno lint finds nothing",
  async run() {
    const { code, stdout, stderr } = await deno(["lint", "--json"]);
    if (code === 0) return { passed: 1, failures: [] };
    if (stdout.startsWith("{")) return { passed: 0, failures: readLintOutput(stdout) };
    return { passed: 0, failures: [{ at: "deno lint", message: "did not run", detail: lastLines(stderr) }] };
  },
};
