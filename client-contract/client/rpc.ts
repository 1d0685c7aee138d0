// The same without Edge Functions: typed calls of the database's functions through supabase-js.
import { z } from "zod";
import { BatchAnswer, type BatchHeader } from "../contract/batch.ts";
import { SteeredPullAnswer } from "../contract/changes.ts";
import { DeltaAnswer, Head } from "../contract/content.ts";
import { type DeltaPage, readChanges } from "./delta_page.ts";
import { type DeviceParameters, ListedDevice } from "../contract/devices.ts";
import type { Event } from "../contract/event.ts";
import { parseJsonb } from "../contract/jsonb.ts";
import { CONTENT_SCHEMA } from "../contract/limits.ts";
import {
  PublishedHead,
  type PublishParameters,
  Release,
  ReleasePreview,
  type RollbackParameters,
  Schedule,
  type ScheduleParameters,
} from "../contract/release.ts";
import { OwnQuarantined } from "../contract/quarantine.ts";
import { MergeAnswer } from "../contract/support.ts";
import { callerOf, type RpcCaller } from "./rpc_call.ts";

export { OwnQuarantined } from "../contract/quarantine.ts";
export { MergeAnswer } from "../contract/support.ts";

/** Parameters of content_delta. */
export interface DeltaParameters {
  /** The history that `since` belongs to; needed unless it is 0. */
  history?: string | undefined;
  /** The version that is held; by default 0, for the snapshot. */
  since?: number | undefined;
  /** The version to read until; by default the newest. */
  until?: number | undefined;
  /** Ids of domains; by default all. */
  domains?: readonly string[] | undefined;
  /** The `next` of the page before. */
  after?: string | undefined;
  /** Rows a page; by default the server's choice. */
  page_rows?: number | undefined;
  /** By default the one that this contract reads. */
  schema?: number | undefined;
}

/** Parameters of merge_progress: one progress.advanced event. */
export interface ProgressParameters {
  /** A ULID, the idempotency key. */
  event_id: string;
  /** A UUID, lower case. */
  device_id: string;
  /** RFC 3339 in UTC, ending in Z. */
  occurred_at: string;
  /** Minutes that local time was ahead of UTC; by default 0. */
  utc_offset_minutes?: number | undefined;
  /** Server time minus device time as of the last answer before it, in milliseconds. */
  clock_offset_ms?: number | undefined;
  /** `received_at` of that answer: RFC 3339 in UTC, ending in Z. */
  answered_at?: string | undefined;
  /** The device's time now, from which the server derives its clock skew: RFC 3339 in UTC, ending in Z. */
  sent_at?: string | undefined;
  /** A UUID, lower case. */
  skill_id: string;
  /** 0 to 100. */
  mastery: number;
  /** Question ids, added to those before. */
  completed?: readonly string[] | undefined;
  /** The reset that the learner is in; absent before the first. */
  reset?: { count: number; event: string } | undefined;
}

/** Parameters of learner_changes besides the cursor. */
export interface ChangesParameters {
  /** Changes a page; by default the server's choice. */
  page_rows?: number | undefined;
  /** The token of a batch that must be in it. */
  at_least?: string | undefined;
  /** The device that asks. */
  device?: string | undefined;
}

