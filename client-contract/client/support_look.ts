// What staff may look at of learners: find one, read a timeline, ask what became of an event, count failures. Every look has a reason and is audited.
import { z } from "zod";
import { ListedDevice } from "../contract/devices.ts";
import { ServerInstant, Ulid, Uuid } from "../contract/ids.ts";
import { callerOf, type RpcCaller } from "./rpc_call.ts";

/** What every look says. */
export interface Look {
  /** Why, for the audit: 1 to 500 characters. A ticket's number is best: write nothing personal. */
  reason: string;
  /** Show the content of answers, which needs a grant (`grant`); by default it is hidden. */
  with_answers?: boolean | undefined;
}

/** A learner who was found, and by what. */
export const FoundLearner = z.object({
  matched: z.enum(["learner", "device", "batch", "event", "email"]),
  learner_id: Uuid,
  state: z.enum(["present", "never_synced", "adopted", "account_deleted", "erasing", "erased"]).nullable(),
  is_anonymous: z.boolean().nullable().describe("Null: there is no account"),
  last_seen_at: ServerInstant.nullable(),
  devices: z.int(),
  waiting: z.int().describe("Events in quarantine that are not settled"),
  adopted_by: Uuid.nullable(),
});
export type FoundLearner = z.infer<typeof FoundLearner>;

/** One entry of a learner's timeline. */
export const TimelineEntry = z.object({
  at: ServerInstant,
  kind: z.string(),
  summary: z.string(),
  detail: z.looseObject({}).nullable(),
  /** Where the next page begins: `after` the last entry, or `before` the first one. */
  cursor: z.string(),
});
export type TimelineEntry = z.infer<typeof TimelineEntry>;

/** The kinds of entries; telemetry is shown when it is asked for. */
export const TIMELINE_KINDS = [
  "batch",
  "event",
  "report",
  "telemetry",
  "quarantine",
  "action",
  "device",
  "operation",
] as const;

/** Which entries of a timeline: kinds without the field of a filter are left out. */
export interface TimelineFilter {
  with_kinds?: readonly (typeof TIMELINE_KINDS)[number][] | undefined;
  with_device?: string | undefined;
  with_code?: string | undefined;
  with_skill?: string | undefined;
  with_question?: string | undefined;
  /** From this time on. */
  from_time?: string | undefined;
  /** Before this time. */
  to_time?: string | undefined;
  /** The last entry's cursor, for older entries. */
  after?: string | undefined;
  /** The first entry's cursor, for newer entries. */
  before?: string | undefined;
  page_rows?: number | undefined;
}

/** What became of an event. */
export const EventFate = z.object({
  learner_id: Uuid.nullable().describe("Null: no learner with this event was found"),
  event_id: Ulid,
  state: z.enum([
    "applied",
    "voided",
    "quarantined",
    "dead_letter",
    "discarded",
    "superseded",
    "given_up",
    "erased",
    "never_arrived",
  ]),
  summary: z.string().describe("The answer in words"),
  type: z.string().nullable(),
  code: z.string().nullable(),
  made_at: ServerInstant.describe("The time in its id, by the clock of its device"),
  received_at: ServerInstant.nullable(),
  device_id: Uuid.nullable(),
  batch_id: Ulid.nullable(),
  changed: z.array(
    z.object({
      kind: z.string(),
      id: z.string(),
      counts: z.boolean().nullish(),
      voided_at: z.string().optional(),
    }),
  ).nullable(),
  body: z.unknown(),
});
export type EventFate = z.infer<typeof EventFate>;

/** Failures of one code on one version of the app. */
export const FailureCount = z.object({
  source: z.string().describe("quarantine; app: reported by apps; outbox: what devices could not send"),
  code: z.string(),
  platform: z.string().nullable(),
  app_version: z.string().nullable(),
  failures: z.int(),
  learners: z.int(),
  first_at: ServerInstant,
  last_at: ServerInstant,
  examples: z.array(
    z.object({ learner_id: Uuid, device_id: Uuid.nullable(), at: z.string(), id: z.string() }),
  ),
});
export type FailureCount = z.infer<typeof FailureCount>;

/** A grant in force. */
export const SupportGrant = z.object({
  staff_id: Uuid,
  reason: z.string(),
  granted_at: ServerInstant,
  expires_at: ServerInstant,
  granted_by: Uuid.nullable(),
  granted_by_role: z.string(),
});
export type SupportGrant = z.infer<typeof SupportGrant>;

/** For support and admins. They throw ProblemError, NetworkError or ContractError. */
export interface SupportLooks {
  /** The learners whose id, e-mail address, device, event or batch the text is. */
  find(o: { query: string; reason: string }): Promise<FoundLearner[]>;
  /** What happened to an event: one answer, or without a learner one for each learner with this id. */
  event(o: Look & { event: string; learner?: string | undefined }): Promise<EventFate[]>;
  /** What happened to a learner, newest first. Go on with `after` until a page is empty. */
  timeline(o: Look & TimelineFilter & { learner: string }): Promise<TimelineEntry[]>;
  /** Failures of all learners, most frequent first. */
  errors(o: {
    reason: string;
    with_code?: string | undefined;
    with_platform?: string | undefined;
    with_app_version?: string | undefined;
    /** By default 24. */
    hours?: number | undefined;
    page_rows?: number | undefined;
  }): Promise<FailureCount[]>;
  /** A learner's devices, last seen first. */
  devices(o: { learner: string; reason: string }): Promise<ListedDevice[]>;
  /** Lets another account of staff read the content of answers for some hours; when that ends. For admins. */
  grant(o: { staff: string; reason: string; hours?: number | undefined }): Promise<string>;
  /** Ends an account's grants at once; how many there were. For admins. */
  endGrant(o: { staff: string; reason: string }): Promise<number>;
  /** The grants in force. For admins. */
  grants(): Promise<SupportGrant[]>;
}

/** Typed calls through a supabase-js client of a user whose app role is support or admin. */
export function createSupportLooks(supabase: RpcCaller): SupportLooks {
  const call = callerOf(supabase);
  return {
    find: (o) => call(z.array(FoundLearner), "support_find", o),
    event: (o) => call(z.array(EventFate), "support_event", o),
    timeline: (o) => call(z.array(TimelineEntry), "support_timeline", o),
    errors: (o) => call(z.array(FailureCount), "support_errors", o),
    devices: (o) => call(z.array(ListedDevice), "list_devices", o),
    grant: (o) => call(ServerInstant, "grant_support", o),
    endGrant: (o) => call(z.int(), "end_support_grant", o),
    grants: () => call(z.array(SupportGrant), "support_grants", {}),
  };
}
