// Parses and checks query parameters.
import { Problem } from "./problem.ts";

/** An integer parameter from 0 to 2147483647, or the fallback if it is absent. */
export function integerParam<T>(url: URL, name: string, fallback: T): number | T {
  const text = url.searchParams.get(name);
  if (text === null) return fallback;
  const value = Number(text);
  if (!/^\d{1,10}$/.test(text) || value > 2147483647) {
    throw new Problem("malformed_request", `\`${name}\` must be a whole number from 0.`, name);
  }
  return value;
}

/** A text parameter that matches a pattern, or null where it is absent. */
export function textParam(url: URL, name: string, pattern: RegExp): string | null {
  const text = url.searchParams.get(name);
  if (text === null || text === "") return null;
  if (!pattern.test(text)) throw new Problem("malformed_request", `${name} is not of its form.`, name);
  return text;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** An id, or null where it is absent. */
export const uuidParam = (url: URL, name: string): string | null => textParam(url, name, UUID);

/** A comma-separated list of ids, sorted and each once, or null where it is absent. */
export function idsParam(url: URL, name: string, atMost: number): string[] | null {
  const text = url.searchParams.get(name);
  if (text === null || text === "") return null;
  const ids = [...new Set(text.split(","))].sort();
  if (ids.length > atMost || !ids.every((id) => UUID.test(id))) {
    throw new Problem(
      "malformed_request",
      `${name} must be at most ${atMost} ids, separated by commas.`,
      name,
    );
  }
  return ids;
}