/** The database's functions. They throw ProblemError, NetworkError or ContractError. */
export interface Rpc {
  /** The newest release. */
  contentHead(): Promise<Head>;
  /** One page of a delta. */
  contentDelta(parameters?: DeltaParameters): Promise<DeltaPage>;
  /** Sends a batch. Unlike the sync function it can't keep the lines' exact bytes. */
  ingest(header: BatchHeader, events: readonly Event[]): Promise<BatchAnswer>;
  /** Merges progress in one skill, which never goes back. */
  mergeProgress(parameters: ProgressParameters): Promise<MergeAnswer>;
  /** The caller's changes since the cursor (null: all). */
  learnerChanges(cursor: string | null, o?: ChangesParameters): Promise<SteeredPullAnswer>;
  /** What of the caller's events could not be applied, and why; last seen first. `after` is the last entry's cursor: go on until a page is empty. */
  ownQuarantine(
    o?: { after?: string | undefined; page_rows?: number | undefined },
  ): Promise<OwnQuarantined[]>;
  /** The caller's devices, last seen first. */
  listDevices(): Promise<ListedDevice[]>;
  /** Signs a device off: nothing is taken from it nor given to it any more. */
  revokeDevice(parameters: DeviceParameters): Promise<ListedDevice>;
  /** Takes that back; for support. */
  restoreDevice(parameters: DeviceParameters & { learner: string }): Promise<ListedDevice>;
  /** Publishes all drafts; for instructors. */
  publishRelease(parameters?: PublishParameters): Promise<PublishedHead>;
  /** What publishing would do; for instructors. */
  previewRelease(changeLimit?: number): Promise<ReleasePreview>;
  /** Publishes a preview at a time, unless drafts move before; for instructors. */
  scheduleRelease(parameters: ScheduleParameters): Promise<Schedule>;
  /** Takes back a pending schedule; for instructors. */
  cancelSchedule(scheduleId: number): Promise<Schedule>;
  /** Pending schedules by their time, then finished ones; for instructors. */
  listSchedules(pageRows?: number): Promise<Schedule[]>;
  /** Publishes the content of an old version as a new one; for instructors. */
  rollbackRelease(parameters: RollbackParameters): Promise<PublishedHead>;
  /** Releases, newest first, below a version; for instructors. */
  releaseHistory(
    o?: { before_version?: number | undefined; page_rows?: number | undefined },
  ): Promise<Release[]>;
}

/**
 * The same objects with the same keys, null where one has none: PostgREST refuses an array whose objects differ in
 * their keys (PGRST102). Null is what header and events take for an absent field, and unknown ones are ignored.
 */
function withSameKeys(objects: readonly Record<string, unknown>[]): Record<string, unknown>[] {
  const keys = [...new Set(objects.flatMap((object) => Object.keys(object)))];
  return objects.map((object) => Object.fromEntries(keys.map((key) => [key, object[key] ?? null])));
}

/**
 * The event as PostgREST can take it. A field that the database could not hold (a text with NUL or half a surrogate pair, nesting without
 * end) goes as its JSON text. So the server quarantines this event alone, with all that it said, and takes those beside it.
 */
function withStorableFields(event: Event): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(event).map(([name, value]) => {
      const json = JSON.stringify(value) ?? "null";
      return [name, parseJsonb(json).ok ? value : json];
    }),
  );
}

/** Typed calls through a supabase-js client that is signed in. */
export function createRpc(supabase: RpcCaller): Rpc {
  const call = callerOf(supabase);
  return {
    contentHead: () => call(Head, "content_head", { schema: CONTENT_SCHEMA }),
    async contentDelta(parameters = {}) {
      const asked = { schema: CONTENT_SCHEMA, ...parameters };
      const { page, lines, end } = await call(DeltaAnswer, "content_delta", asked);
      return { page, changes: readChanges(lines), end };
    },
    ingest: (header, events) =>
      call(BatchAnswer, "ingest", withSameKeys([header, ...events.map(withStorableFields)])),
    mergeProgress: (parameters) => call(MergeAnswer, "merge_progress", parameters),
    learnerChanges: (cursor, o = {}) => call(SteeredPullAnswer, "learner_changes", { cursor, ...o }),
    ownQuarantine: (o = {}) => call(z.array(OwnQuarantined), "own_quarantine", o),
    listDevices: () => call(z.array(ListedDevice), "list_devices", {}),
    revokeDevice: (parameters) => call(ListedDevice, "revoke_device", parameters),
    restoreDevice: (parameters) => call(ListedDevice, "restore_device", parameters),
    publishRelease: (parameters = {}) => call(PublishedHead, "publish_release", parameters),
    previewRelease: (change_limit) => call(ReleasePreview, "preview_release", { change_limit }),
    scheduleRelease: (parameters) => call(Schedule, "schedule_release", parameters),
    cancelSchedule: (schedule_id) => call(Schedule, "cancel_schedule", { schedule_id }),
    listSchedules: (page_rows) => call(z.array(Schedule), "list_schedules", { page_rows }),
    rollbackRelease: (parameters) => call(PublishedHead, "rollback_release", parameters),
    releaseHistory: (o = {}) => call(z.array(Release), "release_history", o),
  };
}
