// Parses and checks query parameters.
import { Problem } from "./problem.ts";

/** The value of a parameter, or null where it is absent. Of several values the caller can't know which one counts. */
function valueOf(url: URL, name: string): string | null {
  const [value = null, ...others] = url.searchParams.getAll(name);
  if (others.length === 0) return value;
  throw new Problem("malformed_request", `\`${name}\` may be given once.`, name);
}

/** An integer parameter from 0 to 2147483647, or the fallback if it is absent. */
export function integerParam<T>(url: URL, name: string, fallback: T): number | T {
  const text = valueOf(url, name);
  if (text === null) return fallback;
  const value = Number(text);
  if (!/^\d{1,10}$/.test(text) || value > 2147483647) {
    throw new Problem("malformed_request", `\`${name}\` must be a whole number from 0.`, name);
  }
  return value;
}

/** Rows of a page: from 1 to `most`, or the fallback if the parameter is absent. */
export function rowsParam(url: URL, name: string, fallback: number, most: number): number {
  const rows = integerParam(url, name, fallback);
  if (rows >= 1 && rows <= most) return rows;
  throw new Problem("malformed_request", `\`${name}\` must be a whole number from 1 to ${most}.`, name);
}

/** A text parameter that matches a pattern, or null where it is absent. */
export function textParam(url: URL, name: string, pattern: RegExp): string | null {
  const text = valueOf(url, name);
  if (text === null || text === "") return null;
  if (!pattern.test(text)) throw new Problem("malformed_request", `${name} is not of its form.`, name);
  return text;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** An id, or null where it is absent. */
export const uuidParam = (url: URL, name: string): string | null => textParam(url, name, UUID);

/** Characters of an id. */
const ID_LENGTH = 36;

/**
 * A comma-separated list of ids, or null where it is absent. Lists of the same ids are equal, whatever their order, case and
 * repetitions were.
 */
export function idsParam(url: URL, name: string, atMost: number): string[] | null {
  const text = valueOf(url, name);
  if (text === null || text === "") return null;
  // Each id may be repeated once: longer texts are not even read.
  const isLong = text.length > 2 * atMost * (ID_LENGTH + 1);
  const ids = isLong ? [] : [...new Set(text.toLowerCase().split(","))].sort();
  if (isLong || ids.length > atMost || !ids.every((id) => UUID.test(id))) {
    throw new Problem(
      "malformed_request",
      `${name} must be at most ${atMost} ids, separated by commas.`,
      name,
    );
  }
  return ids;
}
