// Clients that are broken on purpose: each breaks one rule, and has to fail at the requirement that states the rule.

/** One broken client. */
export interface Mutant<T> {
  /** What it does wrong. */
  name: string;
  /** The requirements that it does not meet: all of them, and the first is the rule that it breaks. */
  fails: readonly [string, ...string[]];
  /** Breaks it. */
  patch: (subject: T) => void;
}

/** A table of mutants by name. */
export const mutants = <T>(
  table: Record<string, [readonly [string, ...string[]], (subject: T) => void]>,
): Mutant<T>[] => Object.entries(table).map(([name, [fails, patch]]) => ({ name, fails, patch }));

type Line = Record<string, unknown>;
/** An event's line with other values. */
export const edit = (line: string, change: (event: Line) => Line): string =>
  JSON.stringify(change(JSON.parse(line)));
