// The command line of `npm run support`: which call of the database it asks for.
import { type Command, type Line, type Options, UsageError, wholeNumber } from "../command/command.ts";
import { isUuid } from "../command/uuid.ts";
import { DATABASE_OPTION } from "../content/command.ts";

export const COMMAND = {
  name: "npm run support",
  operands: "COMMAND",
  about:
    `Finds a learner, and says what happened to them and to their events. Every look is recorded with its reason.

  find TEXT                  whose id, e-mail address, device, event or batch it is
  event ID                   what happened to an event; --learner makes it certain
  timeline LEARNER           what happened, newest first; --after and --before turn pages
  devices LEARNER            devices, with the last report of each
  quarantine [LEARNER]       events that could not be applied: of one learner, or open ones of all
  errors                     failures of all learners by code, platform and app version
  replay LEARNER [ID]...     send quarantined events through ingest again
  discard LEARNER ID...      set quarantined events aside
  grant STAFF                let another account read the content of answers (--hours)
  end-grant STAFF            end that at once
  grants                     list the grants in force

LEARNER is an id, or anything that \`find\` takes and that one learner has. docs/support.md walks through it.
Ends with 2 if nothing was found.
`,
  options: {
    reason: { type: "string", value: "TEXT", text: "why, for the audit; a ticket's number is best" },
    learner: { type: "string", value: "LEARNER", text: "event: whose event it is" },
    kind: { type: "string", value: "KINDS", text: "timeline: such as event,report; telemetry only if named" },
    device: { type: "string", value: "ID", text: "timeline: of one device" },
    code: { type: "string", value: "CODE", text: "timeline, quarantine, errors, replay: of one code" },
    skill: { type: "string", value: "ID", text: "timeline: answers and progress of one skill" },
    question: { type: "string", value: "ID", text: "timeline: answers to one question" },
    from: { type: "string", value: "TIME", text: "timeline: from this time on, such as 2026-11-30T06:00Z" },
    to: { type: "string", value: "TIME", text: "timeline: before this time" },
    after: { type: "string", value: "CURSOR", text: "timeline, quarantine: the next page" },
    before: { type: "string", value: "CURSOR", text: "timeline: the page with newer entries" },
    status: { type: "string", value: "STATUS", text: "quarantine: open, held, superseded or discarded" },
    platform: { type: "string", value: "NAME", text: "errors: of one platform" },
    "app-version": { type: "string", value: "VERSION", text: "errors: of one app version" },
    hours: { type: "string", value: "N", text: "errors: of so many hours (24); grant: for so long (8)" },
    limit: { type: "string", value: "N", text: "rows of a page, at most 500; default: 20" },
    answers: { type: "boolean", default: false, text: "show the content of answers, which needs a grant" },
    json: { type: "boolean", default: false, text: "print the answer as JSON" },
    "db-url": DATABASE_OPTION,
  },
} as const satisfies Command<Options>;

/** A parameter of a call: a list goes as an array literal, null as the default. */
export type Value = string | number | boolean | null;

/** A function of the database, and the name of the command that asks for it. */
export interface Call {
  command: string;
  name: string;
  parameters: Record<string, Value>;
  /** The text that says which learner; to be found first if it is no id. */
  learner?: { parameter: string; text: string } | undefined;
}

type Values = Line<typeof COMMAND.options>["values"];

