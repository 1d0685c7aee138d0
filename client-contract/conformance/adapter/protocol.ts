// The adapter protocol: what the runner asks of a client, and what the client says. One JSON object a line: commands on the
// adapter's stdin, one answer a command on its stdout. docs/conformance.md is the reference.
import { z } from "zod";
import { ContentHint, LearnerHint } from "../../contract/hint.ts";
import { parseJson } from "../../contract/json.ts";

/** Optional parts of the protocol, and what a client with each can do. */
export const CAPABILITIES = {
  adoption: "takes over an anonymous learner's data (`init` with `adopts`)",
  bundles: "fetches snapshots from bundles",
  dead_letters: "hands in what it has given up (`give_up`, `dead_letter`)",
  marker: "notices that it was restored from a backup (`init` with `marker`)",
  partial: "holds some domains only (`set_domains`)",
  schedule: "decides when to sync, and takes hints (`due`, `hint`, `listening`, `poll`)",
  verify: "verifies its cache and repairs the damaged part (`verify`, `damage`)",
} as const;
export type Capability = keyof typeof CAPABILITIES;
const Capability = z.enum(["adoption", "bundles", "dead_letters", "marker", "partial", "schedule", "verify"]);

const command = <N extends string, S extends z.ZodRawShape>(name: N, shape: S) =>
  z.object({ do: z.literal(name), ...shape });

/** What the app would pass to its client. */
export const Init = command("init", {
  url: z.string(),
  /** A folder for the client's data; the same folder again is a restart. */
  storage: z.string(),
  learner_id: z.string(),
  device_id: z.string(),
  /** The access token; null: nobody is signed in. */
  token: z.string().nullable(),
  /** Milliseconds since 1970. */
  now: z.number(),
  utc_offset_minutes: z.number(),
  platform: z.string(),
  app_version: z.string(),
  marker: z.string().optional(),
  adopts: z.object({ learner_id: z.string(), token: z.string() }).optional(),
});
export type Init = z.infer<typeof Init>;

/** A way to damage a cached row, as a bad disk does: behind the client's back. */
const Damage = z.enum(["change", "remove", "invent"]);

/** A command. */
export const Command = z.discriminatedUnion("do", [
  Init,
  command("answer", { question_id: z.string(), right: z.boolean(), duration_ms: z.number() }),
  command("advance", { skill_id: z.string(), mastery: z.number(), completed: z.array(z.string()) }),
  command("reset", { skill_id: z.string() }),
  command("end_session", {}),
  command("go_offline", { offline: z.boolean() }),
  command("set_token", { token: z.string().nullable(), refreshed: z.string().nullable() }),
  command("sync", {}),
  command("advance_clock", { ms: z.number() }),
  command("dump", {}),
  command("verify", {}),
  command("damage", { how: Damage, ids: z.array(z.string()) }),
  command("set_domains", { ids: z.array(z.string()).nullable() }),
  command("due", {}),
  command("hint", { content: ContentHint.nullable(), learner: LearnerHint.nullable() }),
  command("listening", { listening: z.boolean() }),
  command("poll", {}),
  command("give_up", { event_id: z.string(), reason: z.string() }),
  command("dead_letter", { text: z.string(), reason: z.string() }),
]);
export type Command = z.infer<typeof Command>;
export type CommandName = Command["do"];

/** How a sync ended. */
export const SyncOutcome = z.object({
  result: z.enum(["done", "failed"]),
  /** A failure's code: the problem's, or `network`, `signed_out`, `wrong_learner`, `invalid_answer`, or any other word. */
  code: z.string().nullable(),
});
export type SyncOutcome = z.infer<typeof SyncOutcome>;

const Row = z.looseObject({});

/** The state of a client. */
export const Dump = z.object({
  now: z.number(),
  device_id: z.string(),
  content: z.object({ history: z.string().nullable(), version: z.number(), lines: z.array(z.string()) }),
  /** Every event that the client still keeps, the learner's only. */
  outbox: z.array(z.object({
    id: z.string(),
    state: z.enum(["pending", "delivered", "quarantined", "held_back", "dead"]),
    code: z.string().nullable(),
    line: z.string(),
  })),
  /** The cursor of the last complete pull. */
  cursor: z.string().nullable(),
  /** Pulled rows, by their fields in the protocol. */
  rows: z.object({
    session: z.array(Row),
    attempt: z.array(Row),
    skill_progress: z.array(Row),
    practice: z.array(Row),
  }),
  /** Progress as the learner sees it: the server's rows with the client's own events. */
  progress: z.record(
    z.string(),
    z.object({
      mastery: z.number(),
      completed: z.array(z.string()),
      attempts: z.number(),
      correct: z.number(),
      reset_count: z.number(),
    }),
  ),
  must_update: z.enum(["app", "content"]).nullable(),
  revoked: z.boolean(),
  /** Dead letters that wait. */
  letters: z.number(),
});
export type Dump = z.infer<typeof Dump>;

const answers = {
  init: z.object({ capabilities: z.array(Capability) }),
  answer: z.object({ event_id: z.string() }),
  sync: SyncOutcome,
  poll: SyncOutcome,
  dump: Dump,
  verify: z.object({ intact: z.boolean() }),
  due: z.object({ in_ms: z.number() }),
  hint: z.object({ in_ms: z.number() }),
} satisfies Partial<Record<CommandName, z.ZodType>>;
const Nothing = z.object({});

type Answers = typeof answers;
/** The answer to a command. */
export type AnswerTo<N extends CommandName> = N extends keyof Answers ? z.output<Answers[N]>
  : Record<string, never>;

const isAnswered = (name: CommandName): name is keyof Answers & CommandName => Object.hasOwn(answers, name);

/** What goes back on one line. */
const Envelope = z.union([
  z.looseObject({ ok: z.literal(true) }),
  z.object({ ok: z.literal(false), error: z.string() }),
]);

/** A client said that it could not do a command, or said something that this protocol does not have. */
export class AdapterError extends Error {
  override readonly name = "AdapterError";
}

/** Reads the answer to a command. Throws AdapterError. */
export function readAnswer(name: CommandName, line: string): Record<string, unknown> {
  const envelope = Envelope.safeParse(parseJson(line));
  if (!envelope.success) throw new AdapterError(`${name}: not an answer: ${line.slice(0, 200)}`);
  if (envelope.data.ok === false) throw new AdapterError(`${name}: ${envelope.data.error}`);
  const answer = (isAnswered(name) ? answers[name] : Nothing).safeParse(envelope.data);
  if (!answer.success) throw new AdapterError(`${name}: ${z.prettifyError(answer.error)}`);
  return answer.data;
}

/** A client behind the protocol, in whatever process. */
export type Adapter = (command: Command) => Promise<Record<string, unknown>>;

/** The line that answers a command. */
export async function answerLine(adapter: Adapter, line: string): Promise<string> {
  try {
    const command = Command.parse(JSON.parse(line));
    return JSON.stringify({ ok: true, ...await adapter(command) });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return JSON.stringify({ ok: false, error: message });
  }
}
