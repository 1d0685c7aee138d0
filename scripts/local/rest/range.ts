// Which part of the rows is asked for (limit, offset, Range), and how the answer says what it holds.
import { invalidRange } from "./errors.ts";
import type { Parameters } from "./sql.ts";

/** Rows `offset` to `offset + limit - 1`; limit is null for all that follow. */
export interface RowRange {
  offset: number;
  limit: number | null;
}

function readInteger(text: string | null): number | null {
  return text !== null && /^-?\d+$/.test(text) ? Number(text) : null;
}

/** Combines the limit and offset parameters with a Range header such as `0-24`; throws 416. */
export function parseRange(limit: string | null, offset: string | null, header: string | null): RowRange {
  // What is not a number is ignored, as is a negative offset.
  const wanted: RowRange = { offset: Math.max(0, readInteger(offset) ?? 0), limit: readInteger(limit) };
  if (wanted.limit !== null && wanted.limit < 0) {
    throw invalidRange("Limit should be greater than or equal to zero.");
  }
  const bounds = /^(\d+)-(\d*)$/.exec(header ?? "");
  if (!bounds) return wanted;
  const from = Number(bounds[1]);
  const to = bounds[2] ? Number(bounds[2]) : Infinity;
  const last = Math.min(to, wanted.limit === null ? Infinity : wanted.offset + wanted.limit - 1);
  const first = Math.max(from, wanted.offset);
  if (to < from || last < first) {
    throw invalidRange(
      "The lower boundary must be lower than or equal to the upper boundary in the Range header.",
    );
  }
  return { offset: first, limit: last === Infinity ? null : last - first + 1 };
}

/** Caps a range at the most rows one answer may hold. */
export function restrictRange(range: RowRange, maxRows: number): RowRange {
  return { offset: range.offset, limit: Math.min(range.limit ?? maxRows, maxRows) };
}

/** ` limit … offset …`, or nothing for all rows. */
export function limitSql(range: RowRange, parameters: Parameters): string {
  const limit = range.limit === null ? "" : ` limit ${parameters.bind(String(range.limit))}`;
  return limit + (range.offset === 0 ? "" : ` offset ${parameters.bind(String(range.offset))}`);
}

/** Content-Range for rows `first` to `last`; `last` before `first` stands for none. */
export function contentRange(first: number, last: number, total: number | null): string {
  const rows = total !== 0 && first <= last ? `${first}-${last}` : "*";
  return `${rows}/${total ?? "*"}`;
}

/** Status and Content-Range of `rows` rows read from a range; throws 416 for an offset past the end. */
export function rangeAnswer(range: RowRange, rows: number, total: number | null) {
  const last = range.offset + rows - 1;
  const header = contentRange(range.offset, last, total);
  if (total === null) return { status: 200, header };
  if (range.offset > total) {
    const details = `An offset of ${range.offset} was requested, but there are only ${total} rows.`;
    const error = invalidRange(details);
    error.headers["content-range"] = header;
    throw error;
  }
  return { status: 1 + last - range.offset < total ? 206 : 200, header };
}
