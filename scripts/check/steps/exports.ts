// Exports and files that nothing uses, found by knip with the settings of knip.js.
import { z } from "zod";
import { lastLines, node } from "../process.ts";
import { root } from "../project.ts";
import type { Failure, Step, StepResult } from "../step.ts";

const Named = z.object({ name: z.string(), line: z.number().optional() });
const Output = z.object({
  issues: z.array(z.object({
    file: z.string(),
    files: z.array(z.unknown()),
    exports: z.array(Named),
    types: z.array(Named),
    duplicates: z.array(z.array(Named)),
  })),
});

const KNIP = `${root}/node_modules/knip/bin/knip.js`;

/** Looks for dead code in a project with knip settings. */
export async function findDeadCode(folder: string): Promise<StepResult> {
  const { code, stdout, stderr } = await node([KNIP, "--no-progress", "--reporter", "json"], { cwd: folder });
  if (!stdout.startsWith("{")) {
    const detail = lastLines(stderr + stdout);
    return { passed: 0, failures: [{ at: "knip", message: `ended with code ${code}`, detail }] };
  }
  const failures = Output.parse(JSON.parse(stdout)).issues.flatMap(
    ({ file, files, exports, types, duplicates }): Failure[] => [
      ...files.map(() => ({ at: file, message: "nothing imports this file" })),
      ...[...exports, ...types].map(({ name, line }) => ({
        at: `${file}:${line ?? 1}`,
        message: `nothing imports ${name}: remove it, or its \`export\``,
      })),
      ...duplicates.map((names) => ({
        at: `${file}:${names[0]?.line ?? 1}`,
        message: `one thing is exported under several names: ${names.map(({ name }) => name).join(", ")}`,
      })),
    ],
  );
  return { passed: failures.length === 0 ? 1 : 0, failures };
}

export const exports: Step = {
  name: "exports",
  about: "every file and every export is used (knip)",
  run: () => findDeadCode(root),
};
