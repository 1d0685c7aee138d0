// Refusals that SQL returns instead of raising them, so that what it wrote about them stays.
import { type ErrorCode, ERRORS } from "../_shared/errors.gen.ts";
import { Problem } from "../_shared/problem.ts";

/** What private.take_tokens() gives. */
interface Refused {
  refused: { code: ErrorCode; retry_after_s: number };
}

/** Throws where the answer is a refusal. Only a refusal is parsed: answers may have half a megabyte. */
export function throwRefusal(answer: string): void {
  if (!answer.startsWith('{"refused"')) return;
  const { refused: { code, retry_after_s } }: Refused = JSON.parse(answer);
  throw new Problem(code, ERRORS[code].title, String(retry_after_s), retry_after_s);
}