function timeOf(text: string | undefined, option: string): string | null {
  if (text === undefined) return null;
  const time = new Date(/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00Z` : text);
  if (!/^\d{4}-\d\d-\d\d/.test(text) || Number.isNaN(time.getTime())) {
    throw new UsageError(`${option} takes a time such as 2026-11-30T06:00Z or 2026-11-30.`);
  }
  return time.toISOString();
}

/** An id that is a UUID; null where the option is not given. */
function idOf(text: string | undefined, option: string): string | null {
  if (text === undefined) return null;
  if (!isUuid(text)) throw new UsageError(`${option} takes a UUID.`);
  return text;
}

/** A PostgreSQL array literal of words. */
function listOf(words: readonly string[], what: string): string {
  if (!words.every((word) => /^[\w-]+$/.test(word))) {
    throw new UsageError(`${what} takes names, separated by commas.`);
  }
  return `{${words.join(",")}}`;
}

/** The calls by command; `args` are the operands after the command. */
function callOf(command: string, args: readonly string[], values: Values): Call | undefined {
  const { reason = null, code = null, after = null, answers } = values;
  const limit = wholeNumber(values.limit ?? "20", "--limit", 1, 500);
  const hours = (most: string) => wholeNumber(values.hours ?? most, "--hours", 1, 744);
  const [first, ...rest] = args;
  const named = (what: string) => {
    if (first === undefined) throw new UsageError(`${command} takes ${what}.`);
    return first;
  };
  const learner = { parameter: "learner", text: first ?? "" };
  const call = (name: string, parameters: Record<string, Value>, more: Partial<Call> = {}) => ({
    command,
    name,
    parameters,
    ...more,
  });
  switch (command) {
    case "find":
      return call("support_find", { query: named("an id or an e-mail address"), reason });
    case "event":
      return call(
        "support_event",
        { event: named("the id of an event"), reason, learner: null, with_answers: answers },
        values.learner === undefined ? {} : { learner: { parameter: "learner", text: values.learner } },
      );
    case "timeline":
      named("a learner");
      return call("support_timeline", {
        reason,
        after,
        before: values.before ?? null,
        page_rows: limit,
        with_answers: answers,
        with_kinds: values.kind === undefined ? null : listOf(values.kind.split(","), "--kind"),
        with_device: idOf(values.device, "--device"),
        with_code: code,
        with_skill: idOf(values.skill, "--skill"),
        with_question: idOf(values.question, "--question"),
        from_time: timeOf(values.from, "--from"),
        to_time: timeOf(values.to, "--to"),
      }, { learner });
    case "devices":
      named("a learner");
      return call("list_devices", { reason }, { learner });
    case "quarantine":
      return call("support_quarantine", {
        reason,
        with_code: code,
        with_status: values.status ?? null,
        with_answers: answers,
        after,
        page_rows: limit,
      }, first === undefined ? {} : { learner });
    case "errors":
      return call("support_errors", {
        reason,
        with_code: code,
        with_platform: values.platform ?? null,
        with_app_version: values["app-version"] ?? null,
        hours: hours("24"),
        page_rows: limit,
      });
    case "replay":
      named("a learner");
      return call("replay_quarantined", {
        ids: rest.length === 0 ? null : listOf(rest, "replay"),
        with_code: code,
      }, { learner });
    case "discard":
      named("a learner");
      if (rest.length === 0) throw new UsageError("discard takes the ids of quarantined events.");
      return call("discard_quarantined", { ids: listOf(rest, "discard"), reason }, { learner });
    case "grant":
      return call("grant_support", {
        staff: idOf(named("the id of an account"), command),
        reason,
        hours: hours("8"),
      });
    case "end-grant":
      return call("end_support_grant", { staff: idOf(named("the id of an account"), command), reason });
    case "grants":
      return call("support_grants", {});
    default:
      return undefined;
  }
}

/** How many operands follow each command, besides lists. */
const MOST: Readonly<Record<string, number>> = { replay: 501, discard: 501, errors: 0, grants: 0 };

/** Reads the command and its operands. Throws `UsageError`. */
export function readCall({ values, operands }: Line<typeof COMMAND.options>): Call {
  const [command, ...args] = operands;
  if (command === undefined) throw new UsageError("The command is missing.");
  const call = callOf(command, args, values);
  if (!call) throw new UsageError(`Unknown command: ${command}.`);
  const extra = args[MOST[command] ?? 1];
  if (extra !== undefined) throw new UsageError(`Unexpected argument: ${extra}.`);
  if ("reason" in call.parameters && !values.reason) {
    throw new UsageError(
      "--reason is missing: every look and decision is recorded with a reason, such as a ticket's number.",
    );
  }
  return call;
}
