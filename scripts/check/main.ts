// `npm test`: every check of the project, cheap ones first. The last line is `N passed, N failed`.
// Steps run on two lanes, because two cores are what the project is measured on; all of them run even
// after a failure, so that one run tells everything that is wrong.
import { parseArgs } from "node:util";
import { closingLine, Reporter } from "./report.ts";
import { runSteps } from "./run_steps.ts";
import { steps } from "./steps.ts";

const LANES = 2;
const USAGE = `npm test -- [--only step,step] [--list] [--json]

  --only a,b  run these steps only
  --list      name the steps and stop
  --json      print the result as JSON instead of text (progress goes to stderr)
`;

function readOptions() {
  try {
    return parseArgs({
      options: {
        only: { type: "string" },
        list: { type: "boolean", default: false },
        json: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    }).values;
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${USAGE}`);
    Deno.exit(2);
  }
}

function chooseSteps(only: string | undefined) {
  if (only === undefined) return steps;
  const names = only.split(",").map((name) => name.trim());
  const unknown = names.filter((name) => !steps.some((step) => step.name === name));
  if (unknown.length > 0) {
    console.error(`No such step: ${unknown.join(", ")}. Steps: ${steps.map((step) => step.name).join(", ")}`);
    Deno.exit(2);
  }
  return steps.filter((step) => names.includes(step.name));
}

const options = readOptions();
if (options.help) {
  console.log(USAGE);
  Deno.exit(0);
}
if (options.list) {
  for (const step of steps) console.log(`${step.name.padEnd(14)} ${step.about}`);
  Deno.exit(0);
}

const encoder = new TextEncoder();
const stream = options.json ? Deno.stderr : Deno.stdout;
const reporter = new Reporter((text) => stream.writeSync(encoder.encode(text)), stream.isTerminal());
const reports = await runSteps(chooseSteps(options.only), LANES, reporter);
reporter.close();

const failed = reports.some((report) => report.failures.length > 0);
if (options.json) console.log(JSON.stringify({ ok: !failed, steps: reports }, null, 2));
else console.log(`\n${closingLine(reports)}`);
// Not left to the event loop: a step that broke may have left a timer or a socket behind.
Deno.exit(failed ? 1 : 0);
