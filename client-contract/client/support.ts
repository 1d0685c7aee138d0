// What support does about a learner's data: quarantined events, corrections, records taken back. Every call is audited.
import { z } from "zod";
import { SkillProgress } from "../contract/changes.ts";
import { ServerInstant, Ulid, Uuid } from "../contract/ids.ts";
import { callerOf, type RpcCaller } from "./rpc_call.ts";
import { createSupportLooks, type Look, type SupportLooks } from "./support_look.ts";

/** How a quarantined event stands: needs a person, waits for the server to know more, has become an event, put aside. */
export const QuarantineStatus = z.enum(["open", "held", "superseded", "discarded"]);
export type QuarantineStatus = z.infer<typeof QuarantineStatus>;

/** What somebody did about a quarantined event, and how it stood afterwards. */
export const QuarantineAction = z.object({
  at: ServerInstant,
  action: z.enum(["replayed", "mended", "discarded", "restored"]),
  actor: Uuid.optional(),
  actor_role: z.string(),
  reason: z.string().optional(),
  before_body: z.string().optional(),
  after_body: z.string().optional(),
  after_sha256: z.string().optional(),
  outcome: QuarantineStatus,
  code: z.string().optional(),
  field: z.string().optional(),
  event_id: Ulid.optional(),
});
export type QuarantineAction = z.infer<typeof QuarantineAction>;

/** An event that could not be applied, and what was done about it. */
export const Quarantined = z.object({
  learner_id: Uuid,
  id: z.string().describe("SHA-256 of the body, in hex"),
  event_id: Ulid.nullable(),
  code: z.string(),
  field: z.string().nullable(),
  status: QuarantineStatus,
  body: z.string().describe("As it arrived; without answers its envelope alone, or `hidden`"),
  mended_body: z.string().nullable(),
  origin: z.enum(["batch", "dead_letter"]),
  device_reason: z.string().nullable().describe("Of a dead letter"),
  device_id: Uuid.nullable(),
  batch_id: Ulid.nullable(),
  first_seen_at: ServerInstant,
  last_seen_at: ServerInstant,
  times_seen: z.int(),
  resolved_at: ServerInstant.nullable(),
  became_event: Ulid.nullable(),
  actions: z.array(QuarantineAction),
  cursor: z.string().describe("Where the next page begins, if this is the last entry"),
});
export type Quarantined = z.infer<typeof Quarantined>;

const state = {
  status: QuarantineStatus,
  code: z.string().nullable().describe("What is still wrong with it"),
  field: z.string().nullable(),
  became_event: Ulid.nullable(),
};
/** How an event stands after a decision. */
export const QuarantineState = z.object({ id: z.string(), ...state });
export type QuarantineState = z.infer<typeof QuarantineState>;
const MendedState = z.object({ quarantine_id: z.string(), ...state });
const ReplayedState = QuarantineState.extend({ remaining: z.int(), began_at: ServerInstant });

/** One step of a replay: how its events stand, at most 500, and what is left of those that were asked for. */
export interface Replay {
  /** How the events of this step stand now. */
  states: QuarantineState[];
  /** How many were not tried yet. */
  remaining: number;
  /** What the next step takes as `tried_before`, as long as any remain; null where there was nothing to try. */
  began_at: string | null;
}

/** One step of a replay for all learners. */
export const ReplayForAll = z.object({
  learners: z.int().describe("Whose events were tried"),
  applied: z.int(),
  busy: z.array(Uuid).describe("Learners who were syncing: theirs remain for one of the next steps"),
  remaining: z.int().describe("Events not tried yet, counted to 100,000"),
  began_at: ServerInstant.describe("What the next step takes as tried_before"),
});
export type ReplayForAll = z.infer<typeof ReplayForAll>;

/** A learner whose rows were not what their ledger says; of ten of them, both sides. */
export const ProjectionDifference = z.object({
  learner_id: Uuid,
  found_at: ServerInstant,
  rows: z.int(),
  differences: z.array(z.object({
    kind: z.enum(["session", "attempt", "skill_progress", "practice"]),
    id: z.string().describe("A session's or an attempt's ULID, a progress's skill"),
    live: z.record(z.string(), z.unknown()).nullable().describe("The row; null: there was none"),
    rebuilt: z.record(z.string(), z.unknown()).nullable().describe(
      "What it should be; null: there should be none",
    ),
  })),
});
export type ProjectionDifference = z.infer<typeof ProjectionDifference>;

/** A correction of progress: the event that it is, and the progress now. */
export const Correction = z.object({
  event_id: Ulid,
  status: z.string(),
  remaining: z.int().describe(
    "Held events of a correction that was lost, which are tried again by themselves",
  ),
  progress: SkillProgress,
});
export type Correction = z.infer<typeof Correction>;

/** A record that was taken back, or given again; `changed` is false where it was so already. */
export const Voided = z.object({
  kind: z.enum(["session", "attempt", "skill_progress"]),
  id: z.string(),
  voided: z.boolean(),
  changed: z.boolean(),
});
export type Voided = z.infer<typeof Voided>;

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
  }): Promise<Replay>;
  /** After a fix of the server: the events of one code of all learners, some learners a step. */
  replayForAll(o: {
    with_code: string;
    /** `began_at` of the first step: events tried since are left out. */
    tried_before?: string | undefined;
    most_learners?: number | undefined;
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
  const states = z.array(QuarantineState);
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
    discard: (o) => call(states, "discard_quarantined", o),
    restore: (o) => call(states, "restore_quarantined", o),
    resetProgress: (o) => call(Correction, "support_reset_progress", o),
    void: (o) => call(Voided, "support_void", o),
    unvoid: (o) => call(Voided, "support_unvoid", o),
  };
}
