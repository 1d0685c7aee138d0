// `npm run conformance`: plays the cases of the conformance kit against a client or a deployment, or lists them.
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
  run as play,
  runServer,
  SERVER_THEMES,
  textReport,
  THEMES,
} from "../../client-contract/conformance/mod.ts";
import { type Command, type Line, main, type Options, UsageError } from "../command/command.ts";
import { patientProgress } from "../command/progress.ts";
import { fromCaller } from "../start/options.ts";
import { z } from "zod";

export const COMMAND = {
  name: "npm run conformance",
  about:
    "Plays a server with scripted faults against a client, or a client against a server, and says which requirements are met. docs/conformance.md has the adapter protocol.",
  options: {
    client: {
      type: "string",
      value: "COMMAND",
      text: "starts the client's adapter, such as `node adapter.js`",
    },
    server: {
      type: "string",
      value: "URL",
      text: "plays a client against this project, such as http://127.0.0.1:54321",
    },
    token: {
      type: "string",
      value: "TOKEN",
      text: "with --server: the access token of a learner for tests; the cases write events",
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

/** Cases as they are listed. */
const listOf = <T>(cases: readonly Case<T>[]) =>
  cases.map(({ id, requirement }) => ({ id, requirement: requirement.id, text: requirement.text }));

/** Those of a theme, a requirement, or one case. Throws UsageError if there are none. */
function selectIds<L extends { id: string; requirement: string }>(
  listed: readonly L[],
  only: string | undefined,
): L[] {
  const selected = listed.filter(({ id, requirement }) =>
    only === undefined || id === only || requirement === only || requirement.split("-")[0] === only
  );
  if (selected.length > 0) return selected;
  throw new UsageError(`There is no case, requirement or theme ${only}. \`--list\` shows them.`);
}

/** The cases of the same. */
function select<T>(cases: readonly Case<T>[], only: string | undefined): Case<T>[] {
  const ids = new Set(selectIds(listOf(cases), only).map(({ id }) => id));
  return cases.filter(({ id }) => ids.has(id));
}

async function readExpected(file: string | undefined): Promise<Expected> {
  if (file === undefined) return {};
  const expected = ExpectedFile.safeParse(JSON.parse(await Deno.readTextFile(fromCaller(file))));
  if (expected.success) return expected.data;
  throw new UsageError(`${file} is not a JSON object of reasons by the ids of cases or requirements.`);
}

/** The cases to play, what they are played against, and their themes. */
function plan(o: { client?: string; server?: string; token?: string; only?: string; expected: Expected }) {
  const { client, server: url, token, only, expected } = o;
  if (url !== undefined && client !== undefined) throw new UsageError("Name either --client or --server.");
  if (url !== undefined) {
    if (token === undefined) throw new UsageError("--server needs the --token of a learner for tests.");
    const cases = select(casesOf(SERVER_THEMES), only);
    return { subject: url, cases, themes: SERVER_THEMES, results: runServer(cases, { url, token }) };
  }
  if (client === undefined) {
    throw new UsageError("Name a client with --client or a server with --server, or use --list.");
  }
  const cases = select(casesOf(THEMES), only);
  return { subject: client, cases, themes: THEMES, results: play(cases, byCommand(client), expected) };
}

/** Plays the cases, and gives the exit code. */
export async function run(
  { values: { client, server, token, only, expected, list, json, junit } }: Line<typeof COMMAND.options>,
): Promise<number> {
  if (list) {
    const cases = selectIds([...listOf(casesOf(THEMES)), ...listOf(casesOf(SERVER_THEMES))], only);
    if (json) console.log(JSON.stringify(cases.map(({ id, text }) => ({ id, text }))));
    else for (const { id } of cases) console.log(id);
    return 0;
  }
  const given = Object.fromEntries(
    Object.entries({ client, server, token, only }).filter(([, value]) => value),
  );
  const { subject, cases, themes, results: played } = plan({
    ...given,
    expected: await readExpected(expected),
  });
  using progress = patientProgress();
  const results: CaseResult[] = [];
  for await (const result of played) {
    results.push(result);
    progress.step(`${results.length} of ${cases.length} cases played: ${result.id} ${result.verdict}`);
  }
  if (junit !== undefined) await Deno.writeTextFile(fromCaller(junit), junitReport(themes, results));
  console.log(json ? JSON.stringify(jsonReport(subject, themes, results)) : textReport(themes, results));
  return isConformant(countVerdicts(results)) ? 0 : 1;
}

if (import.meta.main) await main(COMMAND, run);
