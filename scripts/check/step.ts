// What `npm test` is made of: steps, and what a step reports.

/** One thing that is wrong. */
export interface Failure {
  /** Where to look: a path from the project's root, with `:line` where it is known. */
  at: string;
  /** One line: the test's description, or what is wrong. */
  message: string;
  /** More lines, such as have and want, or an excerpt. */
  detail?: string;
}

/** What a step found. Every failure counts as one failed check. */
export interface StepResult {
  /** Test cases or checks that hold. */
  passed: number;
  failures: Failure[];
  /** Why the step did not run here; a step that is not skipped and counts nothing has failed. */
  skipped?: string;
  /** What else a reader of the report should know. */
  note?: string;
}

/** One step of `npm test`. */
export interface Step {
  /** Short and without spaces: the word for `--only`. */
  name: string;
  /** One line for `--list`. */
  about: string;
  /** Does the work; `progress` takes a short note on how far it is, such as `12 of 40 files`. */
  run(progress: (note: string) => void): Promise<StepResult>;
}

/**
 * The result of a step whose tools are missing. A person may have no use for them; in CI, where nobody looks on, a step that is
 * skipped would go unnoticed.
 */
export function skipped(at: string, why: string): StepResult {
  if (Deno.env.get("CI") === "true") return { passed: 0, failures: [{ at, message: why }] };
  return { passed: 0, failures: [], skipped: why };
}

/** A finished step. */
export interface StepReport extends StepResult {
  name: string;
  seconds: number;
}
