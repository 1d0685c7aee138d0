// What every client computes alike, as functions from JSON to JSON. The vectors beside this file are their inputs and outputs, so a client in
// any language can run them. The Dart package has the same functions in test/subjects.dart.
import { z } from "zod";
import { codeOfSqlstate, completedIn, errors, Event, Manifest, QuestionRow } from "../contract/mod.ts";
import { isErrorCode } from "../contract/errors.ts";
import { hashTree, treeRow } from "../contract/hash_tree.ts";
import { parseJsonb } from "../contract/jsonb.ts";
import { messages } from "../contract/messages.ts";
import { normalText, shownText } from "../contract/normalise.ts";
import { practiceDay, streakOn, streaksOf, unionDays } from "../contract/practice.ts";
import { compareResets } from "../contract/projection_model.ts";
import { hasRoot, publishedTree } from "../contract/published_tree.ts";
import { gradeAnswer } from "../contract/grading.ts";
import { withVersion } from "../contract/content.ts";
import { sha256 } from "../contract/sha256.ts";
import { checkEventLine, checkHeaderLine, type Rejection } from "../contract/verdict.ts";
import { nextCell } from "../client/cells.ts";
import { backoff } from "../client/retry.ts";
import { mergeEvent, type Progress } from "../contract/merge.ts";
import { freshUlid, nextUlid } from "../client/ulid.ts";
import { OutboxInput, outboxStep } from "./outbox_step.ts";

/** A function from JSON to JSON, and the shape of its input. */
export interface Subject {
  /** What it computes, for a reader of the vectors. */
  about: string;
  input: z.ZodType;
  run(input: unknown): unknown;
}

/** A subject whose input is checked before it runs. */
function subject<I extends z.ZodType>(
  about: string,
  input: I,
  run: (input: z.output<I>) => unknown,
): Subject {
  return { about, input, run: (given) => run(input.parse(given)) };
}

/** Numbers from 0 to below 1, in the order in which a client draws them; one that draws more begins again. */
const Random = z.array(z.number().min(0).max(1)).min(1);
const drawn = (numbers: number[]) => {
  let place = 0;
  return () => numbers[place++ % numbers.length] ?? 0;
};

const ProgressState: z.ZodType<Progress> = z.object({
  reset_count: z.number(),
  reset_event: z.string().nullable(),
  mastery: z.number(),
  completed: z.array(z.string()),
  attempts: z.number(),
  correct: z.number(),
  practiced_at: z.string().nullable(),
});
const Pair = z.object({ reset_count: z.number(), reset_event: z.string().nullable() });
const Days = z.array(z.object({ from: z.string(), to: z.string() }));
const verdictOf = (verdict: { ok: true } | Rejection) =>
  verdict.ok ? { ok: true } : { ok: false, code: verdict.code, field: verdict.field };

