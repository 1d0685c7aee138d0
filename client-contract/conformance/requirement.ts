// Requirements: what a client must do, each with its text and the cases that show it. The pages show the texts; the runner plays the
// cases. An id never changes its meaning, and is never used again.
import type { Capability } from "./adapter/protocol.ts";
import type { Play } from "./play.ts";

/** Plays a case, and throws an AssertionError where the client does not do what it must. */
export type Scenario<T = Play> = (t: T) => Promise<void>;

/** One requirement. `T`: what its cases play with; a client behind its adapter, or a deployment. */
export interface Requirement<T = Play> {
  /** Such as `OUT-3`. */
  id: string;
  /** One sentence or two, for people. */
  text: string;
  /** Parts of the protocol that a client may leave out; the requirement is for clients that have them. */
  needs?: readonly Capability[];
  /** By name. The id of a case is the requirement's with the name: `OUT-3.reply_lost`. */
  cases: Readonly<Record<string, Scenario<T>>>;
}

/** Requirements about one thing. */
export interface Theme<T = Play> {
  title: string;
  requirements: readonly Requirement<T>[];
}

/** A case with its requirement. */
export interface Case<T = Play> {
  id: string;
  requirement: Requirement<T>;
  play: Scenario<T>;
}

/** The cases of themes, in order. */
export const casesOf = <T = Play>(themes: readonly Theme<T>[]): Case<T>[] =>
  themes.flatMap(({ requirements }) => requirements).flatMap((requirement) =>
    Object.entries(requirement.cases).map(([name, play]) => ({
      id: `${requirement.id}.${name}`,
      requirement,
      play,
    }))
  );

/** A case for each entry of a table: its name and its values. */
export function table<V, T = Play>(
  rows: Readonly<Record<string, V>>,
  scenario: (value: V) => Scenario<T>,
): Record<string, Scenario<T>> {
  return Object.fromEntries(Object.entries(rows).map(([name, value]) => [name, scenario(value)]));
}

/** The same for faults and other things that have names. */
export const forEach = <V extends { name: string }>(
  values: readonly V[],
  scenario: (value: V) => Scenario,
): Record<string, Scenario> =>
  table(Object.fromEntries(values.map((value) => [value.name, value])), scenario);
