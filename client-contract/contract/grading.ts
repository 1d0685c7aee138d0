// Whether an answer is right. The rules in SQL (supabase/schemas/20_content/question_types.sql) give the same verdict;
// docs/question-types.md has the rules in words.
import { normalText } from "./normalise.ts";
import { type AnswerKey, answers, type QuestionType } from "./question.ts";

export { normalText };

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
