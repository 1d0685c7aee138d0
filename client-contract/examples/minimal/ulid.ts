// Ids of events, batches and sessions.
import { randomBytes } from "node:crypto";

const BASE32 = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const [TIME_DIGITS, RANDOM_DIGITS] = [10, 16];

/** A ULID of a time in milliseconds since 1970, with 80 fresh random bits. */
export function ulidAt(milliseconds: number): string {
  let time = "";
  for (let left = milliseconds; time.length < TIME_DIGITS; left = Math.floor(left / 32)) {
    time = BASE32.charAt(left % 32) + time;
  }
  return time + Array.from(randomBytes(RANDOM_DIGITS), (byte) => BASE32.charAt(byte % 32)).join("");
}
