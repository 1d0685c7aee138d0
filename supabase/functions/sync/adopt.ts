// POST /sync/adopt: an account takes over what its learner did before they signed in. The body has the proof of the anonymous session.
import { readBody } from "../_shared/body.ts";
import type { Database } from "../_shared/database.ts";
import { Problem } from "../_shared/problem.ts";
import { replyOnce } from "../_shared/reply.ts";
import type { Call } from "../_shared/serve.ts";
import type { Prove } from "../_shared/token.ts";
import { throwRefusal } from "./refusal.ts";

/** The most bytes of the body. A token has about one KiB. */
const MOST_BYTES = 16 * 1024;

function tokenOf(body: Uint8Array): string {
  try {
    const { anonymous_token: token } = JSON.parse(new TextDecoder().decode(body));
    if (typeof token === "string") return token;
  } catch {
    // The answer is the same for a body that is not JSON.
  }
  throw new Problem(
    "malformed_request",
    "`anonymous_token` must be the access token of the anonymous session.",
    "anonymous_token",
  );
}

/** Answers an authenticated request. `turn` waits until it is the account's turn for the database. */
export async function adopt(
  { request, learner, session }: Call,
  database: Database,
  prove: Prove,
  turn: <T>(work: () => Promise<T>) => Promise<T>,
): Promise<Response> {
  const anonymous = await prove(tokenOf(await readBody(request, MOST_BYTES)));
  const answer = await turn(() => database.adopt({ learner, session }, anonymous));
  throwRefusal(answer);
  return await replyOnce(request, answer, "application/json");
}
