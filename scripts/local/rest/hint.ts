// "Perhaps you meant …": the name nearest to one that does not exist.
import { levenshteinDistance } from "@std/text/levenshtein-distance";

/** The candidate most like `text`, if one is at least `similarity` (0 to 1) like it. */
export function nearest(text: string, candidates: readonly string[], similarity: number): string | null {
  let best: string | null = null;
  let bar = similarity;
  for (const candidate of candidates) {
    const likeness = 1 - levenshteinDistance(text, candidate) / Math.max(text.length, candidate.length, 1);
    if (likeness < bar) continue;
    best = candidate;
    bar = likeness;
  }
  return best;
}
