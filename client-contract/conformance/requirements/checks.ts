// What several themes check.
import assert from "node:assert/strict";
import type { Recorded } from "../server/server.ts";

const BASE32 = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const MINUTE_MS = 60_000;

/** Whether a ULID's time is about a time, in milliseconds since 1970. */
export function isUlidTime(id: string, now: number): boolean {
  const time = [...id.slice(0, 10)].reduce((sum, digit) => sum * 32 + BASE32.indexOf(digit), 0);
  return /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/.test(id) && Math.abs(time - now) < MINUTE_MS;
}

/** Milliseconds between one request and the next. */
export const gaps = (requests: readonly Recorded[]): number[] =>
  requests.slice(1).map(({ at }, n) => at - (requests[n]?.at ?? NaN));

/** The request after a refusal comes no sooner than the server said. */
export function waited(requests: readonly Recorded[], seconds: number): void {
  const [gap = NaN] = gaps(requests);
  assert.ok(
    gap >= seconds * 1000,
    `the next request comes ${seconds} s later at the earliest, not after ${gap} ms`,
  );
}
