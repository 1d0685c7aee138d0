// Checks an answer before it is graded. The server takes an answer of any form and grades an unknown form as wrong. A device knows
// its own screens, so there an answer of another form is a mistake in the app, and the app learns of it before anything is written.
import { MAX_EVENT_BYTES } from "../contract/limits.ts";
import { chosenIndexes } from "../contract/grading.ts";
import { answers, type AnswerTo, type QuestionType } from "../contract/question.ts";
import type { Question } from "./content.ts";
import { DeviceError } from "./device_error.ts";
import { toJson } from "./json_line.ts";

/** An answer can't be longer than its event's line. */
function requireDeliverable(answer: AnswerTo<QuestionType>): void {
  if (new TextEncoder().encode(toJson(answer)).byteLength > MAX_EVENT_BYTES) {
    throw new DeviceError("event_too_large", `An answer and its event are at most ${MAX_EVENT_BYTES} bytes.`);
  }
}

/**
 * Throws DeviceError `invalid_answer` unless the answer has the form of its question's type and names existing choices, each once;
 * `undeliverable` or `event_too_large` if the server could not store the answer.
 */
export function checkAnswer(question: Question, answer: AnswerTo<QuestionType>): void {
  const { type } = question;
  if (!answers[type].safeParse(answer).success) {
    throw new DeviceError("invalid_answer", `An answer to a ${type} question has another form.`);
  }
  requireDeliverable(answer);
  const choices = chosenIndexes(type, answer);
  const count = "choices" in question ? question.choices.length : 0;
  const exists = (choice: number) => Number.isInteger(choice) && choice >= 0 && choice < count;
  if (!choices.every(exists) || new Set(choices).size < choices.length) {
    throw new DeviceError("invalid_answer", `The question has the choices 0 to ${count - 1}, each once.`);
  }
}
