// `npm test`: every check of the project, cheap ones first. The last line is `N passed, N failed`.
// Steps run on two lanes, because two cores are what the project is measured on; all of them run even
// after a failure, so that one run tells everything that is wrong.
import { type Command, type Line, main, type Options, UsageError } from "../command/command.ts";
import { closingLine, Reporter } from "./report.ts";
import { runSteps } from "./run_steps.ts";
import { steps } from "./steps.ts";

const LANES = 2;
export const COMMAND = {
  name: "npm test",
  about: "Runs every check of the project. The last line is the sum: `N passed, N failed`.",
  options: {
    only: { type: "string", value: "STEP,STEP", text: "run these steps only" },
    list: { type: "boolean", text: "print the steps and stop" },
    json: {
      type: "boolean",
      default: false,
      text: "print the result as JSON, and progress on standard error",
    },
  },
} as const satisfies Command<Options>;

function chooseSteps(only: string | undefined) {
  if (only === undefined) return steps;
  const names = only.split(",").map((name) => name.trim());
  const unknown = names.filter((name) => !steps.some((step) => step.name === name));
  if (unknown.length > 0) {
    throw new UsageError(
      `Unknown step: ${unknown.join(", ")}. The steps are ${steps.map((step) => step.name).join(", ")}.`,
    );
  }
  return steps.filter((step) => names.includes(step.name));
}

export async function run({ values: { only, list, json } }: Line<typeof COMMAND.options>) {
  const chosen = chooseSteps(only);
  if (list) {
    for (const step of chosen) console.log(`${step.name.padEnd(14)} ${step.about}`);
    return 0;
  }
  const encoder = new TextEncoder();
  const stream = json ? Deno.stderr : Deno.stdout;
  const reporter = new Reporter((text) => stream.writeSync(encoder.encode(text)), stream.isTerminal());
  const reports = await runSteps(chosen, LANES, reporter);
  reporter.close();
  const failed = reports.some((report) => report.failures.length > 0);
  console.log(
    json ? JSON.stringify({ ok: !failed, steps: reports }, null, 2) : `\n${closingLine(reports)}`,
  );
  return failed ? 1 : 0;
}

if (import.meta.main) await main(COMMAND, run);
