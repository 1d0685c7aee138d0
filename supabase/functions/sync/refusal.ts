// Refusals that SQL returns instead of raising them, so that what it wrote about them stays.
import { SQLSTATES } from "../_shared/errors.gen.ts";
import { Problem } from "../_shared/problem.ts";

/** What private.take_tokens() gives. */
interface Refused {
  refused: { sqlstate: string; message: string; retry_after_s: number };
}

/** Throws where the answer is a refusal. Only a refusal is parsed: answers may have half a megabyte. */
export function throwRefusal(answer: string): void {
  if (!answer.startsWith('{"refused"')) return;
  const { refused }: Refused = JSON.parse(answer);
  const { sqlstate, message, retry_after_s } = refused;
  throw new Problem(SQLSTATES[sqlstate] ?? "internal", message, String(retry_after_s), retry_after_s);
}
