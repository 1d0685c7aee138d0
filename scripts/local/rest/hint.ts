// "Perhaps you meant …": the name nearest to one that does not exist.

/** Number of single-character changes between two texts (Levenshtein). */
function distance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, char] of [...a].entries()) {
    const row = [i + 1];
    for (let j = 0; j < b.length; j++) {
      const replaced = (previous[j] ?? 0) + (char === b[j] ? 0 : 1);
      row.push(Math.min(replaced, (previous[j + 1] ?? 0) + 1, (row[j] ?? 0) + 1));
    }
    previous = row;
  }
  return previous[b.length] ?? 0;
}

/** The candidate most like `text`, if one is at least `similarity` (0 to 1) like it. */
export function nearest(text: string, candidates: readonly string[], similarity: number): string | null {
  let best: string | null = null;
  let bar = similarity;
  for (const candidate of candidates) {
    const likeness = 1 - distance(text, candidate) / Math.max(text.length, candidate.length, 1);
    if (likeness < bar) continue;
    best = candidate;
    bar = likeness;
  }
  return best;
}
