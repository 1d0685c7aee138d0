// Errors that the person at the terminal can mend.

/** A mistake or a refusal whose message says all that there is to say: it is shown without a stack trace. */
export class UserError extends Error {
  override readonly name: string = "UserError";
}
