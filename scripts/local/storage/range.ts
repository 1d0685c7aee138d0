// Range requests: one range of bytes. Several at once are answered with the whole, as the standard allows.
import { refusals } from "./errors.ts";

/** Both ends included. */
export interface Range {
  from: number;
  to: number;
}

/** The range that a header asks for; undefined where the whole is meant. */
export function parseRange(header: string | null, size: number): Range | undefined {
  const [, first = "", last = ""] = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? "") ?? [];
  if (first === "" && last === "") return undefined;
  const range = first === ""
    ? { from: Math.max(0, size - Number(last)), to: size - 1 }
    : { from: Number(first), to: last === "" ? size - 1 : Math.min(Number(last), size - 1) };
  // An end before the beginning is no range at all.
  if (first !== "" && last !== "" && Number(last) < Number(first)) return undefined;
  if (range.from >= size) throw refusals.invalidRange();
  return range;
}
