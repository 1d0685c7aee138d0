// `npm run instructor`: cohorts and how their learners do, in the terminal, as CSV or as JSON. docs/instructors.md walks through it.
import { type Command, type Line, main, type Options, UsageError } from "../command/command.ts";
import { patientProgress } from "../command/progress.ts";
import { resolveDatabaseUrl } from "../content/database.ts";
import { fromCaller } from "../start/options.ts";
import { COMMANDS } from "./commands.ts";
import { csvOf } from "../../console/data/csv.ts";
import { tableOf } from "./terminal_table.ts";
import { readRows } from "./read.ts";
import { restSource, sqlSource } from "./source.ts";

export const COMMAND = {
  name: "npm run instructor",
  operands: "COMMAND [NAME | ID | E-MAIL …]",
  about: `Shows cohorts and how their learners do, and changes cohorts.

${Object.entries(COMMANDS).map(([name, { about }]) => `  ${name.padEnd(13)} ${about}`).join("\n")}

With --token it reads as that instructor or admin, from API_URL. Otherwise it reads as an administrator, from the database of --db-url or
SUPABASE_DB_URL, or else the local one. Without --cohort, figures are of all learners.`,
  options: {
    cohort: { type: "string", value: "NAME", text: "a cohort by name or id" },
    question: { type: "string", value: "KEY", text: "a question by key or id" },
    learner: { type: "string", value: "ID", text: "a learner by id" },
    by: {
      type: "string",
      value: "WHAT",
      default: "question",
      text: "accuracy: cohort, domain, skill, question or revision (default question)",
    },
    sort: {
      type: "string",
      value: "HOW",
      default: "hardest",
      text: "accuracy: hardest, skipped, tries or newest (default hardest)",
    },
    file: { type: "string", value: "FILE", text: "a list of people, one id or e-mail address a line" },
    csv: { type: "boolean", text: "print all columns as CSV" },
    json: { type: "boolean", text: "print all columns as JSON" },
    token: { type: "string", value: "TOKEN", text: "an access token of an instructor or admin" },
    "db-url": { type: "string", value: "URL", text: "the database's connection string" },
  },
} as const satisfies Command<Options>;

export async function run({ values, operands }: Line<typeof COMMAND.options>) {
  const [name, ...words] = operands;
  const command = name === undefined ? undefined : Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!command) {
    throw new UsageError(name === undefined ? "A command is missing." : `Unknown command: ${name}.`);
  }
  const lines = values.file === undefined
    ? []
    : (await Deno.readTextFile(fromCaller(values.file))).split(/\r?\n/);
  const env = Deno.env.toObject();
  await using source = values.token === undefined
    ? sqlSource(await resolveDatabaseUrl(values["db-url"], env))
    : restSource(values.token, env);
  using progress = patientProgress();
  progress.step("The database is reading.");
  const given = {
    cohort: values.cohort,
    question: values.question,
    learner: values.learner,
    by: values.by,
    sort: values.sort,
    words: [...words, ...lines.map((line) => line.trim()).filter((line) => line !== "")],
  };
  const rows = await readRows(source, command, given, progress.step);
  const columns = Object.keys(rows[0] ?? {});
  if (values.json) {
    console.log(JSON.stringify(rows));
  } else if (values.csv) {
    await Deno.stdout.write(
      new TextEncoder().encode(csvOf(columns.length > 0 ? columns : command.columns, rows)),
    );
  } else {
    console.log(rows.length > 0 ? tableOf(command.columns, rows) : "None.");
  }
}

if (import.meta.main) await main(COMMAND, run);
