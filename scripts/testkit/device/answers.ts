// Answers for whoever plays a learner: one that is right and one that is wrong, to a question of any type.
import type { Gradable } from "../../../client-contract/contract/grading.ts";
import type { AnswerTo, QuestionType } from "../../../client-contract/contract/question.ts";

/** An answer that is right. */
export function rightAnswer({ type, answer }: Gradable): AnswerTo<QuestionType> {
  if (type === "numeric") return { value: answer.value };
  return type === "short_text" ? { text: answer.accepted[0] ?? "" } : answer;
}

/** An answer that is wrong, and still one that a learner could have given. */
export function wrongAnswer({ type, answer }: Gradable): AnswerTo<QuestionType> {
  switch (type) {
    case "single_choice":
      return { choice: answer.choice === 0 ? 1 : 0 };
    case "multiple_choice":
      return { choices: answer.choices.slice(1) };
    case "true_false":
      return { value: !answer.value };
    case "numeric":
      return { value: answer.value.startsWith("9999") ? "0" : `9999${"9".repeat(20)}` };
    case "short_text":
      // Longer than each of those that are accepted.
      return { text: `not ${answer.accepted.join(" ")}` };
  }
}
