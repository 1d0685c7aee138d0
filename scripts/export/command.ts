// The command line of `npm run export`.
import { type Command, type Line, type Options, UsageError } from "../command/command.ts";
import { isUuid } from "../command/uuid.ts";
import { DATABASE_OPTION } from "../content/command.ts";

export const COMMAND = {
  name: "npm run export",
  operands: "FORM LEARNER",
  about:
    `Exports a learner's answers for other systems, one JSON object a line. It changes nothing, and is recorded in the audit.

  xapi LEARNER           each attempt as an xAPI statement, for a learning record store
  fsrs LEARNER           each attempt as a review, for a scheduler of the FSRS family

With --token it reads as that instructor (learners of their own cohorts), support agent or admin, from API_URL; LEARNER is then an id. Otherwise it reads as an
administrator, from the database of --db-url or SUPABASE_DB_URL, or else the local one; LEARNER is an id, an e-mail address, a device or an event. Nothing names the learner but their id. docs/exports.md has the forms.
`,
  options: {
    reason: { type: "string", value: "TEXT", text: "why, for the audit" },
    out: {
      type: "string",
      value: "FILE",
      text: "the file to write, which must not exist; else standard output",
    },
    home: { type: "string", value: "URL", text: "xapi: the address that names this deployment" },
    answers: {
      type: "boolean",
      default: false,
      text: "xapi: with the learner's answers, which may hold personal text",
    },
    csv: { type: "boolean", default: false, text: "fsrs: comma-separated values with a head line" },
    json: { type: "boolean", default: false, text: "print errors and the summary of --out as JSON" },
    token: {
      type: "string",
      value: "TOKEN",
      text: "an access token of an instructor, of support or of an admin",
    },
    "db-url": DATABASE_OPTION,
  },
} as const satisfies Command<Options>;

/** What to export. */
export interface Task {
  form: "xapi" | "fsrs";
  learner: string;
  reason: string;
}

/** Reads the form and the learner. Throws `UsageError`. */
export function readTask({ values, operands }: Line<typeof COMMAND.options>): Task {
  const [form, learner, ...extra] = operands;
  if (form === undefined) throw new UsageError("The form is missing: xapi or fsrs.");
  if (form !== "xapi" && form !== "fsrs") throw new UsageError(`Unknown form: ${form}.`);
  if (learner === undefined) throw new UsageError(`${form} takes a learner.`);
  if (extra[0] !== undefined) throw new UsageError(`Unexpected argument: ${extra[0]}.`);
  if (values.reason === undefined) throw new UsageError("--reason is missing: it is recorded in the audit.");
  if (values.token !== undefined) {
    if (values["db-url"] !== undefined) {
      throw new UsageError(
        "--token and --db-url exclude each other: one reads over the API, the other from the database.",
      );
    }
    if (!isUuid(learner)) throw new UsageError("With --token LEARNER must be a learner's id, a UUID.");
  }
  if (form === "xapi" && !URL.canParse(values.home ?? "")) {
    throw new UsageError(
      "--home is missing: an address such as https://learn.example.org, which names this deployment.",
    );
  }
  if (form === "fsrs" && (values.home !== undefined || values.answers)) {
    throw new UsageError("--home and --answers belong to xapi.");
  }
  if (form === "xapi" && values.csv) throw new UsageError("--csv belongs to fsrs.");
  return { form, learner, reason: values.reason };
}
