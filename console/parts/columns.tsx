// Columns that many tables have.
import { numberText, shareText } from "./format.ts";
import type { Column } from "./table.tsx";
import { Time } from "./time.tsx";

/** A column of numbers. */
export function numbers<R>(label: string, read: (row: R) => number | null): Column<R> {
  return { label, cell: (row) => numberText(read(row)), sort: read, isNumber: true };
}

/** A column of shares, in percent. */
export function shares<R>(label: string, read: (row: R) => number | null): Column<R> {
  return { label, cell: (row) => shareText(read(row)), sort: read, isNumber: true };
}

/** A column of times. */
export function times<R>(label: string, read: (row: R) => string | null): Column<R> {
  return { label, cell: (row) => <Time at={read(row)} />, sort: read };
}
