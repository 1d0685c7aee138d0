// What support does about a learner's data: quarantined events, corrections, records taken back. Every call is audited.
import { z } from "zod";
import { SkillProgress } from "./changes.ts";
import { ServerInstant, Ulid, Uuid } from "./ids.ts";
import { callerOf, type RpcCaller } from "./rpc_call.ts";

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
  body: z.string().describe("As it arrived"),
  mended_body: z.string().nullable(),
  origin: z.enum(["batch", "dead_letter"]),
  reason: z.string().nullable().describe("The device's, of a dead letter"),
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

/** A correction of progress: the event that it is, and the progress now. */
export const Correction = z.object({ event_id: Ulid, status: z.string(), progress: SkillProgress });
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
  learner: string;
  kind: Voided["kind"];
  id: string;
  reason: string;
}

/** For support and admins. They throw ProblemError, NetworkError or ContractError. */
export interface SupportRpc {
  /** Quarantined events, last seen first: one learner's, or the open ones (or `with_status`) of all. */
  quarantine(o?: {
    learner?: string;
    with_code?: string;
    with_status?: QuarantineStatus;
    after?: string;
    page_rows?: number;
  }): Promise<Quarantined[]>;
  /** Sends events through ingest again: `ids`, or all of the learner's, or all of a code. */
  replay(o: {
    learner: string;
    ids?: readonly string[];
    with_code?: string;
    /** Those whose id another event has taken, under a new one. */
    as_new_id?: boolean;
  }): Promise<QuarantineState[]>;
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
    mastery?: number;
    completed?: readonly string[];
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
    quarantine: (o = {}) => call(z.array(Quarantined), "support_quarantine", o),
    replay: (o) => call(states, "replay_quarantined", o),
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
