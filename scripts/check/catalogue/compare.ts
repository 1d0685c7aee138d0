// Differences between two catalogues, as a person would want to read them.
import type { Failure } from "../step.ts";
import type { Catalogue } from "./read.ts";

/** A catalogue and where it comes from, such as `supabase/schemas`. */
export interface NamedCatalogue {
  name: string;
  facts: Catalogue;
}

/** The lines in which two texts differ, after a sign, with the line before them for orientation. */
function changedLines(before: string, after: string): string[] {
  const linesOf = (text: string) => text === "" ? [] : text.split("\n");
  const [left, right] = [linesOf(before), linesOf(after)];
  let start = 0;
  while (start < Math.min(left.length, right.length) && left[start] === right[start]) start++;
  let end = 0;
  while (end < Math.min(left.length, right.length) - start && left.at(-1 - end) === right.at(-1 - end)) end++;
  return [
    ...left.slice(Math.max(0, start - 1), start).map((line) => `  ${line}`),
    ...left.slice(start, left.length - end).map((line) => `- ${line}`),
    ...right.slice(start, right.length - end).map((line) => `+ ${line}`),
  ];
}

/** What differs: each fact by its name, then the lines of the first catalogue (-) and of the second (+). */
export function compareCatalogues(first: NamedCatalogue, second: NamedCatalogue): Failure[] {
  const names = [...new Set([...first.facts.keys(), ...second.facts.keys()])].sort();
  return names.flatMap((at) => {
    const [before, after] = [first.facts.get(at), second.facts.get(at)];
    if (before === after) return [];
    if (before === undefined) return [{ at, message: `is only in ${second.name}`, detail: after }];
    if (after === undefined) return [{ at, message: `is only in ${first.name}`, detail: before }];
    const message = `differs between ${first.name} (-) and ${second.name} (+)`;
    return [{ at, message, detail: changedLines(before, after).join("\n") }];
  });
}
