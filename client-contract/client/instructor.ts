// What instructors read about their cohorts, and what admins change about cohorts. Looks at single learners are audited.
import { z } from "zod";
import { ServerInstant, Uuid } from "../contract/ids.ts";
import { callerOf, type RpcCaller } from "./rpc_call.ts";

const cursor = z.string().describe("Where the next page begins, if this is the last row");
const share = z.number().min(0).max(1).nullable().describe("Null: of nothing");

/** A group of learners. */
export const Cohort = z.object({
  id: Uuid,
  name: z.string(),
  created_at: ServerInstant,
  archived_at: ServerInstant.nullable(),
});
export type Cohort = z.infer<typeof Cohort>;
/** A cohort of the list. */
export const ListedCohort = Cohort.extend({ members: z.int(), staff: z.int(), cursor });
export type ListedCohort = z.infer<typeof ListedCohort>;

/** What became of one line of a list of people. */
export const PersonResult = z.object({
  person: z.string().nullable().describe("As it was given"),
  id: Uuid.nullable(),
  result: z.enum([
    "added",
    "already_in_cohort",
    "removed",
    "not_in_cohort",
    "invalid",
    "unknown",
    "email_unconfirmed",
    "erased",
    "cohort_full",
    "busy",
    "no_instructor",
  ]),
});
export type PersonResult = z.infer<typeof PersonResult>;

/** An instructor of a cohort. */
export const CohortStaff = z.object({
  staff_id: Uuid,
  email: z.string().nullable(),
  added_at: ServerInstant,
});
export type CohortStaff = z.infer<typeof CohortStaff>;

/** How a device, or a learner's last device, syncs. */
export const SyncState = z.enum([
  "recently_synced",
  "syncing",
  "queued",
  "unable_to_sync",
  "not_recently_synced",
  "storage_full",
  "signed_out",
  "never_synced",
]);
export type SyncState = z.infer<typeof SyncState>;
/** Why a learner needs help. */
export const HelpReason = z.enum(["repeated_failure", "stopped", "unable_to_sync"]);
export type HelpReason = z.infer<typeof HelpReason>;

/** A learner of a cohort. */
export const CohortLearner = z.object({
  learner_id: Uuid,
  email: z.string().nullable(),
  last_day: z.iso.date().nullable(),
  streak: z.int().nullable().describe("Days up to last_day"),
  longest_streak: z.int().nullable(),
  days_28: z.int(),
  attempts: z.int(),
  accuracy: share,
  first_accuracy: share,
  tries_to_success: z.number().nullable(),
  outdated: z.int(),
  sync_state: SyncState,
  last_seen_at: ServerInstant.nullable(),
  needs_help: z.array(HelpReason),
  cursor,
});
export type CohortLearner = z.infer<typeof CohortLearner>;

/** A reason to help a learner; null in a row that only ends a page. */
export const Help = z.object({
  learner_id: Uuid,
  email: z.string().nullable(),
  reason: HelpReason.nullable(),
  since: ServerInstant.nullable(),
  skill_key: z.string().nullable(),
  question_key: z.string().nullable(),
  failures: z.int().nullable(),
  detail: z.string().nullable(),
  cursor,
});
export type Help = z.infer<typeof Help>;

/** A device of a learner; without one, only the learner. */
export const DeviceSync = z.object({
  learner_id: Uuid,
  email: z.string().nullable(),
  device_id: Uuid.nullable(),
  platform: z.string().nullable(),
  app_version: z.string().nullable(),
  state: SyncState,
  since: ServerInstant.nullable(),
  last_seen_at: ServerInstant.nullable(),
  waiting: z.int().describe("Events on the device"),
  refused: z.int().describe("Events that wait for support"),
  code: z.string().nullable(),
  cursor,
});
export type DeviceSync = z.infer<typeof DeviceSync>;

/** A learner's progress in a skill. */
export const CohortProgress = z.object({
  learner_id: Uuid,
  skill_id: Uuid,
  skill_key: z.string().nullable(),
  mastery: z.int(),
  completed: z.int(),
  attempts: z.int(),
  correct: z.int(),
  practiced_at: ServerInstant.nullable(),
  cursor,
});
export type CohortProgress = z.infer<typeof CohortProgress>;

/** How learners have answered. Of all learners, an instructor's counts are rounded down, and shares are whole percents. */
export const Accuracy = z.object({
  id: Uuid,
  version: z.int().nullable().describe(
    "Of a revision: the release that made it; 0: older than what is on record",
  ),
  key: z.string().nullable(),
  title: z.string().nullable(),
  learners: z.int(),
  attempts: z.int(),
  correct: z.int().nullable().describe("Null where counts are rounded"),
  accuracy: share,
  first_attempts: z.int(),
  first_accuracy: share,
  tries_to_success: z.number().nullable(),
  outdated: z.int(),
  skipped: z.int().nullable().describe("Of questions alone"),
  published_at: ServerInstant.nullable(),
  as_of: ServerInstant,
  cursor,
});
export type Accuracy = z.infer<typeof Accuracy>;

/** How often a choice was chosen. */
export const AnswerChoice = z.object({
  version: z.int(),
  published_at: ServerInstant.nullable(),
  choice: z.string().describe(
    "Index, true, false, number or text; ?: none of these; *: rare choices together",
  ),
  label: z.string().nullable(),
  is_right: z.boolean().nullable(),
  learners: z.int(),
  attempts: z.int(),
  share,
  cursor,
});
export type AnswerChoice = z.infer<typeof AnswerChoice>;

