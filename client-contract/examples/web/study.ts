// The question on the screen. Every click is stored on the device before the page shows its effect.
/// <reference lib="dom" />
import type { Question } from "../../device/mod.ts";
import type { WebDevice } from "../../web/mod.ts";

function button(text: string, clicked: () => void): HTMLButtonElement {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = text;
  button.onclick = clicked;
  return button;
}

function paragraph(text: string): HTMLParagraphElement {
  const paragraph = document.createElement("p");
  paragraph.textContent = text;
  return paragraph;
}

/** The choices of a question, as buttons. */
function choicesOf(question: Question): { text: string; answer: { choice: number } | { value: boolean } }[] {
  if (question.type === "single_choice") {
    return question.choices.map((text, choice) => ({ text, answer: { choice } }));
  }
  return question.type === "true_false"
    ? [true, false].map((value) => ({ text: value ? "True" : "False", answer: { value } }))
    : [];
}

/** Studies a skill in an element: one question after the other, until another skill is chosen. */
export async function study(device: WebDevice, skillId: string, element: HTMLElement): Promise<void> {
  const questions = (await device.questions(skillId)).filter((question) => choicesOf(question).length > 0);
  // After a reload the learner goes on with the session that was open.
  const open = (await device.openSessions()).find((session) => session.skill_id === skillId);
  const sessionId = open?.session_id ?? await device.startSession(skillId);
  let place = 0;

  async function finish(): Promise<void> {
    await device.endSession(sessionId);
    element.replaceChildren(paragraph("That was the last question of this skill."));
  }

  function ask(): void {
    const question = questions[place++];
    if (!question) return void finish();
    const since = performance.now();
    const choices = choicesOf(question).map(({ text, answer }) =>
      button(text, async () => {
        const durationMs = performance.now() - since;
        const { correct, explanation } = await device.answer({ sessionId, question, answer, durationMs });
        const { attempts, correct: right } = await device.progressIn(skillId);
        await device.advance({
          skillId,
          mastery: Math.round(100 * right / attempts),
          completed: [question.id],
        });
        const next = button("Next question", ask);
        element.replaceChildren(
          paragraph(question.prompt),
          paragraph(`${correct ? "Right." : "Not quite."} ${explanation ?? ""}`),
          next,
        );
        next.focus();
      })
    );
    element.replaceChildren(paragraph(question.prompt), ...choices);
  }
  ask();
}
