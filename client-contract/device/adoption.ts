// Try first, sign in later: the database of an anonymous learner becomes the account's. What waits in the outbox goes to the account.
import { learnerOf, ProblemError } from "../client/mod.ts";
import { type DeviceContext, readState } from "./context.ts";
import { releaseHeldBack } from "./outbox.ts";
import { pullAnew } from "./pull.ts";
import * as queries from "./queries.gen.ts";
import type { ContentOptions } from "./content_exchange.ts";

/** The anonymous learner that the database belonged to, and the proof that this was the same person. */
export interface Adopts {
  /** UUID, lower case: the anonymous token's `sub`. */
  learnerId: string;
  /** The last access token of the anonymous session. It may have expired, but do not sign the session out. */
  token: string;
}

/** How an adoption stands. `code` is the server's reason for a refusal. */
export interface AdoptionStatus {
  learnerId: string;
  state: "pending" | "done" | "refused";
  code: string | null;
}

/** Refusals of the account itself, whose sync would fail as well. The adoption waits until the account can sync. */
const OF_THE_ACCOUNT = new Set(["erased", "learner_adopted", "device_revoked"]);

/** Whether a refusal is about the adoption alone, and no later try with this proof would change it. */
const isFinal = ({ retryable, status, code }: ProblemError): boolean =>
  !retryable && status !== 401 && !OF_THE_ACCOUNT.has(code);

/**
 * Makes the database the account's, if it is the anonymous learner's. If the server has refused the proof that it had, takes a better one.
 * Within a transaction, before the learner is compared.
 */
export function takeOver(context: Pick<DeviceContext, "db">, learnerId: string, adopts: Adopts): void {
  const { db } = context;
  const taken = db.run(
    queries.adoptLearner,
    learnerId,
    adopts.token,
    adopts.learnerId,
  );
  // The rows of the anonymous learner stay until the next pull brings those of the account, with the adopted ones in them.
  if (taken > 0) pullAnew(context);
  db.run(
    queries.renewAdoption,
    adopts.token,
    learnerId,
    adopts.learnerId,
  );
}

/** What became of a request. Pending: it failed on the server's side, and the next sync asks again. */
async function ask(
  learnerId: string,
  token: string,
  { client, retry, signal }: Pick<ContentOptions, "client" | "retry" | "signal">,
): Promise<Pick<AdoptionStatus, "state" | "code">> {
  // With another learner's token the server would adopt that learner.
  if (learnerOf(token) !== learnerId) return { state: "refused", code: "adoption_proof_invalid" };
  try {
    await retry.run(() => client.adopt(token, { signal }), signal);
    return { state: "done", code: null };
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    if (isFinal(error)) return { state: "refused", code: error.code };
    if (error.code !== "internal") throw error;
    return { state: "pending", code: null };
  }
}

/**
 * Asks the server for a pending adoption, and keeps the answer. Whatever is wrong with the adoption alone does not stop the account's own
 * events. Throws what would fail the account's sync as well.
 */
export async function adoptPending(
  context: DeviceContext,
  o: Pick<ContentOptions, "client" | "retry" | "signal">,
): Promise<void> {
  const { db } = context;
  const { adoption, adoption_token: token, adopted_learner: learnerId } = readState(db);
  if (adoption !== "pending" || token === null || learnerId === null) return;
  const { state, code } = await ask(learnerId, token, o);
  if (state === "pending") return;
  db.transaction(() => {
    db.run(queries.settleAdoption, state, code);
    // Events that the server refused as another learner's before.
    if (state === "done") releaseHeldBack(context);
  });
}

/** How the adoption stands; null: there was none. */
export function adoptionOf({ db }: Pick<DeviceContext, "db">): AdoptionStatus | null {
  const { adopted_learner: learnerId, adoption: state, adoption_code: code } = readState(db);
  return learnerId === null || state === null ? null : { learnerId, state, code };
}
