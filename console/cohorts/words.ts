// States and reasons in words, as docs/instructors.md explains them.
import type { HelpReason, SyncState } from "../../client-contract/client/instructor.ts";

/** A device's state, and what to do about it. */
export const SYNC_STATES: Readonly<Record<SyncState, { label: string; cure: string | null }>> = {
  recently_synced: { label: "recently synced", cure: null },
  syncing: { label: "syncing", cure: null },
  queued: { label: "queued", cure: "The learner opens the app online." },
  unable_to_sync: { label: "unable to sync", cure: "Tell support." },
  not_recently_synced: { label: "not recently synced", cure: "Ask the learner to open the app online." },
  storage_full: { label: "storage full", cure: "The learner frees storage." },
  signed_out: {
    label: "signed out",
    cure: "The learner signs in. What waits on the device stays there until then.",
  },
  never_synced: { label: "never synced", cure: "Help the learner to sign in." },
};

/** Why a learner needs help. */
export const HELP_REASONS: Readonly<Record<HelpReason, string>> = {
  repeated_failure: "repeated failure",
  stopped: "stopped",
  unable_to_sync: "unable to sync",
};

/** A learner's address, or the beginning of the id of one without an address. */
export const nameOf = ({ learner_id, email }: { learner_id: string; email: string | null }): string =>
  email ?? `anonymous ${learner_id.slice(0, 8)}`;
