// Try first, sign in later: the database of an anonymous learner becomes the account's. What waits in the outbox goes to the account.
import { ProblemError } from "../client/mod.ts";
import { type DeviceContext, readState } from "./context.ts";
import { releaseHeldBack } from "./outbox.ts";
import { pullAnew } from "./pull.ts";
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

/** Refusals that no later try would change. Everything stays in the outbox. */
const FINAL = new Set(["adoption_refused", "adoption_proof_invalid", "adoption_too_large"]);

/** Makes the database the account's, if it is the anonymous learner's. Within a transaction, before the learner is compared. */
export function takeOver(context: Pick<DeviceContext, "db">, learnerId: string, adopts: Adopts): void {
  const { db } = context;
  const taken = db.run(
    `update sync_state set learner_id = ?, adopted_learner = learner_id, adoption_token = ?, adoption = 'pending', adoption_code = null,
       revoked = 0
     where learner_id = ?`,
    learnerId,
    adopts.token,
    adopts.learnerId,
  );
  // The rows of the anonymous learner stay until the next pull brings those of the account, with the adopted ones in them.
  if (taken > 0) pullAnew(context);
}

/** Asks the server for a pending adoption. Throws what a later sync may solve; keeps a final refusal. */
export async function adoptPending(
  context: DeviceContext,
  o: Pick<ContentOptions, "client" | "retry" | "signal">,
): Promise<void> {
  const { db } = context;
  const { adoption, adoption_token: token } = readState(db);
  if (adoption !== "pending" || token === null) return;
  let code: string | null = null;
  try {
    await o.retry.run(() => o.client.adopt(token, { signal: o.signal }), o.signal);
  } catch (error) {
    if (!(error instanceof ProblemError) || !FINAL.has(error.code)) throw error;
    code = error.code;
  }
  db.transaction(() => {
    db.run(
      "update sync_state set adoption = ?, adoption_code = ?",
      code === null ? "done" : "refused",
      code,
    );
    // Events that the server refused as another learner's before.
    if (code === null) releaseHeldBack(context);
  });
}

/** How the adoption stands; null: there was none. */
export function adoptionOf({ db }: Pick<DeviceContext, "db">): AdoptionStatus | null {
  const { adopted_learner: learnerId, adoption: state, adoption_code: code } = readState(db);
  return learnerId === null || state === null ? null : { learnerId, state, code };
}
