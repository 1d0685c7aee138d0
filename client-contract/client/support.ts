// What support does about a learner's data: quarantined events, corrections, records taken back. Every call is audited.
import { z } from "zod";
import {
  MendedState,
  Quarantined,
  QuarantineState,
  type QuarantineStatus,
  ReplayedState,
  ReplayForAll,
} from "../contract/quarantine.ts";
import { Correction, ProjectionDifference, Voided } from "../contract/support.ts";
import { callerOf, type RpcCaller } from "./rpc_call.ts";
import { createSupportLooks, type Look, type SupportLooks } from "./support_look.ts";

export {
  QuarantineAction,
  Quarantined,
  QuarantineState,
  QuarantineStatus,
  ReplayForAll,
} from "../contract/quarantine.ts";
export { Correction, ProjectionDifference, Voided } from "../contract/support.ts";

/** One step of a replay: how its events stand, at most 500, and what is left of those that were asked for. */
export interface Replay {
  /** How the events of this step stand now. */
  states: QuarantineState[];
  /** How many were not tried yet. */
  remaining: number;
  /** What the next step takes as `tried_before`, as long as any remain; null where there was nothing to try. */
  began_at: string | null;
}

/** Which record: a session's or an attempt's ULID, or the skill of a skill_progress; and why. */
export interface VoidParameters {
  /** The learner's id, a UUID. */
  learner: string;
  /** The kind of the record. */
  kind: Voided["kind"];
  /** A session's or an attempt's ULID, or the skill's UUID. */
  id: string;
  /** Why, for the audit log; not empty. */
  reason: string;
}

/** For support and admins. They throw ProblemError, NetworkError or ContractError. */
export interface SupportRpc extends SupportLooks {
  /** Quarantined events, last seen first: one learner's, or the open ones (or `with_status`) of all. */
  quarantine(
    o: Look & {
      learner?: string | undefined;
      with_code?: string | undefined;
      with_status?: QuarantineStatus | undefined;
      after?: string | undefined;
      page_rows?: number | undefined;
    },
  ): Promise<Quarantined[]>;
  /** Sends events through ingest again, 500 at once: `ids`, or all of the learner's, or all of a code; least recently tried first. */
  replay(o: {
    learner: string;
    ids?: readonly string[] | undefined;
    with_code?: string | undefined;
    /** Those whose id another event has taken, under a new one. */
    as_new_id?: boolean | undefined;
    /** `began_at` of the first step: those tried since are left out. */
    tried_before?: string | null | undefined;
    /** Why, kept with each event. */
    reason?: string | undefined;
  }): Promise<Replay>;
  /** After a fix of the server: the events of one code of all learners, some learners a step. */
  replayForAll(o: {
    with_code: string;
    /** `began_at` of the first step: events tried since are left out. */
    tried_before?: string | undefined;
    most_learners?: number | undefined;
    /** For the audit. */
    reason?: string | undefined;
  }): Promise<ReplayForAll>;
  /** Whose rows are not what their ledger says, longest known first. */
  projectionDifferences(o: Look & { page_learners?: number | undefined }): Promise<ProjectionDifference[]>;
  /** Makes all rows of a learner again from the ledger; how many events that is. */
  rebuild(o: { learner: string }): Promise<number>;
  /** Replays an event with a corrected body; the original is kept. */
  mend(o: { learner: string; id: string; mended: object; reason: string }): Promise<QuarantineState>;
  /** Puts events aside; they are kept. */
  discard(o: { learner: string; ids: readonly string[]; reason: string }): Promise<QuarantineState[]>;
  /** Takes a discard back. */
  restore(o: { learner: string; ids: readonly string[]; reason: string }): Promise<QuarantineState[]>;
  /** Starts a learner over in a skill, from the progress given; it wins over whatever devices have sent. */
  resetProgress(o: {
    learner: string;
    skill: string;
    reason: string;
    mastery?: number | undefined;
    completed?: readonly string[] | undefined;
  }): Promise<Correction>;
  /** Takes a record back: devices pull it as voided. */
  void(o: VoidParameters): Promise<Voided>;
  /** Gives it again. */
  unvoid(o: VoidParameters): Promise<Voided>;
}

/** Typed calls through a supabase-js client of a user whose app role is support or admin. */
export function createSupportRpc(supabase: RpcCaller): SupportRpc {
  const call = callerOf(supabase);
  return {
    ...createSupportLooks(supabase),
    quarantine: (o) => call(z.array(Quarantined), "support_quarantine", o),
    async replay(o) {
      const rows = await call(z.array(ReplayedState), "replay_quarantined", o);
      return {
        states: rows.map(({ remaining: _, began_at: _at, ...rest }) => rest),
        remaining: rows[0]?.remaining ?? 0,
        began_at: rows[0]?.began_at ?? null,
      };
    },
    async replayForAll(o) {
      const [step] = await call(z.tuple([ReplayForAll]), "replay_all_quarantined", o);
      return step;
    },
    projectionDifferences: (o) => call(z.array(ProjectionDifference), "projection_differences", o),
    rebuild: (o) => call(z.int(), "rebuild_learner", o),
    async mend(o) {
      const [{ quarantine_id, ...rest }] = await call(z.tuple([MendedState]), "mend_quarantined", o);
      return { id: quarantine_id, ...rest };
    },
    discard: (o) => call(z.array(QuarantineState), "discard_quarantined", o),
    restore: (o) => call(z.array(QuarantineState), "restore_quarantined", o),
    resetProgress: (o) => call(Correction, "support_reset_progress", o),
    void: (o) => call(Voided, "support_void", o),
    unvoid: (o) => call(Voided, "support_unvoid", o),
  };
}
