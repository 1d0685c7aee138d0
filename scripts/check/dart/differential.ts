// Random inputs of all subjects: the Dart package gives what the TypeScript contract gives.
import fc from "fast-check";
import { INPUTS } from "../../../client-contract/conformance/inputs.ts";
import { SUBJECTS } from "../../../client-contract/conformance/subjects.ts";
import type { Failure } from "../step.ts";
import type { Answer } from "./session.ts";

/** Inputs that one question to Dart holds: a question costs more than an input. */
const LIST = 50;

/** A value as text: fields in order, and -0 as 0. */
export function canonical(value: unknown): string {
  const ordered = (part: unknown): unknown =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => a < b ? -1 : 1))
      : part;
  return JSON.stringify(value, (_, part: unknown) => ordered(part)) ?? "nothing";
}

/** What the contract makes of an input, as it travels. */
const expected = (subject: string, input: unknown) => canonical(SUBJECTS[subject]?.run(input));
const given = (answer: Answer | undefined) =>
  answer && "output" in answer ? canonical(answer.output) : `an exception: ${answer?.error}`;

/** How long to look, and from where; the settings of all property tests. */
export interface Settings {
  lists: number;
  seed: number;
}

/** Compares one subject on random inputs. A failure has the smallest input, and the seed. */
export async function compareSubject(
  subject: string,
  ask: (inputs: readonly unknown[]) => Promise<Answer[]>,
  { lists, seed }: Settings,
): Promise<Failure[]> {
  const random = INPUTS[subject]?.random;
  if (!random) return [{ at: subject, message: "has no inputs" }];
  const inputs = fc.array(random, { minLength: 1, maxLength: LIST, size: "max" });
  const property = fc.asyncProperty(inputs, async (list) => {
    const answers = await ask(list);
    return list.every((input, place) => given(answers[place]) === expected(subject, input));
  });
  const { failed, counterexample } = await fc.check(property, { numRuns: lists, seed, endOnFailure: false });
  if (!failed) return [];
  const [list = []] = counterexample ?? [];
  const answers = await ask(list);
  const at = list.findIndex((input, place) => given(answers[place]) !== expected(subject, input));
  return [{
    at: `client-contract/conformance/subjects.ts`,
    message: `Dart disagrees about ${subject} (CARREL_SEED=${seed})`,
    detail: `input ${JSON.stringify(list[at])}\nDart  ${given(answers[at])}\nhave  ${
      expected(subject, list[at])
    }`,
  }];
}
