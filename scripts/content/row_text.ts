// The questions of a file as PostgreSQL reads arrays: a text for each column. Of all that a statement can take, arrays of
// texts cost the server least but for COPY: a third of the same rows as JSON.
import type { Question } from "./curriculum.ts";
import { answerKeyOf, type Line } from "./line.ts";

type Value = string | number | null | undefined;

function element(value: Value): string {
  if (value === null || value === undefined) return "NULL";
  return typeof value === "number" ? String(value) : `"${value.replace(/["\\]/g, "\\$&")}"`;
}

/** An array in PostgreSQL's own text form; null and undefined are its nulls. */
export function arrayText(values: readonly Value[]): string {
  return `{${values.map(element).join(",")}}`;
}

/** Fields that keep what the draft has where the line does not have them: bits of the column `given`. */
export const GIVEN = { explanation: 1, difficulty: 2, tags: 4, media: 8 } as const;

function givenOf(content: Line): number {
  return (content.explanation === undefined ? 0 : GIVEN.explanation) +
    (content.difficulty === undefined ? 0 : GIVEN.difficulty) +
    (content.tags === undefined ? 0 : GIVEN.tags) + (content.media === undefined ? 0 : GIVEN.media);
}

interface Column {
  /** As an array's elements; `as` is what they become. */
  type: "text" | "integer" | "smallint";
  as?: "text[]" | "jsonb";
  of(question: Question): Value;
}

/** What is sent of a question; lists and JSON go as texts. */
export const COLUMNS: Readonly<Record<string, Column>> = {
  key: { type: "text", of: ({ key }) => key },
  parent: { type: "text", of: ({ parent }) => parent },
  place: { type: "integer", of: ({ place }) => place },
  line: { type: "integer", of: ({ line }) => line },
  type: { type: "text", of: ({ content }) => content.type ?? "single_choice" },
  prompt: { type: "text", of: ({ content }) => content.question },
  choices: { type: "text", as: "text[]", of: ({ content }) => arrayText(content.choices ?? []) },
  answer: { type: "text", as: "jsonb", of: ({ content }) => JSON.stringify(answerKeyOf(content)) },
  given: { type: "smallint", of: ({ content }) => givenOf(content) },
  explanation: { type: "text", of: ({ content }) => content.explanation },
  difficulty: { type: "smallint", of: ({ content }) => content.difficulty },
  tags: { type: "text", as: "text[]", of: ({ content }) => content.tags && arrayText(content.tags) },
  media: { type: "text", as: "jsonb", of: ({ content }) => content.media && JSON.stringify(content.media) },
};

/** The questions, column by column, in the order of `COLUMNS`. */
export function columnTexts(questions: readonly Question[]): string[] {
  return Object.values(COLUMNS).map(({ of }) => arrayText(questions.map(of)));
}
