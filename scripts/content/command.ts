// The command line of `npm run content`: which call of the database it asks for.
import { type Command, type Line, type Options, UsageError, wholeNumber } from "../command/command.ts";

/** Where the database is, for every command that writes drafts or releases. */
export const DATABASE_OPTION = {
  type: "string",
  value: "URL",
  text: "the database; default: SUPABASE_DB_URL, else the local one",
} as const;

export const COMMAND = {
  name: "npm run content",
  operands: "COMMAND",
  about: `Publishes drafts, now or at a time, and shows what was published.

  preview             show what publishing would change, and the hash of these changes
  publish             publish the drafts as the next version
  schedule            publish exactly one preview (--hash) at a time (--at)
  schedules           list schedules and how they ended
  cancel ID           cancel a schedule
  rollback VERSION    publish the content of an old version again, and write the drafts back
  history             list releases, newest first
`,
  options: {
    note: { type: "string", value: "TEXT", text: "publish, schedule, rollback: the reason" },
    hash: {
      type: "string",
      value: "HASH",
      text: "publish, schedule: refuse if the drafts differ from this preview",
    },
    at: {
      type: "string",
      value: "TIME",
      text: "schedule: 2026-12-24T06:00 (local time) or with a zone, …+01:00 or …Z",
    },
    force: {
      type: "boolean",
      default: false,
      text:
        "publish, schedule, rollback: even if much content is withdrawn; schedule: even a time in the past",
    },
    limit: {
      type: "string",
      value: "N",
      default: "20",
      text: "preview, schedules, history: lines shown; default: 20",
    },
    json: { type: "boolean", default: false, text: "print the answer as JSON" },
    "db-url": DATABASE_OPTION,
  },
} as const satisfies Command<Options>;

/** What to call. */
export type Call =
  | { name: "preview_release"; limit: number }
  | { name: "publish_release"; note: string | null; hash: string | null; force: boolean }
  | { name: "schedule_release"; at: string; hash: string; note: string | null; force: boolean }
  | { name: "list_schedules" | "release_history"; limit: number }
  | { name: "cancel_schedule"; id: number }
  | { name: "rollback_release"; to: number; note: string | null; force: boolean };

const whole = (text: string | undefined, what: string) => wholeNumber(text ?? "", what, 1, 999_999_999);

const TIME = /^(2\d{3}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?))?(Z|[+-]\d\d:?\d\d)?$/;

/** A time in UTC. Without a zone it is local time. */
function instant(text: string | undefined): string {
  const [, date, clock = "00:00", zone = ""] = TIME.exec(text ?? "") ?? [];
  const time = new Date(`${date}T${clock}${zone}`);
  // JavaScript takes 30 February for 2 March.
  const isDay = date !== undefined && !Number.isNaN(Date.parse(date)) &&
    new Date(date).toISOString().startsWith(date);
  if (!isDay || Number.isNaN(time.getTime())) {
    throw new UsageError("--at takes a time such as 2026-12-24T06:00 (local time) or 2026-12-24T06:00Z.");
  }
  return time.toISOString();
}

/** Reads the command and its operand. Throws `UsageError`. */
export function readCall({ values, operands }: Line<typeof COMMAND.options>): Call {
  const [command, operand, ...others] = operands;
  const { force, note = null, hash = null } = values;
  const limit = () => whole(values.limit, "--limit");
  const calls: Readonly<Record<string, () => Call>> = {
    preview: () => ({ name: "preview_release", limit: limit() }),
    publish: () => ({ name: "publish_release", note, hash, force }),
    schedule() {
      if (hash === null) throw new UsageError("--hash is missing: `npm run content -- preview` shows it.");
      return { name: "schedule_release", at: instant(values.at), hash, note, force };
    },
    schedules: () => ({ name: "list_schedules", limit: limit() }),
    history: () => ({ name: "release_history", limit: limit() }),
    cancel: () => ({ name: "cancel_schedule", id: whole(operand, "cancel") }),
    rollback: () => ({ name: "rollback_release", to: whole(operand, "rollback"), note, force }),
  };
  if (command === undefined) throw new UsageError("The command is missing.");
  const read = Object.hasOwn(calls, command) ? calls[command] : undefined;
  if (!read) throw new UsageError(`Unknown command: ${command}.`);
  const extra = command === "cancel" || command === "rollback" ? others[0] : operand;
  if (extra !== undefined) throw new UsageError(`Unexpected argument: ${extra}.`);
  return read();
}
