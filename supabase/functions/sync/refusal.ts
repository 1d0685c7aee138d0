// Refusals that SQL returns as an answer. Raising an error would roll back the record of the refusal.
import { type ErrorCode, ERRORS } from "../_shared/errors.gen.ts";
import { Problem } from "../_shared/problem.ts";

/** The refusal that private.take_tokens() returns. */
interface Refused {
  refused: { code: ErrorCode; retry_after_s: number };
}

/** Throws if the answer is a refusal. Other answers are not parsed, because they may have half a megabyte. */
export function throwRefusal(answer: string): void {
  if (!answer.startsWith('{"refused"')) return;
  const { refused: { code, retry_after_s } }: Refused = JSON.parse(answer);
  throw new Problem(code, ERRORS[code].title, String(retry_after_s), retry_after_s);
}