/** How one learner has answered a question. */
export const LearnerAnswers = z.object({
  question_id: Uuid,
  skill_key: z.string().nullable(),
  question_key: z.string().nullable(),
  attempts: z.int(),
  correct: z.int(),
  first_correct: z.boolean(),
  tries_to_success: z.int().nullable(),
  outdated: z.int(),
  last_at: ServerInstant,
  last_correct: z.boolean(),
  cursor,
});
export type LearnerAnswers = z.infer<typeof LearnerAnswers>;

/** How many devices and learners have a version of the content. An instructor's counts are rounded down. */
export const HeldContent = z.object({
  version: z.int(),
  published_at: ServerInstant.nullable().describe("Null: the release is no longer on record"),
  devices: z.int(),
  learners: z.int(),
});
export type HeldContent = z.infer<typeof HeldContent>;

/** One page. Without `cohort`, of all learners, for admins alone. */
export interface CohortPage {
  cohort?: string | undefined;
  /** The last row's cursor: go on until a page is empty. */
  after?: string | undefined;
  page_rows?: number | undefined;
}

/** For instructors and admins. They throw ProblemError, NetworkError or ContractError. */
export interface InstructorRpc {
  /** The caller's cohorts; an admin's: all. */
  cohorts(o?: { after?: string | undefined; page_rows?: number | undefined }): Promise<ListedCohort[]>;
  /** The instructors of a cohort. */
  staff(o: { cohort: string }): Promise<CohortStaff[]>;
  /** The learners of a cohort with activity, accuracy, sync state and reasons to help. */
  learners(o?: CohortPage): Promise<CohortLearner[]>;
  /** Who needs help. */
  needsHelp(o?: CohortPage): Promise<Help[]>;
  /** How each device syncs. */
  syncStates(o?: CohortPage): Promise<DeviceSync[]>;
  /** Progress by learner and skill. */
  progress(o: CohortPage & { cohort: string }): Promise<CohortProgress[]>;
  /** Figures of a cohort, or of all learners. */
  accuracy(
    o: CohortPage & {
      by: "cohort" | "domain" | "skill" | "question" | "revision";
      /** Questions of one skill. */
      skill?: string | undefined;
      /** Required for revisions. */
      question?: string | undefined;
      sort?: "hardest" | "skipped" | "tries" | "newest" | undefined;
    },
  ): Promise<Accuracy[]>;
  /** The choices of a question by revision. */
  choices(o: CohortPage & { question: string }): Promise<AnswerChoice[]>;
  /** One learner by question. */
  learnerAnswers(
    o: { learner: string; after?: string | undefined; page_rows?: number | undefined },
  ): Promise<LearnerAnswers[]>;
  /** Who has which version of the content, newest first: devices that were seen within 28 days. */
  contentHeld(o?: { page_rows?: number | undefined }): Promise<HeldContent[]>;
  /** For admins. */
  createCohort(o: { name: string }): Promise<Cohort>;
  /** For admins: renames, archives or takes back. */
  setCohort(
    o: { cohort: string; name?: string | undefined; archived?: boolean | undefined },
  ): Promise<Cohort>;
  /** For admins: at most 500 ids or e-mail addresses. */
  addMembers(o: { cohort: string; learners: readonly string[] }): Promise<PersonResult[]>;
  /** For admins. */
  removeMembers(o: { cohort: string; learners: readonly string[] }): Promise<PersonResult[]>;
  /** For admins. */
  addStaff(o: { cohort: string; instructors: readonly string[] }): Promise<PersonResult[]>;
  /** For admins. */
  removeStaff(o: { cohort: string; instructors: readonly string[] }): Promise<PersonResult[]>;
}

/** Typed calls through a supabase-js client of a user whose app role is instructor or admin. */
export function createInstructorRpc(supabase: RpcCaller): InstructorRpc {
  const call = callerOf(supabase);
  const people = z.array(PersonResult);
  return {
    cohorts: (o = {}) => call(z.array(ListedCohort), "cohorts", o),
    staff: (o) => call(z.array(CohortStaff), "cohort_staff", o),
    learners: (o = {}) => call(z.array(CohortLearner), "cohort_learners", o),
    needsHelp: (o = {}) => call(z.array(Help), "needs_help", o),
    syncStates: (o = {}) => call(z.array(DeviceSync), "sync_states", o),
    progress: (o) => call(z.array(CohortProgress), "cohort_progress", o),
    accuracy: (o) => call(z.array(Accuracy), "accuracy", o),
    choices: (o) => call(z.array(AnswerChoice), "answer_choices", o),
    learnerAnswers: (o) => call(z.array(LearnerAnswers), "learner_answers", o),
    contentHeld: (o = {}) => call(z.array(HeldContent), "content_held", o),
    createCohort: (o) => call(Cohort, "create_cohort", o),
    setCohort: (o) => call(Cohort, "set_cohort", o),
    addMembers: (o) => call(people, "add_cohort_members", o),
    removeMembers: (o) => call(people, "remove_cohort_members", o),
    addStaff: (o) => call(people, "add_cohort_staff", o),
    removeStaff: (o) => call(people, "remove_cohort_staff", o),
  };
}
