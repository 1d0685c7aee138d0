// What the device itself refuses, by code; errors of requests are the client's.

/** Why a device refuses. */
export type DeviceErrorCode =
  /** The file was written by a newer version of the device. */
  | "newer_database"
  /** The file, or the access token, is another learner's. */
  | "wrong_learner"
  /** Nothing can be studied before the first release is there. */
  | "no_content"
  /** The session is not one that this device started, or it has ended. */
  | "unknown_session"
  /** The answer is not of the form of the question's type, or names a choice that it has not. */
  | "invalid_answer"
  /** An event's line may hold 16 KiB. */
  | "event_too_large"
  /** A failure's code or place is not of the form of codes. */
  | "invalid_code"
  /** A whole snapshot was fetched, and it is not what the server says it published. */
  | "content_mismatch"
  /** The server went back in time again and again during one sync. */
  | "unstable_server";

/** A refusal of the device; nothing was written. */
export class DeviceError extends Error {
  override readonly name = "DeviceError";
  constructor(readonly code: DeviceErrorCode, message: string) {
    super(message);
  }
}
