// Durations in Go's notation (`1h30m`, `-1.5s`), which hosted takes for bans.
import { validationFailed } from "./errors.ts";

const MILLISECONDS = new Map([
  ["ns", 1e-6],
  ["us", 1e-3],
  ["µs", 1e-3],
  ["ms", 1],
  ["s", 1000],
  ["m", 60_000],
  ["h", 3_600_000],
]);

/** Go counts nanoseconds in 64 bits, which ends after 292 years. */
const LIMIT = 2 ** 63 / 1e6;

/** Milliseconds; `validation_failed` for what Go does not parse. */
export function parseDuration(duration: string): number {
  const [, sign, parts = ""] = /^([+-]?)((?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|ms|s|m|h))+|0)$/.exec(duration) ??
    [];
  let total = 0;
  for (const [, amount, unit] of parts.matchAll(/([\d.]+)(ns|us|µs|ms|s|m|h)/g)) {
    total += Number(amount) * (MILLISECONDS.get(unit ?? "") ?? 0);
  }
  if (parts === "" || total > LIMIT) {
    throw validationFailed(`invalid format for ban duration: time: invalid duration "${duration}"`);
  }
  return sign === "-" ? -total : total;
}
