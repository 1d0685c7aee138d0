// `npm run conformance`: plays the cases of the conformance kit against a client, or lists them.
import {
  byCommand,
  type Case,
  type CaseResult,
  casesOf,
  countVerdicts,
  type Expected,
  isConformant,
  jsonReport,
  junitReport,
  run,
  textReport,
  THEMES,
} from "../../client-contract/conformance/mod.ts";
import { type Command, main, type Options, UsageError } from "../command/command.ts";
import { patientProgress } from "../command/progress.ts";
import { fromCaller } from "../start/options.ts";
import { z } from "zod";

const COMMAND = {
  name: "npm run conformance",
  about:
    "Plays a server with scripted faults against a client, and says which requirements the client meets. docs/conformance.md has the adapter protocol.",
  options: {
    client: {
      type: "string",
      value: "COMMAND",
      text: "starts the client's adapter, such as `node adapter.js`",
    },
    only: {
      type: "string",
      value: "ID",
      text: "plays a requirement (OUT-1), a case (OUT-1.busy) or a theme (OUT)",
    },
    expected: { type: "string", value: "FILE", text: "expected failures: a JSON object of reasons by id" },
    list: { type: "boolean", default: false, text: "lists the cases, and plays none" },
    json: { type: "boolean", default: false, text: "prints the report as JSON" },
    junit: { type: "string", value: "FILE", text: "also writes the report as JUnit XML" },
  },
} as const satisfies Command<Options>;

const ExpectedFile = z.record(z.string(), z.string());

/** The cases of a theme, a requirement, or one case. */
function select(cases: readonly Case[], only: string | undefined): Case[] {
  if (only === undefined) return [...cases];
  const selected = cases.filter(({ id, requirement }) =>
    id === only || requirement.id === only || requirement.id.split("-")[0] === only
  );
  if (selected.length > 0) return selected;
  throw new UsageError(`There is no case, requirement or theme ${only}. \`--list\` shows them.`);
}

async function readExpected(file: string | undefined): Promise<Expected> {
  if (file === undefined) return {};
  const expected = ExpectedFile.safeParse(JSON.parse(await Deno.readTextFile(fromCaller(file))));
  if (expected.success) return expected.data;
  throw new UsageError(`${file} is not a JSON object of reasons by the ids of cases or requirements.`);
}

await main(COMMAND, async ({ values: { client, only, expected, list, json, junit } }) => {
  const cases = select(casesOf(THEMES), only);
  if (list) {
    if (json) {
      console.log(JSON.stringify(cases.map(({ id, requirement }) => ({ id, text: requirement.text }))));
    } else for (const { id } of cases) console.log(id);
    return 0;
  }
  if (client === undefined) throw new UsageError("Name the client's adapter with --client, or use --list.");
  using progress = patientProgress();
  const results: CaseResult[] = [];
  for await (const result of run(cases, byCommand(client), await readExpected(expected))) {
    results.push(result);
    progress.step(`${results.length} of ${cases.length} cases played: ${result.id} ${result.verdict}`);
  }
  if (junit !== undefined) await Deno.writeTextFile(fromCaller(junit), junitReport(THEMES, results));
  console.log(json ? JSON.stringify(jsonReport(client, THEMES, results)) : textReport(THEMES, results));
  return isConformant(countVerdicts(results)) ? 0 : 1;
});
