// The command line of `npm run content`: which call of the database it asks for.
import { parseArgs } from "node:util";

export const USAGE = `npm run content -- COMMAND [options]
  preview                    what publishing would do, field by field, and the hash to hold it to
  publish                    drafts become the next version
  schedule --at TIME --hash HASH
                             publishes exactly that preview at that time
  schedules                  what is planned, and how earlier ones ended
  cancel ID                  takes a schedule back
  rollback VERSION           the content of an old version becomes the next one, and the drafts too
  history                    all releases, newest first

  --note TEXT     publish, schedule, rollback: why
  --hash HASH     publish, schedule: only what that preview showed
  --force         publish, schedule, rollback: although a large share of the content goes
  --limit N       preview: changes shown; schedules, history: lines; by default 20
  --json          print the answer as JSON
  --db-url URL    the database; else SUPABASE_DB_URL, else the local stack's
  --help          this text`;

/** A command line that can't be used; the message is meant for the person at the terminal. */
export class UsageError extends Error {}

/** What to call, and how to show the answer. */
export type Call =
  | { name: "preview_release"; limit: number }
  | { name: "publish_release"; note: string | null; hash: string | null; force: boolean }
  | { name: "schedule_release"; at: string; hash: string; note: string | null; force: boolean }
  | { name: "list_schedules" | "release_history"; limit: number }
  | { name: "cancel_schedule"; id: number }
  | { name: "rollback_release"; to: number; note: string | null; force: boolean };

/** One run of the command. */
export interface Command {
  call: Call;
  json: boolean;
  databaseUrl: string | undefined;
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        at: { type: "string" },
        hash: { type: "string" },
        note: { type: "string" },
        limit: { type: "string", default: "20" },
        force: { type: "boolean", default: false },
        json: { type: "boolean", default: false },
        "db-url": { type: "string" },
        help: { type: "boolean", default: false },
      },
    });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new UsageError(`${error.message}\n\n${USAGE}`);
  }
}

/** A whole number of the command line. */
function whole(text: string | undefined, what: string): number {
  if (text === undefined || !/^[1-9]\d{0,8}$/.test(text)) {
    throw new UsageError(`${what} is a whole number from 1.\n\n${USAGE}`);
  }
  return Number(text);
}

/** A time of the command line in UTC; without an offset it is the local time, as on every other clock here. */
function instant(text: string | undefined): string {
  const time = new Date(text ?? "");
  if (Number.isNaN(time.getTime())) {
    throw new UsageError(`--at is a time such as 2026-12-24T06:00 or 2026-12-24T06:00Z.\n\n${USAGE}`);
  }
  return time.toISOString();
}

/** Reads the command line. Throws UsageError. */
export function readCommand(args: readonly string[]): Command | "help" {
  const { values, positionals } = parse(args);
  if (values.help) return "help";
  const [command, operand, ...others] = positionals;
  const takesOperand = command === "cancel" || command === "rollback";
  if (others.length > 0 || (operand !== undefined && !takesOperand)) {
    throw new UsageError(`There is one word too many: ${others[0] ?? operand}.\n\n${USAGE}`);
  }
  const { force } = values;
  const note = values.note ?? null;
  const call = (): Call => {
    switch (command) {
      case "preview":
        return { name: "preview_release", limit: whole(values.limit, "--limit") };
      case "publish":
        return { name: "publish_release", note, hash: values.hash ?? null, force };
      case "schedule":
        if (!values.hash) throw new UsageError(`--hash is the hash of a preview.\n\n${USAGE}`);
        return { name: "schedule_release", at: instant(values.at), hash: values.hash, note, force };
      case "schedules":
        return { name: "list_schedules", limit: whole(values.limit, "--limit") };
      case "history":
        return { name: "release_history", limit: whole(values.limit, "--limit") };
      case "cancel":
        return { name: "cancel_schedule", id: whole(operand, "The schedule's id") };
      case "rollback":
        return { name: "rollback_release", to: whole(operand, "The version"), note, force };
      default:
        throw new UsageError(command === undefined ? USAGE : `There is no command ${command}.\n\n${USAGE}`);
    }
  };
  return { call: call(), json: values.json, databaseUrl: values["db-url"] };
}
