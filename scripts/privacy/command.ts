// The command line of `npm run privacy`.
import { type Command, type Line, type Options, UsageError } from "../command/command.ts";
import { DATABASE_OPTION } from "../content/command.ts";

export const COMMAND = {
  name: "npm run privacy",
  operands: "COMMAND",
  about: `Exports a learner's data, writes and checks receipts of erasures, and shows what retention deletes.

  export LEARNER         write all data of a learner to --out, as JSON (docs/learner-export.schema.json)
  receipt LEARNER        write the receipt of an erasure to --out; --key signs it
  verify FILE            check a receipt; --public-key checks its signature, --learner whom it is about
  keys                   make a pair of keys: --out FILE, and FILE.pub to publish
  retention              show what is kept how long, and what the next run would delete; deletes nothing
  keep TABLE             change that for a table: --for '400 days', or --for ever

LEARNER is an id, an e-mail address, a device or an event. \`verify\` needs no database. It ends with 2 for a receipt that is invalid.
`,
  options: {
    out: {
      type: "string",
      value: "FILE",
      text: "export, receipt, keys: the file to write; it must not exist",
    },
    reason: { type: "string", value: "TEXT", text: "export, receipt, keep: why, for the audit" },
    key: { type: "string", value: "FILE", text: "receipt: the private key that signs" },
    "public-key": { type: "string", value: "FILE", text: "verify: the published key of the operator" },
    learner: { type: "string", value: "ID", text: "verify: whom the receipt should be about" },
    for: { type: "string", value: "TIME", text: "keep: such as '400 days', or `ever`" },
    json: { type: "boolean", default: false, text: "retention, verify: print JSON" },
    "db-url": DATABASE_OPTION,
  },
} as const satisfies Command<Options>;

type PrivacyLine = Line<typeof COMMAND.options>;

/** A command and what it works on. */
export interface Task {
  command: "export" | "receipt" | "verify" | "keys" | "retention" | "keep";
  /** The learner, the file or the table; empty for commands without one. */
  operand: string;
}

const OPERANDS: Readonly<Record<Task["command"], string | null>> = {
  export: "a learner",
  receipt: "a learner",
  verify: "the file of a receipt",
  keys: null,
  retention: null,
  keep: "a table",
};

const isCommand = (text: string): text is Task["command"] => Object.hasOwn(OPERANDS, text);

/** Reads the command and its operand. Throws `UsageError`. */
export function readTask({ values, operands }: PrivacyLine): Task {
  const [command, operand = "", ...extra] = operands;
  if (command === undefined) throw new UsageError("The command is missing.");
  if (!isCommand(command)) throw new UsageError(`Unknown command: ${command}.`);
  const what = OPERANDS[command];
  if (what !== null && operand === "") throw new UsageError(`${command} takes ${what}.`);
  const [unexpected] = what === null && operand !== "" ? [operand] : extra;
  if (unexpected !== undefined) throw new UsageError(`Unexpected argument: ${unexpected}.`);
  if (["export", "receipt", "keys"].includes(command) && values.out === undefined) {
    throw new UsageError(`--out is missing: the file that ${command} writes.`);
  }
  if (["export", "receipt", "keep"].includes(command) && values.reason === undefined) {
    throw new UsageError("--reason is missing: it is recorded in the audit.");
  }
  if (command === "keep" && values.for === undefined) {
    throw new UsageError("--for is missing: how long, such as '400 days', or `ever`.");
  }
  if (command === "keep" && !/^(ever|\d+ (hour|day|week|month|year)s?)$/.test(values.for ?? "")) {
    throw new UsageError(
      "--for takes a number and a unit from hours to years, such as '400 days', or `ever`.",
    );
  }
  return { command, operand };
}
