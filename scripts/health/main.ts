// `npm run health`: the targets of the service and how it does, in the terminal, as a page or as JSON.
import { type Command, type Line, main, type Options, wholeNumber } from "../command/command.ts";
import { resolveDatabaseUrl } from "../content/database.ts";
import { fromCaller } from "../start/options.ts";
import { readHealth } from "./read.ts";
import { renderReport } from "./report.ts";
import { renderText } from "./text.ts";

export const COMMAND = {
  name: "npm run health",
  about: `Shows each target of service health with its value and status. docs/health.md says what they mean.

The database is that of --db-url or SUPABASE_DB_URL, or else the local one.`,
  options: {
    html: { type: "string", value: "FILE", text: "write a page with charts instead" },
    json: { type: "boolean", text: "print figures and hourly sums as JSON" },
    hours: {
      type: "string",
      value: "N",
      default: "168",
      text: "hours of the charts and of --json (default 168)",
    },
    "db-url": { type: "string", value: "URL", text: "the database's connection string" },
  },
} as const satisfies Command<Options>;

export async function run({ values }: Line<typeof COMMAND.options>) {
  const hours = wholeNumber(values.hours, "--hours", 1, 2400);
  const url = await resolveDatabaseUrl(values["db-url"], Deno.env.toObject());
  const health = await readHealth(url, hours);
  if (values.html !== undefined) {
    await Deno.writeTextFile(fromCaller(values.html), renderReport(health, Date.now(), hours));
    console.log(`Wrote ${values.html}.`);
  } else if (values.json) {
    console.log(JSON.stringify(health));
  } else {
    console.log(renderText(health, Deno.stdout.isTerminal() && !Deno.env.get("NO_COLOR")));
  }
}

if (import.meta.main) await main(COMMAND, run);
