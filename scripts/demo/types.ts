// One question of each type: published, answered right and wrong while offline, and graded the same by device and server.
import type postgres from "postgres";
import type { Question } from "../../client-contract/device/content.ts";
import type { Device } from "../../client-contract/device/device.ts";
import { rightAnswer, wrongAnswer } from "../testkit/device/answers.ts";
import { bytesToLines, importContent } from "../content/import_content.ts";
import type { Narrator } from "./narrator.ts";

const SKILL = "one_of_each_type";
const DRAFTS = [
  {
    key: "single_choice",
    question: "What turns with the Moon?",
    choices: ["The tide", "The wind"],
    answer: 0,
  },
  {
    key: "multiple_choice",
    question: "Which are planets?",
    choices: ["Mars", "The Moon", "Venus"],
    answer: [0, 2],
  },
  { key: "true_false", question: "Sound travels faster in water than in air.", answer: true },
  {
    key: "numeric",
    question: "Metres that a stone falls in the first second?",
    answer: "4.9",
    tolerance: "0.1",
  },
  { key: "short_text", question: "What do plants breathe in?", answer: ["carbon dioxide", "CO2"] },
];

/** What the chapter needs. */
export interface TypesScene {
  narrator: Narrator;
  sql: postgres.Sql;
  device: Device;
  learnerId: string;
  /** Publishes, as the instructor, what `prepare` has drafted. */
  publish(note: string, prepare: () => Promise<string>): Promise<number>;
}

async function draft(sql: postgres.Sql): Promise<string> {
  const lines = DRAFTS.map(({ key, ...rest }) =>
    JSON.stringify({ key: `${SKILL}/${key}`, domain: "types", skill: SKILL, type: key, ...rest })
  );
  const { question } = await importContent(sql, bytesToLines(new TextEncoder().encode(lines.join("\n"))));
  return `${question.inserted} questions, one of each type`;
}

/** What a question looks like on a small screen. */
function shown(question: Question): string {
  const choices = "choices" in question ? ` (${question.choices.join(" / ")})` : "";
  return `${question.type.padEnd(15)} ${question.prompt}${choices}`;
}

/** Plays the chapter. */
export async function oneOfEachType(
  { narrator, sql, device, learnerId, publish }: TypesScene,
): Promise<void> {
  narrator.chapter("The instructor adds one question of each type");
  await publish("one of each type", () => draft(sql));
  await device.sync();
  const questions = device.domains().filter(({ key }) => key === "types")
    .flatMap(({ id }) => device.skills(id)).flatMap(({ id }) => device.questions(id));
  narrator.same(
    "A received a question of each type",
    questions.map(({ type }) => type).sort(),
    DRAFTS.map(({ key }) => key).sort(),
  );

  const sessionId = device.startSession(questions[0]?.skill_id);
  const verdicts = new Map<string, boolean>();
  for (const question of questions) {
    const [right, wrong] = [rightAnswer(question), wrongAnswer(question)];
    narrator.tell(`${shown(question)}  right: ${JSON.stringify(right)}  wrong: ${JSON.stringify(wrong)}`);
    for (const answer of [right, wrong]) {
      const { eventId, correct } = device.answer({ sessionId, question, answer });
      verdicts.set(eventId, correct);
    }
  }
  device.endSession(sessionId);
  narrator.same(
    "A grades every answer correctly while offline",
    [...verdicts.values()],
    questions.flatMap(() => [true, false]),
  );
  await device.sync();
  const rows = await sql<{ id: string; graded: boolean }[]>`
    select private.uuid_to_ulid(event_id) as id, graded_correct as graded from learner.attempt
    where user_id = ${learnerId} and event_id = any (
      select private.ulid_to_uuid(x) from unnest(${[...verdicts.keys()]}::text[]) x)
    order by event_id`;
  narrator.same("the server grades every answer the same way", rows.map(({ id, graded }) => [id, graded]), [
    ...verdicts,
  ]);
}
