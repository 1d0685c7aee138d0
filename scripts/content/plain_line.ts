// The commonest line, recognised without the rules of line.ts: a single choice without difficulty, tags and media.
import { LIMITS } from "./limits.ts";
import { isKey, keyOf, sameChoice, textProblem } from "./text.ts";

const isText = (value: unknown, max: number) =>
  typeof value === "string" && textProblem(value, max) === undefined;
const isName = (value: unknown) =>
  typeof value === "string" && isText(value, LIMITS.name) && keyOf(value) !== undefined;

/** Such a line, without the fields that it may have. */
export interface PlainLine {
  key: string;
  domain: string;
  skill: string;
  question: string;
  choices: string[];
  answer: number;
}

/** What each field that such a line may have must be. */
const FIELDS: Readonly<Record<string, (value: unknown) => boolean>> = {
  key: (value) => typeof value === "string" && isKey(value),
  domain: isName,
  skill: isName,
  question: (value) => isText(value, LIMITS.question),
  type: (value) => value === "single_choice",
  choices: (value) =>
    Array.isArray(value) && value.length >= LIMITS.minChoices && value.length <= LIMITS.maxChoices &&
    value.every((choice) => isText(choice, LIMITS.choice)) && !sameChoice(value),
  answer: Number.isSafeInteger,
  domain_title: (value) => isText(value, LIMITS.title),
  skill_title: (value) => isText(value, LIMITS.title),
  explanation: (value) => value === null || isText(value, LIMITS.explanation),
};
/** Those that it must have. */
const REQUIRED = ["key", "domain", "skill", "question", "choices", "answer"] as const;

/**
 * Whether a value is a good line of that form; then the rules accept it too, and change nothing of it. False says
 * nothing: the rules decide.
 */
export function isPlainLine(raw: unknown): raw is PlainLine {
  if (typeof raw !== "object" || raw === null || Array.isArray(raw)) return false;
  for (const [field, value] of Object.entries(raw)) {
    if (!Object.hasOwn(FIELDS, field) || !FIELDS[field]?.(value)) return false;
  }
  return REQUIRED.every((field) => Object.hasOwn(raw, field)) &&
    "choices" in raw && Array.isArray(raw.choices) && "answer" in raw && typeof raw.answer === "number" &&
    raw.answer >= 0 && raw.answer < raw.choices.length;
}
