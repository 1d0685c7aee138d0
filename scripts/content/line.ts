// One line of a curriculum file: its fields, and what is wrong with them. docs/content-format.md is for people.
import { z } from "zod";
import { NORMALISATION, type Normalisation } from "../../client-contract/contract/normalise.ts";
import { DECIMAL, MediaReference, type QuestionType } from "../../client-contract/contract/question.ts";
import { LIMITS } from "./limits.ts";
import { isPlainLine } from "./plain_line.ts";
import { isKey, keyOf, sameChoice, textProblem } from "./text.ts";

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

const isMedia = (value: unknown) => MediaReference.safeParse(value).success;

const common = {
  key,
  domain: name("domain_title"),
  skill: name("skill_title"),
  question: text(LIMITS.question),
  domain_title: text(LIMITS.title).optional(),
  skill_title: text(LIMITS.title).optional(),
  explanation: text(LIMITS.explanation).nullish(),
  difficulty: z.int({ error: "must be a whole number from 1 to 5" }).min(1, "must be from 1 to 5")
    .max(5, "must be from 1 to 5").nullish(),
  tags: z.array(text(LIMITS.tag), { error: "must be a list of texts" })
    .max(LIMITS.tags, `must hold at most ${LIMITS.tags}`).nullish(),
  media: z.array(z.custom<MediaReference>(isMedia, "is not a media reference {path, bytes, sha256, mime}"), {
    error: "must be a list of {path, bytes, sha256, mime}",
  })
    .max(LIMITS.media, `must hold at most ${LIMITS.media}`).nullish(),
};
const choices = z.array(text(LIMITS.choice), { error: typed("a list of texts") })
  .min(LIMITS.minChoices, `must hold at least ${LIMITS.minChoices}`)
  .max(LIMITS.maxChoices, `must hold at most ${LIMITS.maxChoices}`)
  .superRefine((list, context) => {
    const same = sameChoice(list);
    if (same) {
      context.addIssue({ code: "custom", path: [same[1]], message: `looks the same as choices[${same[0]}]` });
    }
  });
const noChoices = z.array(z.string()).max(0, "belong to single_choice and multiple_choice alone").optional();
const index = z.int({ error: typed("a whole number, the index of a choice from 0") });
const decimal = (what: string) => z.string({ error: typed(what) }).regex(DECIMAL, `must be ${what}`);

/** Refuses indexes that no choice has; too few choices have their own reason. */
function checkIndexes(
  line: { choices: string[]; answer: number | number[] },
  context: z.RefinementCtx,
): void {
  const { choices, answer } = line;
  if (choices.length < LIMITS.minChoices) return;
  const indexes = Array.isArray(answer) ? answer : [answer];
  for (const answer of indexes.filter((n) => n < 0 || n >= choices.length)) {
    const message = `is ${answer}, but the choices are 0 to ${choices.length - 1}`;
    context.addIssue({ code: "custom", path: ["answer"], message });
  }
}

const notAnObject = { error: "is not a JSON object" };
const shapes = {
  single_choice: z.object(
    { ...common, type: z.literal("single_choice").optional(), choices, answer: index },
    notAnObject,
  ),
  multiple_choice: z.object({
    ...common,
    type: z.literal("multiple_choice"),
    choices,
    answer: z.array(index, { error: typed("a list of indexes from 0") }).min(1, "must hold at least 1")
      .refine((list) => new Set(list).size === list.length, "names a choice twice"),
  }, notAnObject),
  true_false: z.object({
    ...common,
    type: z.literal("true_false"),
    choices: noChoices,
    answer: z.boolean({ error: typed("true or false") }),
  }, notAnObject),
  numeric: z.object({
    ...common,
    type: z.literal("numeric"),
    choices: noChoices,
    answer: decimal('a decimal number as text, such as "9.81"'),
    tolerance: decimal('a decimal number as text, such as "0.01"')
      .refine((value) => !/^-.*[1-9]/.test(value), "must not be below 0").nullish(),
  }, notAnObject),
  short_text: z.object({
    ...common,
    type: z.literal("short_text"),
    choices: noChoices,
    answer: z.array(text(LIMITS.accepted), { error: typed("a list of accepted texts") }).min(
      1,
      "must hold at least 1",
    )
      .max(LIMITS.maxAccepted, `must hold at most ${LIMITS.maxAccepted}`),
    normalisation: z.literal([1, NORMALISATION], `must be from 1 to ${NORMALISATION}`).optional(),
  }, notAnObject),
} as const;
const schemas: Record<QuestionType, z.ZodType<Line>> = {
  ...shapes,
  single_choice: shapes.single_choice.superRefine(checkIndexes),
  multiple_choice: shapes.multiple_choice.superRefine(checkIndexes),
};
const isType = (type: unknown): type is QuestionType =>
  typeof type === "string" && Object.hasOwn(shapes, type);

