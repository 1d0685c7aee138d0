// The one thing that an app shows about its data, out of everything that a status says.
import type { WebStatus } from "./protocol.ts";

/** What to show, the most urgent first. Study goes on in all states but `storage_full` and `must_update`. */
export type SyncState =
  /** Nothing more can be stored. The learner must free space; what was stored is safe. */
  | { is: "storage_full"; pending: number }
  /** The browser had deleted everything. Content and progress return from the server; `lost` events never got there. */
  | { is: "lost"; lost: number }
  /** The app must be updated, or the content by a sync, before the learner goes on. */
  | { is: "must_update"; what: "app" | "content" }
  /** The device was revoked, or the session has ended: ask the learner to sign in. */
  | { is: "signed_out"; pending: number }
  /** The server has paused syncing until then. */
  | { is: "paused"; reason: string; until: string; pending: number }
  /** The last sync was refused, or events were, and waiting alone does not help. */
  | { is: "stuck"; codes: string[]; pending: number }
  | { is: "syncing"; pending: number }
  /** Events wait for a network or for the next sync. */
  | { is: "pending"; pending: number }
  /** The server has newer content. */
  | { is: "outdated" }
  | { is: "current" };

/** Codes after which only a sign-in helps. */
const SIGNED_OUT = ["signed_out", "session_ended", "unauthenticated", "wrong_learner", "device_revoked"];

/** The state of a status. */
export function stateOf(status: WebStatus): SyncState {
  const { pending } = status.outbox;
  const code = status.failure?.code;
  if (status.isStorageFull) return { is: "storage_full", pending };
  if (status.loss) return { is: "lost", lost: status.loss.events };
  if (status.mustUpdate) return { is: "must_update", what: status.mustUpdate };
  if (status.isRevoked || (code && SIGNED_OUT.includes(code))) return { is: "signed_out", pending };
  if (status.paused) return { is: "paused", ...status.paused, pending };
  if (status.sync === "syncing") return { is: "syncing", pending };
  if (status.failure && !status.failure.retryable) {
    return { is: "stuck", codes: [status.failure.code], pending };
  }
  if (pending > 0) return { is: "pending", pending };
  return status.standing === "current" ? { is: "current" } : { is: "outdated" };
}
