// Sorts the rows of a table by a column.

/** What a row is sorted by; null comes last in both directions. */
export type SortValue = string | number | boolean | null;

const names = new Intl.Collator("en", { numeric: true });

function compare(a: SortValue, b: SortValue): number {
  if (typeof a === "string" || typeof b === "string") return names.compare(String(a), String(b));
  return Number(a) - Number(b);
}

/** A sorted copy; rows with equal values keep their order. */
export function sortRows<R>(rows: readonly R[], by: (row: R) => SortValue, isDescending: boolean): R[] {
  return [...rows].sort((one, other) => {
    const [a, b] = [by(one), by(other)];
    if (a === null || b === null) return Number(a === null) - Number(b === null);
    return isDescending ? compare(b, a) : compare(a, b);
  });
}
