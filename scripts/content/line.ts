// One line of a curriculum file: its fields, and what is wrong with them. docs/content-format.md is for people.
import { z } from "zod";
import { isKey, keyOf, textProblem } from "./text.ts";

/** Longest texts, in characters, and longest lists. Those of key, title and question are the tables' own. */
export const LIMITS = {
  name: 120,
  title: 300,
  question: 20_000,
  choice: 2_000,
  explanation: 20_000,
  tag: 60,
  minChoices: 2,
  maxChoices: 20,
  tags: 20,
} as const;

const typed = (what: string) => (issue: { input?: unknown }) =>
  issue.input === undefined ? "is missing" : `must be ${what}`;

function text(max: number) {
  return z.string({ error: typed("a text") }).superRefine((value, context) => {
    const message = textProblem(value, max);
    if (message) context.addIssue({ code: "custom", message });
  });
}

function name(titleField: string) {
  return text(LIMITS.name).refine((value) => textProblem(value, LIMITS.name) || keyOf(value), {
    error: `gives no key: use letters a-z and digits here, and ${titleField} for the name`,
  });
}

const key = z.string({ error: typed("a text") }).refine(isKey, {
  error: "must be 1 to 120 characters of a-z 0-9 _ . / - and begin with a letter or digit",
});

const LineSchema = z.object({
  key,
  domain: name("domain_title"),
  skill: name("skill_title"),
  question: text(LIMITS.question),
  choices: z.array(text(LIMITS.choice), { error: typed("a list of texts") })
    .min(LIMITS.minChoices, `must hold at least ${LIMITS.minChoices}`)
    .max(LIMITS.maxChoices, `must hold at most ${LIMITS.maxChoices}`),
  answer: z.int({ error: typed("a whole number, the index of a choice from 0") }),
  domain_title: text(LIMITS.title).optional(),
  skill_title: text(LIMITS.title).optional(),
  explanation: text(LIMITS.explanation).nullish(),
  difficulty: z.int({ error: "must be a whole number from 1 to 5" }).min(1, "must be from 1 to 5")
    .max(5, "must be from 1 to 5").nullish(),
  tags: z.array(text(LIMITS.tag), { error: "must be a list of texts" })
    .max(LIMITS.tags, `must hold at most ${LIMITS.tags}`).nullish(),
}, { error: "is not a JSON object" }).superRefine(({ answer, choices }, context) => {
  // Too few choices have their own reason.
  if (choices.length < LIMITS.minChoices || (answer >= 0 && answer < choices.length)) return;
  const message = `is ${answer}, but the choices are 0 to ${choices.length - 1}`;
  context.addIssue({ code: "custom", path: ["answer"], message });
});

/** One question of a file. Of the optional fields, `undefined` keeps what the draft has and `null` clears it. */
export type Line = z.infer<typeof LineSchema>;

/** A line that was read, or every reason why it can't be used. */
export type ParsedLine = { line: Line; unknownFields: string[] } | { reasons: string[] };

const FIELDS: ReadonlySet<string> = new Set(Object.keys(LineSchema.shape));
const utf8 = new TextDecoder("utf-8", { fatal: true });

/** Reads one line; bytes must be UTF-8. */
export function parseLine(source: string | Uint8Array): ParsedLine {
  let raw: unknown;
  try {
    raw = JSON.parse(typeof source === "string" ? source : utf8.decode(source));
  } catch (error) {
    if (error instanceof SyntaxError) {
      // The parser's line is always 1 here, and would contradict the file's.
      const message = error.message.replace(/ \(line \d+ column \d+\)$| is not valid JSON$/, "");
      return { reasons: [`is not JSON: ${message}`] };
    }
    if (error instanceof TypeError) return { reasons: ["is not UTF-8 text"] };
    throw error;
  }
  const parsed = LineSchema.safeParse(raw);
  if (!parsed.success) return { reasons: parsed.error.issues.map(render) };
  return { line: parsed.data, unknownFields: Object.keys(raw ?? {}).filter((field) => !FIELDS.has(field)) };
}

/** `choices[2] is blank`. */
function render({ path, message }: z.core.$ZodIssue): string {
  const [field, ...places] = path;
  if (field === undefined) return message;
  return `${String(field)}${places.map((place) => `[${String(place)}]`).join("")} ${message}`;
}