/** One question of a file. Of the optional fields, `undefined` keeps what the draft has and `null` clears it. */
export interface Line {
  key: string;
  domain: string;
  skill: string;
  question: string;
  /** Absent: single_choice. */
  type?: QuestionType;
  choices?: string[];
  /** By type: an index, a list of indexes, true or false, a decimal string, a list of accepted texts. */
  answer: number | number[] | boolean | string | string[];
  /** Of a numeric question. */
  tolerance?: string | null;
  /** Of a short_text question: the rule that grades it; absent: the newest when it is published. */
  normalisation?: Normalisation;
  domain_title?: string;
  skill_title?: string;
  explanation?: string | null;
  difficulty?: number | null;
  tags?: string[] | null;
  media?: MediaReference[] | null;
}

/** The answer key as drafts hold it (docs/question-types.md). */
export function answerKeyOf({ type = "single_choice", answer, tolerance, normalisation }: Line): unknown {
  switch (type) {
    case "single_choice":
      return { choice: answer };
    case "multiple_choice":
      return { choices: answer };
    case "true_false":
      return { value: answer };
    case "numeric":
      return { value: answer, ...(tolerance ? { tolerance } : {}) };
    case "short_text":
      return { accepted: answer, ...(normalisation ? { normalisation } : {}) };
  }
}

/** A line that was read, or every reason why it can't be used. */
export type ParsedLine = { line: Line; unknownFields: string[] } | { reasons: string[] };

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** Reads one line; bytes must be UTF-8. */
export function parseLine(source: string | Uint8Array): ParsedLine {
  const parsed = parseJson(source);
  if ("reasons" in parsed) return parsed;
  // Most lines of most files; the rules take six times as long, and need not say what is wrong where nothing is.
  return isPlainLine(parsed.raw) ? { line: parsed.raw, unknownFields: [] } : checkLine(parsed.raw);
}

function parseJson(source: string | Uint8Array): { raw: unknown } | { reasons: string[] } {
  try {
    return { raw: JSON.parse(typeof source === "string" ? source : utf8.decode(source)) };
  } catch (error) {
    if (error instanceof SyntaxError) {
      // The parser's line is always 1 here, and would contradict the file's.
      const message = error.message.replace(/ \(line \d+ column \d+\)$| is not valid JSON$/, "");
      return { reasons: [`is not JSON: ${message}`] };
    }
    if (error instanceof TypeError) return { reasons: ["is not UTF-8 text; save the file as UTF-8"] };
    throw error;
  }
}

/** A line's value against the rules of its type. */
export function checkLine(raw: unknown): ParsedLine {
  const given = typeof raw === "object" && raw !== null && "type" in raw ? raw.type : undefined;
  const type = given ?? "single_choice";
  if (!isType(type)) return { reasons: [`type must be one of ${Object.keys(shapes).join(", ")}`] };
  const parsed = schemas[type].safeParse(raw);
  if (!parsed.success) return { reasons: parsed.error.issues.map(render) };
  const fields = shapes[type].shape;
  return {
    line: parsed.data,
    unknownFields: Object.keys(raw ?? {}).filter((field) => !Object.hasOwn(fields, field)),
  };
}

/** `choices[2] is blank`. */
function render({ path, message }: z.core.$ZodIssue): string {
  const [field, ...places] = path;
  if (field === undefined) return message;
  return `${String(field)}${places.map((place) => `[${String(place)}]`).join("")} ${message}`;
}
