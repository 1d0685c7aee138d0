// Whether an answer can be one to its question. The server takes any form and grades what it does not know as wrong; a device
// knows its own screens, so there it is a mistake of the app's, to be told before anything is written.
import { answers, type AnswerTo, chosenIndexes, type QuestionType } from "../contract/question.ts";
import type { Question } from "./content.ts";
import { DeviceError } from "./device_error.ts";

/** Throws DeviceError `invalid_answer` unless the answer is of its question's form and names choices that there are, each once. */
export function checkAnswer(question: Question, answer: AnswerTo<QuestionType>): void {
  const { type } = question;
  if (!answers[type].safeParse(answer).success) {
    throw new DeviceError("invalid_answer", `That is not of the form of an answer to a ${type} question.`);
  }
  const choices = chosenIndexes(type, answer);
  const count = "choices" in question ? question.choices.length : 0;
  const exists = (choice: number) => Number.isInteger(choice) && choice >= 0 && choice < count;
  if (!choices.every(exists) || new Set(choices).size < choices.length) {
    throw new DeviceError("invalid_answer", `The question has the choices 0 to ${count - 1}, each once.`);
  }
}
