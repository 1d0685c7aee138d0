// What staff may look at of learners: find one, read a timeline, ask what became of an event, count failures. Every look has a reason and is audited.
import { z } from "zod";
import { ListedDevice } from "../contract/devices.ts";
import { ServerInstant } from "../contract/ids.ts";
import { TimelineEntry } from "../contract/support.ts";
import {
  EventFate,
  FailureCount,
  FoundLearner,
  LearnerAttempt,
  SupportGrant,
} from "../contract/support_look.ts";
import { callerOf, type RpcCaller } from "./rpc_call.ts";

export { TimelineEntry } from "../contract/support.ts";
export {
  EventFate,
  FailureCount,
  FoundLearner,
  LearnerAttempt,
  SupportGrant,
} from "../contract/support_look.ts";

/** What every look says. */
export interface Look {
  /** Why, for the audit: 1 to 500 characters. A ticket's number is best: write nothing personal. */
  reason: string;
  /** Show the content of answers, which needs a grant (`grant`); by default it is hidden. */
  with_answers?: boolean | undefined;
}

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

/** For support and admins. They throw ProblemError, NetworkError or ContractError. */
export interface SupportLooks {
  /** The learners whose id, e-mail address, device, event or batch the text is. */
  find(o: { query: string; reason: string }): Promise<FoundLearner[]>;
  /** What happened to an event: one answer, or without a learner one for each learner with this id. */
  event(o: Look & { event: string; learner?: string | undefined }): Promise<EventFate[]>;
  /** What happened to a learner, newest first. Go on with `after` until a page is empty. */
  timeline(o: Look & TimelineFilter & { learner: string }): Promise<TimelineEntry[]>;
  /**
   * A learner's attempts, oldest first, for instructors of the learner's cohorts too: what exports read (docs/exports.md). Go on with `after`, the
   * last one's cursor, until a page is empty.
   */
  attempts(
    o: Look & {
      learner: string;
      after?: string | undefined;
      /** At most and by default 500. */
      page_rows?: number | undefined;
    },
  ): Promise<LearnerAttempt[]>;
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
    attempts: (o) => call(z.array(LearnerAttempt), "learner_attempts", o),
    errors: (o) => call(z.array(FailureCount), "support_errors", o),
    devices: (o) => call(z.array(ListedDevice), "list_devices", o),
    grant: (o) => call(ServerInstant, "grant_support", o),
    endGrant: (o) => call(z.int(), "end_support_grant", o),
    grants: () => call(z.array(SupportGrant), "support_grants", {}),
  };
}
