// Lists of people as they are typed or pasted, and what became of each line.
import type { PersonResult } from "../../client-contract/client/instructor.ts";

/** The most people of one call. */
const MOST = 500;

/** Ids and addresses, separated by lines, spaces, commas or semicolons; each once. */
export const peopleOf = (text: string): string[] => [...new Set(text.split(/[\s,;]+/).filter(Boolean))];

/** What is wrong with a list; null: nothing. */
export function listProblem(people: readonly string[]): string | null {
  if (people.length === 0) return "At least one address or id is required.";
  return people.length > MOST ? `At most ${MOST} at a time: these are ${people.length}.` : null;
}

/** Results in words, as docs/instructors.md explains them. */
export const RESULTS: Readonly<Record<PersonResult["result"], string>> = {
  added: "added",
  already_in_cohort: "was in the cohort already",
  removed: "removed",
  not_in_cohort: "is not in the cohort",
  invalid: "is neither an id nor an e-mail address",
  unknown: "has no account here",
  email_unconfirmed: "has not confirmed this address yet",
  erased: "was erased",
  cohort_full: "does not fit: the cohort is full",
  busy: "is being moved to an account or erased just now: try again",
  no_instructor: "is no instructor: an administrator gives the role first",
};

/** How many lines did what was asked: `2 of 3 added.` */
export function outcomeText(results: readonly PersonResult[], done: "added" | "removed"): string {
  return `${results.filter(({ result }) => result === done).length} of ${results.length} ${done}.`;
}
