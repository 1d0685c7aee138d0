// The question types: a question's row with its answer key, and a learner's answer. docs/question-types.md has the forms in words.
import { z } from "zod";
import { describe, describeEach, describeVariants } from "./documentation.ts";
import * as example from "./examples.ts";
import { Uuid } from "./ids.ts";

/** What a decimal string looks like. */
export const DECIMAL = /^[+-]?[0-9]{1,30}(\.[0-9]{1,30})?$/;
/** `[sign] 1-30 digits [. 1-30 digits]`: no exponent, no blanks, no grouping, a point and never a comma. */
export const DecimalString = z.string().regex(DECIMAL);
/* @__PURE__ */ describe(DecimalString, { id: "DecimalString", title: "Decimal string", example: "9.81" });

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
/* @__PURE__ */ describe(MediaReference, {
  id: "MediaReference",
  title: "Media file",
  example: { path: "sea/tide.webp", bytes: 18211, sha256: example.sha256, mime: "image/webp" },
  fields: {
    path: "The file's place below the app's media folder",
    bytes: "Size of the file",
    sha256: "The hash of the file",
    mime: "The file's media type",
  },
});

/** Answer keys by type, as questions carry them. */
export const answerKeys = {
  single_choice: z.object({ choice: Index }),
  multiple_choice: z.object({ choices: z.array(Index).min(1) }),
  true_false: z.object({ value: z.boolean() }),
  numeric: z.object({
    value: DecimalString,
    tolerance: DecimalString.optional(),
  }),
  short_text: z.object({
    accepted: z.array(z.string()).min(1).max(50),
    normalisation: z.literal([1, 2]).optional(),
  }),
} as const;
/* @__PURE__ */ describeEach(answerKeys, {
  single_choice: {
    id: "SingleChoiceKey",
    title: "Answer key of a single choice",
    description: "The one right choice.",
    example: { choice: 1 },
    fields: { choice: "The index of the right choice, from 0" },
  },
  multiple_choice: {
    id: "MultipleChoiceKey",
    title: "Answer key of a multiple choice",
    description: "The set of right choices.",
    example: { choices: [0, 2] },
    fields: { choices: "The indexes of all right choices, from 0, in no order" },
  },
  true_false: {
    id: "TrueFalseKey",
    title: "Answer key of a true or false",
    description: "Whether the statement is true.",
    example: { value: true },
    fields: { value: "Whether the statement is true" },
  },
  numeric: {
    id: "NumericKey",
    title: "Answer key of a number",
    description: "The right number, and how far off is still right.",
    example: { value: "9.81", tolerance: "0.01" },
    fields: {
      value: "The right number",
      tolerance: "The greatest absolute difference that is still right; absent: 0",
    },
  },
  short_text: {
    id: "ShortTextKey",
    title: "Answer key of a short text",
    description: "Texts that are right once they are normalised.",
    example: { accepted: ["mitochondrion", "mitochondria"], normalisation: 2 },
    fields: { accepted: "Texts that are right", normalisation: "The rule of normalisation; absent: 1" },
  },
});

/** Learners' answers by type, as `attempt.recorded` carries them. Another form is not refused, but never right. */
export const answers = {
  single_choice: z.looseObject({ choice: z.number() }),
  multiple_choice: z.looseObject({ choices: z.array(z.number()) }),
  true_false: z.looseObject({ value: z.boolean() }),
  numeric: z.looseObject({ value: DecimalString }),
  short_text: z.looseObject({ text: z.string() }),
} as const;
/* @__PURE__ */ describeEach(answers, {
  single_choice: {
    id: "SingleChoiceAnswer",
    title: "Answer to a single choice",
    description: "The choice that the learner took.",
    example: { choice: 1 },
    fields: { choice: { text: "The index of the choice, from 0", unit: "index" } },
  },
  multiple_choice: {
    id: "MultipleChoiceAnswer",
    title: "Answer to a multiple choice",
    description: "The choices that the learner took.",
    example: { choices: [2, 0] },
    fields: { choices: "The indexes of the choices, from 0, in any order" },
  },
  true_false: {
    id: "TrueFalseAnswer",
    title: "Answer to a true or false",
    description: "The learner's verdict.",
    example: { value: true },
    fields: { value: "Whether the learner thinks that the statement is true" },
  },
  numeric: {
    id: "NumericAnswer",
    title: "Answer with a number",
    description: "The number that the learner wrote.",
    example: { value: "9.8" },
    fields: { value: "The number as a decimal string" },
  },
  short_text: {
    id: "ShortTextAnswer",
    title: "Answer with a short text",
    description: "The text that the learner wrote.",
    example: { text: "Mitochondria" },
    fields: { text: "The text as the learner wrote it; grading normalises it" },
  },
});

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

