// The import rules of .dependency-cruiser.mjs.
import { z } from "zod";
import { lastLines, node } from "../process.ts";
import { root } from "../project.ts";
import type { Failure, Step } from "../step.ts";

const Rule = z.object({ name: z.string(), comment: z.string() });
const Output = z.object({
  summary: z.object({
    totalCruised: z.number(),
    violations: z.array(z.object({
      from: z.string(),
      to: z.string(),
      rule: z.object({ name: z.string() }),
      cycle: z.array(z.object({ name: z.string() })).optional(),
    })),
    ruleSetUsed: z.object({ forbidden: z.array(Rule) }),
  }),
});

const FOLDERS = ["client-contract", "console", "docs", "scripts", "supabase"];
const CRUISER = `${root}/node_modules/dependency-cruiser/bin/dependency-cruise.mjs`;

/** Checks the imports of the folders in `cwd`; the rules are the project's own. */
export async function checkImports(cwd: string, folders: string[]) {
  const rules = ["--config", `${root}/.dependency-cruiser.mjs`, "--output-type", "json"];
  const { stdout, stderr } = await node([CRUISER, ...rules, ...folders], { cwd });
  if (!stdout.startsWith("{")) {
    const failure = { at: "dependency-cruiser", message: "did not run", detail: lastLines(stderr) };
    return { passed: 0, failures: [failure] };
  }
  const { totalCruised, violations, ruleSetUsed } = Output.parse(JSON.parse(stdout)).summary;
  const failures = violations.map(({ from, to, rule, cycle }): Failure => ({
    at: from,
    message: `imports ${cycle ? cycle.map(({ name }) => name).join(", which imports ") : to} (${rule.name})`,
    detail: ruleSetUsed.forbidden.find(({ name }) => name === rule.name)?.comment,
  }));
  return { passed: totalCruised, failures };
}

export const imports: Step = {
  name: "imports",
  about: "files import only what the rules of .dependency-cruiser.mjs allow",
  run: () => checkImports(root, FOLDERS),
};
