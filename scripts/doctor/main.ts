// `npm run doctor`: what is wrong with a deployment, and what to do.
import { type Command, type Line, main, type Options, UsageError } from "../command/command.ts";
import { patientProgress } from "../command/progress.ts";
import { fromCaller } from "../start/options.ts";
import { askSecret } from "./ask.ts";
import { makeBundle } from "./bundle.ts";
import { CHECKS } from "./checks.ts";
import { exitCodeOf, runChecks } from "./run.ts";
import { resolveDoctorTarget } from "./target.ts";
import { renderFindings } from "./text.ts";

export const COMMAND = {
  name: "npm run doctor",
  about:
    `Checks a deployment: database, jobs, functions, keys, Realtime, Storage, limits. docs/doctor.md explains each check.

The project is the local one, or that of --db-url and --url, or of SUPABASE_DB_URL and SUPABASE_URL. Keys come from
SUPABASE_PUBLISHABLE_KEY and SUPABASE_SECRET_KEY, or are asked for; SUPABASE_ACCESS_TOKEN adds the pool size. It wakes both
workers once, and changes nothing else.
Exit code: 0 nothing to do; 1 warnings, nothing could be checked, or a wrong command line; 2 failures.`,
  options: {
    "db-url": { type: "string", value: "URL", text: "the database's connection string, as postgres" },
    url: { type: "string", value: "URL", text: "the project's address, https://REF.supabase.co" },
    only: { type: "string", value: "CHECKS", text: "run only these checks, separated by commas" },
    bundle: { type: "string", value: "FILE", text: "also write a report without keys, names and hosts" },
    json: { type: "boolean", text: "print the findings as JSON" },
  },
} as const satisfies Command<Options>;

/** The named checks; undefined for all. */
function selected(only: string | undefined): string[] | undefined {
  const names = only?.split(",");
  const unknown = names?.find((name) => !CHECKS.some((check) => check.name === name));
  if (unknown === undefined) return names;
  throw new UsageError(`Unknown check: ${unknown}. There are ${CHECKS.map(({ name }) => name).join(", ")}.`);
}

export async function run({ values }: Line<typeof COMMAND.options>) {
  const only = selected(values.only);
  const target = await resolveDoctorTarget(
    { database: values["db-url"], url: values.url },
    Deno.env.toObject(),
    askSecret,
  );
  using progress = patientProgress();
  const results = await runChecks(target, { progress: progress.step, ...(only ? { only } : {}) });
  if (values.bundle !== undefined) {
    progress.step("Writing the report");
    await Deno.writeTextFile(fromCaller(values.bundle), await makeBundle(target, results));
  }
  const status = exitCodeOf(results);
  if (values.json) {
    console.log(
      JSON.stringify({ status: (["ok", "warning", "failure"] as const)[status], findings: results }),
    );
  } else {
    console.log(renderFindings(results, Deno.stdout.isTerminal() && !Deno.env.get("NO_COLOR")));
    if (values.bundle !== undefined) {
      console.log(`Wrote ${values.bundle}: look through it before you share it.`);
    }
  }
  return status;
}

if (import.meta.main) await main(COMMAND, run);
