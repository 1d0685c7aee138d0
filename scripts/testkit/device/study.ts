// A learner for tests.
import assert from "node:assert/strict";
import type { Question } from "../../../client-contract/device/content.ts";
import type { Device } from "../../../client-contract/device/device.ts";
import { rightAnswer, wrongAnswer } from "./answers.ts";

/** The device's questions, skill by skill. */
export function allQuestions(device: Device): Question[] {
  return device.domains().flatMap(({ id }) => device.skills(id)).flatMap(({ id }) => device.questions(id));
}

/** The first skill's questions. */
export function firstQuestions(device: Device): [Question, ...Question[]] {
  const [first, ...others] = allQuestions(device);
  assert.ok(first);
  return [first, ...others.filter(({ skill_id }) => skill_id === first.skill_id)];
}

/** A session in which each question is answered once, right and wrong in turn; gives the attempts' ids. */
export function studyOnce(device: Device, questions: readonly Question[]): string[] {
  const sessionId = device.startSession();
  const ids = questions.map((question, index) => {
    const answer = index % 2 === 0 ? rightAnswer(question) : wrongAnswer(question);
    return device.answer({ sessionId, question, answer }).eventId;
  });
  device.endSession(sessionId);
  return ids;
}