const QUESTION_FIELDS = {
  kind: "The kind of the row",
  version: "The release that last changed the row",
  id: "The question",
  skill_id: "The question's skill",
  domain_id: "The domain of the question's skill",
  key: "The question's name for instructors; stable and unique",
  prompt: "What the learner is asked",
  explanation: "A text for learners after they have answered",
  difficulty: { text: "From 1 (easy) to 5 (hard)", unit: "level" },
  tags: "Words by which an app may select questions",
  media: "Files that the question shows; absent in content schema 1",
  position: "The place among the skill's questions; ascending",
  type: "The question's type",
  answer: "The answer key",
};
const CHOICES = "The choices, of which an answer names indexes";
const QUESTION = {
  kind: "question",
  version: 57,
  id: example.question,
  skill_id: example.skill,
  domain_id: example.domain,
  key: "tides/spring_tide",
  prompt: "When is a spring tide?",
  explanation: "Sun and moon pull along one line.",
  difficulty: 1,
  tags: ["moon"],
  media: [{ path: "sea/tide.webp", bytes: 18211, sha256: example.sha256, mime: "image/webp" }],
  position: 1,
} as const;

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
/* @__PURE__ */ describeVariants(QuestionRow, {
  single_choice: {
    id: "SingleChoiceQuestion",
    title: "Single choice",
    description: "A question with one right choice.",
    example: {
      ...QUESTION,
      type: "single_choice",
      choices: ["New moon", "Half moon"],
      answer: { choice: 0 },
    },
    fields: { ...QUESTION_FIELDS, choices: CHOICES },
  },
  multiple_choice: {
    id: "MultipleChoiceQuestion",
    title: "Multiple choice",
    description: "A question with a set of right choices.",
    example: {
      ...QUESTION,
      type: "multiple_choice",
      choices: ["New moon", "Half moon", "Full moon"],
      answer: { choices: [0, 2] },
    },
    fields: { ...QUESTION_FIELDS, choices: CHOICES },
  },
  true_false: {
    id: "TrueFalseQuestion",
    title: "True or false",
    description: "A statement that is true or false.",
    example: { ...QUESTION, type: "true_false", answer: { value: true } },
    fields: QUESTION_FIELDS,
  },
  numeric: {
    id: "NumericQuestion",
    title: "Number",
    description: "A question whose answer is a number.",
    example: { ...QUESTION, type: "numeric", answer: { value: "9.81", tolerance: "0.01" } },
    fields: QUESTION_FIELDS,
  },
  short_text: {
    id: "ShortTextQuestion",
    title: "Short text",
    description: "A question whose answer is a short text.",
    example: { ...QUESTION, type: "short_text", answer: { accepted: ["syzygy"], normalisation: 2 } },
    fields: QUESTION_FIELDS,
  },
});
/* @__PURE__ */ describe(QuestionRow, {
  id: "QuestionRow",
  title: "Question",
  example: {
    ...QUESTION,
    tags: [...QUESTION.tags],
    media: [...QUESTION.media],
    type: "true_false",
    answer: { value: true },
  },
});

/** A type of question. */
export type QuestionType = keyof typeof answerKeys;
/** A type's answer key. */
export type AnswerKey<T extends QuestionType> = z.infer<typeof answerKeys[T]>;
/** A learner's answer to a question of a type. */
export type AnswerTo<T extends QuestionType> = z.infer<typeof answers[T]>;
