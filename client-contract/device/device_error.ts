// What the device itself refuses, by code. Refusals of the server are the client's ProblemError.
import { Uuid } from "../contract/ids.ts";

/** Why a device refuses. */
export type DeviceErrorCode =
  /** A newer version of the device has written the database. */
  | "newer_database"
  /** The database, or the access token, belongs to another learner. */
  | "wrong_learner"
  /** The app has no access token: the learner must sign in. Everything on the device stays. */
  | "signed_out"
  /** An id that the app passes is not a UUID in lower case. */
  | "invalid_id"
  /** Nothing can be studied before the first release is there. */
  | "no_content"
  /** This device did not start the session, or the session has ended. */
  | "unknown_session"
  /** The answer does not have the form of the question's type, or names a choice that the question does not have. */
  | "invalid_answer"
  /** A text, number or object that the server's database can't store. */
  | "undeliverable"
  /** A value breaks a rule of the contract; the message names the field. */
  | "invalid_event"
  /** An event's line is larger than 16 KiB. */
  | "event_too_large"
  /** A dead letter is larger than 256 KiB. */
  | "letter_too_large"
  /** A failure's code or place does not have the form of a code. */
  | "invalid_code"
  /** A whole snapshot was fetched, and its hashes are not those that the server published. */
  | "content_mismatch"
  /** The server's history changed again and again during one sync. */
  | "unstable_server";

/** Throws DeviceError `invalid_id` unless the id is a UUID in lower case: the server would refuse every request with it. */
export function requireUuid(id: string): void {
  if (!Uuid.safeParse(id).success) {
    throw new DeviceError("invalid_id", `${JSON.stringify(id)} is not a UUID in lower case.`);
  }
}

/** A refusal of the device. Nothing was written. */
export class DeviceError extends Error {
  override readonly name = "DeviceError";
  /** Whether the same call may succeed later although nobody has done anything. */
  get retryable(): boolean {
    return this.code === "unstable_server";
  }
  constructor(readonly code: DeviceErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
  }
}
