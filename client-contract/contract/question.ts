// The question types: a question's row with its answer key, a learner's answer, and whether the answer is right. The rules in SQL
// (supabase/schemas/20_content/question_types.sql) give the same verdict; docs/question-types.md has the rules in words.
import { z } from "zod";
import { Uuid } from "./ids.ts";
import { normalText } from "./normalise.ts";

export { normalText };

/** What a decimal string looks like. */
export const DECIMAL = /^[+-]?[0-9]{1,30}(\.[0-9]{1,30})?$/;
/** `[sign] 1-30 digits [. 1-30 digits]`: no exponent, no blanks, no grouping, a point and never a comma. */
export const DecimalString = z.string().regex(DECIMAL);

const Index = z.int().min(0).max(19);

/**
 * A file that belongs to a question; `path` is below the app's media folder. Of ASCII and nothing that an address would escape, so that
 * every language draws the same line and counts the same length; and no segment begins with a point, so that none leads out of the folder.
 */
export const MediaReference = z.strictObject({
  path: z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]*(\/[A-Za-z0-9_][A-Za-z0-9_.-]*)*$/).max(500),
  bytes: z.int().min(1).max(9_999_999_999),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  mime: z.string().regex(/^[a-z]{1,40}\/[a-z0-9][a-z0-9.+-]{0,79}$/),
});
export type MediaReference = z.infer<typeof MediaReference>;

/** Answer keys by type, as questions carry them. */
export const answerKeys = {
  single_choice: z.object({ choice: Index }).describe("The index into choices, from 0"),
  multiple_choice: z.object({ choices: z.array(Index).min(1) }).describe("All right indexes, in no order"),
  true_false: z.object({ value: z.boolean() }),
  numeric: z.object({
    value: DecimalString,
    tolerance: DecimalString.optional().describe("How far off is still right, absolute; absent: 0"),
  }),
  short_text: z.object({
    accepted: z.array(z.string()).min(1).max(50),
    normalisation: z.literal([1, 2]).optional().describe("The rule that grades it; absent: 1"),
  }),
} as const;

/** Learners' answers by type, as `attempt.recorded` carries them. Another form is not refused, but never right. */
export const answers = {
  single_choice: z.looseObject({ choice: z.number() }),
  multiple_choice: z.looseObject({ choices: z.array(z.number()) }),
  true_false: z.looseObject({ value: z.boolean() }),
  numeric: z.looseObject({ value: DecimalString }),
  short_text: z.looseObject({ text: z.string() }),
} as const;

/** What questions of all types have. `media` is absent in content schema 1. */
const questionFields = {
  kind: z.literal("question"),
  version: z.int().min(1),
  id: Uuid,
  skill_id: Uuid,
  domain_id: Uuid,
  key: z.string(),
  prompt: z.string(),
  explanation: z.string().optional(),
  difficulty: z.int().optional(),
  tags: z.array(z.string()).optional(),
  media: z.array(MediaReference).optional(),
  position: z.int(),
};
const choices = z.array(z.string()).min(2).max(20);

/** One question, by type. Content schema 1 knows the type single_choice alone. */
export const QuestionRow = z.discriminatedUnion("type", [
  z.object({
    ...questionFields,
    type: z.literal("single_choice"),
    choices,
    answer: answerKeys.single_choice,
  }),
  z.object({
    ...questionFields,
    type: z.literal("multiple_choice"),
    choices,
    answer: answerKeys.multiple_choice,
  }),
  z.object({ ...questionFields, type: z.literal("true_false"), answer: answerKeys.true_false }),
  z.object({ ...questionFields, type: z.literal("numeric"), answer: answerKeys.numeric }),
  z.object({ ...questionFields, type: z.literal("short_text"), answer: answerKeys.short_text }),
]);
export type QuestionRow = z.infer<typeof QuestionRow>;

/** A type of question. */
export type QuestionType = keyof typeof answerKeys;
/** A type's answer key. */
export type AnswerKey<T extends QuestionType> = z.infer<typeof answerKeys[T]>;
/** A learner's answer to a question of a type. */
export type AnswerTo<T extends QuestionType> = z.infer<typeof answers[T]>;

/** What it takes to grade: any question row has it. */
export type Gradable = { [T in QuestionType]: { type: T; answer: AnswerKey<T> } }[QuestionType];

/** Digits after the point that a decimal string can have. */
const SCALE = 30;

/** A decimal string as a whole number of 10^-30: exact, as PostgreSQL's numeric is. */
function scaled(decimal: string): bigint {
  const [whole = "0", fraction = ""] = decimal.replace(/^[+-]/, "").split(".");
  const size = BigInt(whole + fraction.padEnd(SCALE, "0"));
  return decimal.startsWith("-") ? -size : size;
}

const sameSet = (a: readonly number[], b: readonly number[]) =>
  a.every((n) => b.includes(n)) && b.every((n) => a.includes(n));

/**
 * Whether an answer is right. False, never an error, for an answer that is not of its type's form. A true_false question
 * may be answered by `{"choice": 0}` (true) or `{"choice": 1}`, as clients of content schema 1 do.
 */
export function gradeAnswer(question: Gradable, answer: unknown): boolean {
  switch (question.type) {
    case "single_choice": {
      const given = answers.single_choice.safeParse(answer);
      return given.success && given.data.choice === question.answer.choice;
    }
    case "multiple_choice": {
      const given = answers.multiple_choice.safeParse(answer);
      return given.success && sameSet(given.data.choices, question.answer.choices);
    }
    case "true_false": {
      const given = answers.true_false.safeParse(answer);
      if (given.success) return given.data.value === question.answer.value;
      const old = answers.single_choice.safeParse(answer);
      return old.success && !("value" in old.data) && old.data.choice === (question.answer.value ? 0 : 1);
    }
    case "numeric": {
      const given = answers.numeric.safeParse(answer);
      if (!given.success) return false;
      const distance = scaled(given.data.value) - scaled(question.answer.value);
      return (distance < 0n ? -distance : distance) <= scaled(question.answer.tolerance ?? "0");
    }
    case "short_text": {
      const given = answers.short_text.safeParse(answer);
      if (!given.success) return false;
      const { accepted, normalisation = 1 } = question.answer;
      const text = normalText(given.data.text, normalisation);
      return accepted.some((one) => normalText(one, normalisation) === text);
    }
  }
}

/** The choices that an answer names, by index; none for types without choices. */
export function chosenIndexes(type: QuestionType, answer: unknown): number[] {
  switch (type) {
    case "single_choice":
      return [answers.single_choice.parse(answer).choice];
    case "multiple_choice":
      return answers.multiple_choice.parse(answer).choices;
    default:
      return [];
  }
}
