// Password rules and hashes. Hashes are bcrypt as on hosted, so that users can be moved between the two.
import { compare, hash } from "bcryptjs";
import { validationFailed, WeakPasswordError } from "./errors.ts";

/** bcrypt ignores what follows the 72nd byte, so hosted refuses longer passwords. */
const MAX_BYTES = 72;
/** Hosted's default. */
const MIN_BYTES = 6;
/**
 * bcrypt's least. Hosted uses 10, which is 70 ms of JavaScript a password, on the event loop that the REST
 * service and the functions share; 4 is 1.4 ms. Nothing secret is kept locally, and tests make users by the
 * hundred. Imported hashes of a higher cost verify too: bcryptjs lets others run every 100 ms.
 */
const COST = 4;

const bytes = (text: string) => new TextEncoder().encode(text).length;

/** The rules' verdict on a password that may be too weak: an error to throw or to report, or undefined. */
export function weakness(password: string): WeakPasswordError | undefined {
  if (bytes(password) >= MIN_BYTES) return undefined;
  return new WeakPasswordError(`Password should be at least ${MIN_BYTES} characters.`, ["length"]);
}

/** Throws `validation_failed` or `weak_password` for a password that hosted would refuse. */
export function assertAcceptable(password: string): void {
  if (bytes(password) > MAX_BYTES) {
    throw validationFailed(`Password cannot be longer than ${MAX_BYTES} characters`);
  }
  const weak = weakness(password);
  if (weak) throw weak;
}

/** Hash to store; throws `validation_failed` where bcrypt would silently cut the password off. */
export function hashPassword(password: string): Promise<string> {
  if (bytes(password) > MAX_BYTES) {
    throw validationFailed(`bcrypt: password length exceeds ${MAX_BYTES} bytes`);
  }
  return hash(password, COST);
}

/** Throws `validation_failed` for a hash that this service could not verify later. */
export function assertBcryptHash(passwordHash: string): void {
  if (!/^\$2[aby]\$\d{2}\$[./A-Za-z0-9]{53}$/.test(passwordHash)) {
    throw validationFailed("Only bcrypt password hashes are supported locally");
  }
}

/** Whether the password is the one that was hashed. */
export function matches(password: string, passwordHash: string): Promise<boolean> {
  return compare(password, passwordHash);
}