/** All subjects by the name of their vectors' file. */
export const SUBJECTS: Readonly<Record<string, Subject>> = {
  "ulid.fresh": subject(
    "A ULID of a time: 16 digits are drawn, the last one first",
    z.object({ now: z.number(), random: Random }),
    ({ now, random }) => freshUlid(now, drawn(random)),
  ),
  "ulid.next": subject(
    "The ULID after another one: greater, and never of an earlier time",
    z.object({ last: z.string().nullable(), now: z.number(), random: Random }),
    ({ last, now, random }) => nextUlid(last, now, drawn(random)),
  ),
  "hash.sha256": subject(
    "The SHA-256 of a text's bytes in UTF-8, in hex",
    z.object({ text: z.string() }),
    ({ text }) => sha256(text),
  ),
  "hash.tree": subject(
    "The hash tree over rows, from their exact lines",
    z.object({ lines: z.array(z.string()) }),
    ({ lines }) => {
      const { root, domains, skills, rows, orphans } = hashTree(lines.map(treeRow));
      const object = Object.fromEntries<string>;
      return { root, domains: object(domains), skills: object(skills), rows: object(rows), orphans };
    },
  ),
  "hash.published": subject(
    "Whether the domains of a manifest come to a root",
    z.object({ manifest: Manifest, root: z.string() }),
    ({ manifest, root }) => hasRoot(publishedTree(manifest), root),
  ),
  "hash.version": subject(
    "A row's line with another version",
    z.object({ line: z.string(), version: z.number() }),
    ({ line, version }) => withVersion(line, version),
  ),
  "progress.merge": subject(
    "Progress with some events of its skill",
    z.object({ progress: ProgressState, events: z.array(Event) }),
    ({ progress, events }) => events.reduce(mergeEvent, progress),
  ),
  "progress.resets": subject(
    "The order of two resets: -1, 0 or 1",
    z.object({ a: Pair, b: Pair }),
    ({ a, b }) => Math.sign(compareResets(a, b)),
  ),
  "progress.completed": subject(
    "The completed ones of a skill's questions, where questions may have moved between skills",
    z.object({
      skill: z.string(),
      questions: z.array(z.string()),
      progress: z.array(z.object({
        skill_id: z.string(),
        reset_count: z.number(),
        completed: z.array(z.string()),
      })),
    }),
    ({ skill, questions, progress }) => completedIn(skill, questions, progress),
  ),
  "practice.day": subject(
    "The day of practice of an event; times are milliseconds since 1970",
    z.object({
      occurred_at: z.number(),
      utc_offset_minutes: z.number(),
      clock_offset_ms: z.number().nullable(),
      answered_at: z.number().nullable(),
      received_at: z.number(),
      clock_skew_ms: z.number().nullable(),
    }),
    practiceDay,
  ),
  "practice.streak": subject(
    "The union of ranges of days, its streaks, and the streak as of a day",
    z.object({ days: Days, today: z.string() }),
    ({ days, today }) => {
      const union = unionDays(days);
      return { days: union, streaks: streaksOf(union) ?? null, current: streakOn(union, today) };
    },
  ),
  "text.normal": subject(
    "The form in which short texts are compared, by the rule's version",
    z.object({ text: z.string(), rule: z.literal([1, 2]) }),
    ({ text, rule }) => normalText(text, rule),
  ),
  "text.shown": subject("A text as it looks", z.object({ text: z.string() }), ({ text }) => shownText(text)),
  "answer.grade": subject(
    "Whether an answer to a question is right",
    z.object({ question: QuestionRow, answer: z.unknown() }),
    ({ question, answer }) => gradeAnswer(question, answer),
  ),
  "json.parse": subject(
    "JSON as strictly as the server reads it",
    z.object({ text: z.string() }),
    ({ text }) => parseJsonb(text),
  ),
  "event.check": subject(
    "The server's verdict on the line of an event, as far as the line decides",
    z.object({ line: z.string(), learner: z.string() }),
    ({ line, learner }) => verdictOf(checkEventLine(line, learner)),
  ),
  "header.check": subject(
    "The server's verdict on the first line of a batch",
    z.object({ line: z.string() }),
    ({ line }) => verdictOf(checkHeaderLine(line)),
  ),
  "retry.backoff": subject(
    "Milliseconds to wait after failures in a row",
    z.object({
      failures: z.number(),
      base_ms: z.number(),
      cap_ms: z.number(),
      random: z.number(),
      retry_after_s: z.number(),
    }),
    ({ failures, base_ms, cap_ms, random, retry_after_s }) => {
      const policy = { attempts: 0, baseMs: base_ms, capMs: cap_ms, patienceMs: 0 };
      return backoff(failures, policy, () => random, retry_after_s);
    },
  ),
  "cell.next": subject(
    "The base URL to ask next after the cell `asked` answered `moved` with a target; null: the same cell again",
    z.object({
      home: z.string(),
      trusted: z.array(z.string()),
      asked: z.string(),
      target: z.string().nullable(),
    }),
    ({ home, trusted, asked, target }) => nextCell({ home, trusted }, asked, target ?? undefined),
  ),
  "outbox.step": subject(
    "What becomes of an event of the outbox after its result; null: the answer had none for it",
    OutboxInput,
    outboxStep,
  ),
  "error.facts": subject(
    "What the error registry says of a code; null for one of a newer server",
    z.object({ code: z.string() }),
    ({ code }) => {
      if (!isErrorCode(code)) return null;
      const { title, client, request, event, pull = false } = errors[code];
      const known = request?.sqlstate.every((state) => codeOfSqlstate(state) === code) ?? true;
      return { title, action: client, request: request ?? null, event: event ?? null, pull, known };
    },
  ),
  "message": subject(
    "A message as a client reads and writes it again",
    z.object({ name: z.string(), json: z.unknown() }),
    ({ name, json }) => messages[name]?.safeParse(json).data ?? null,
  ),
};
