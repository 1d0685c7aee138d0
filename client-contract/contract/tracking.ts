// The tracking plan: what a device tells about itself, as events like any other, each in version 1. Codes and numbers
// alone, nothing that a person wrote. SQL's rules (private.event_rule) are generated from here, in the same order.
import { z } from "zod";
import { describe } from "./documentation.ts";
import * as example from "./examples.ts";
import { describeEvent, eventOf } from "./envelope.ts";
import { MAX_INTEGER, whole } from "./fields.ts";
import { Ulid } from "./ids.ts";
import { MAX_BATCH_EVENTS, MAX_CLOCK_OFFSET_MS, MAX_DURATION_MS } from "./limits.ts";

/** What a failure is called: a code of the error registry, or one of the app. */
export const Code = z.string().regex(/^[a-z][a-z0-9_.]{0,63}$/).describe(
  "a code of letters, digits, points and underscores",
);
/* @__PURE__ */ describe(Code, { id: "Code", title: "Code of a failure", example: "network" });
const Duration = whole(0, MAX_DURATION_MS);
const Version = whole(0, MAX_INTEGER);
const Rows = whole(0, 10_000_000);
const Million = whole(0, 1_000_000);
const Seconds = whole(0, MAX_INTEGER).nullish();

/** What an app, its platform or an operating system is called and numbered. */
export const Label = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9.+_-]{0,39}$/).describe(
  "a name or version of at most 40 letters, digits, points, dashes, underscores and plus signs",
);
/* @__PURE__ */ describe(Label, { id: "Label", title: "Name or version", example: "4.2.0" });

/** Events went into the outbox since the device last told. */
export const OutboxCreated = eventOf(
  "outbox.created",
  z.looseObject({ events: whole(1, 1_000_000), waiting: Million }),
);
/* @__PURE__ */ describeEvent(OutboxCreated, {
  id: "OutboxCreated",
  title: "Outbox grew",
  example: { events: 3, waiting: 12 },
  fields: {
    events: "Events that went into the outbox since the last report",
    waiting: { text: "Events that wait in the outbox now", unit: "events" },
  },
});

/** A batch was sent. */
export const OutboxAttempted = eventOf(
  "outbox.attempted",
  z.looseObject({
    events: whole(0, MAX_BATCH_EVENTS),
    attempts: whole(1, 1_000_000),
    answered: z.boolean(),
    code: Code.nullish(),
    duration_ms: Duration,
  }),
);
/* @__PURE__ */ describeEvent(OutboxAttempted, {
  id: "OutboxAttempted",
  title: "Batch sent",
  example: { events: 12, attempts: 1, answered: true, code: "busy", duration_ms: 240 },
  fields: {
    events: "Events in the batch",
    attempts: "Attempts to send this batch, this one included",
    answered: "Whether the server answered",
    code: "Why the batch was not taken; absent or null: it was",
    duration_ms: "How long the attempt took",
  },
});

/** The device has given up on an event. */
export const OutboxDeadLettered = eventOf(
  "outbox.dead_lettered",
  z.looseObject({ event_id: Ulid, code: Code, attempts: Million }),
);
/* @__PURE__ */ describeEvent(OutboxDeadLettered, {
  id: "OutboxDeadLettered",
  title: "Event given up",
  example: { event_id: example.event, code: "given_up", attempts: 7 },
  fields: {
    event_id: "The event",
    code: "Why the device gave it up",
    attempts: "How often the device had sent it",
  },
});

/** The cache was compared with the published hashes. */
export const CacheChecked = eventOf(
  "cache.checked",
  z.looseObject({ content_version: Version, rows: Rows, damaged: Rows, duration_ms: Duration }),
);
/* @__PURE__ */ describeEvent(CacheChecked, {
  id: "CacheChecked",
  title: "Cache checked",
  example: { content_version: 57, rows: 1000, damaged: 0, duration_ms: 38 },
  fields: {
    content_version: "The version of the cache",
    rows: "Rows that were checked",
    damaged: { text: "Rows that were damaged", unit: "rows" },
    duration_ms: "How long the check took",
  },
});

/** The cache was brought to another version. */
export const CacheRefreshed = eventOf(
  "cache.refreshed",
  z.looseObject({
    from_version: Version,
    to_version: whole(1, MAX_INTEGER),
    rows: Rows,
    duration_ms: Duration,
  }),
);
/* @__PURE__ */ describeEvent(CacheRefreshed, {
  id: "CacheRefreshed",
  title: "Cache refreshed",
  example: { from_version: 56, to_version: 57, rows: 14, duration_ms: 320 },
  fields: {
    from_version: "The version before; 0: none",
    to_version: "The version now",
    rows: "Rows that were fetched",
    duration_ms: "How long the download took",
  },
});

/** Damage was fetched anew. */
export const CacheRepaired = eventOf(
  "cache.repaired",
  z.looseObject({
    content_version: whole(1, MAX_INTEGER),
    rows: Rows,
    whole: z.boolean(),
    duration_ms: Duration,
  }),
);
/* @__PURE__ */ describeEvent(CacheRepaired, {
  id: "CacheRepaired",
  title: "Cache repaired",
  example: { content_version: 57, rows: 8, whole: false, duration_ms: 410 },
  fields: {
    content_version: "The version of the cache",
    rows: "Rows that were fetched again",
    whole: "Whether everything was fetched, and not only the damaged part",
    duration_ms: "How long the repair took",
  },
});

/** A stretch of study without a network. */
export const OfflineUsed = eventOf(
  "offline.used",
  z.looseObject({
    duration_ms: whole(0, MAX_INTEGER),
    attempts: Million,
    reads: Rows,
    local_reads: Rows,
    completed: z.boolean(),
  }),
);
/* @__PURE__ */ describeEvent(OfflineUsed, {
  id: "OfflineUsed",
  title: "Studied without a network",
  example: { duration_ms: 1800000, attempts: 24, reads: 60, local_reads: 60, completed: true },
  fields: {
    duration_ms: "How long the device had no network",
    attempts: "Answers in that time",
    reads: "Reads of content in that time",
    local_reads: { text: "Reads that the device answered itself", unit: "reads" },
    completed: "Whether the learner finished what they began",
  },
});

/** Something in the app went wrong. */
export const AppFailed = eventOf(
  "app.failed",
  z.looseObject({ code: Code, place: Code.nullish(), fatal: z.boolean() }),
);
/* @__PURE__ */ describeEvent(AppFailed, {
  id: "AppFailed",
  title: "App failed",
  example: { code: "storage_full", place: "outbox", fatal: false },
  fields: {
    code: "What went wrong",
    place: "Where in the app; absent or null: unknown",
    fatal: "Whether the app had to stop",
  },
});

/** The app works again. */
export const AppRecovered = eventOf("app.recovered", z.looseObject({ code: Code, duration_ms: Duration }));
/* @__PURE__ */ describeEvent(AppRecovered, {
  id: "AppRecovered",
  title: "App recovered",
  example: { code: "storage_full", duration_ms: 5300 },
  fields: {
    code: "What had gone wrong",
    duration_ms: "How long it lasted",
  },
});

/** A device's report about itself, which the learner or the app sends on purpose, for support. */
export const AppReported = eventOf(
  "app.reported",
  z.looseObject({
    platform: Label,
    app_version: Label.nullish(),
    os_version: Label.nullish(),
    waiting: Million,
    quarantined: Million,
    held_back: Million,
    dead: Million,
    oldest_waiting_s: Seconds,
    synced_s: Seconds,
    content_version: Version,
    damaged: z.boolean(),
    intact_s: Seconds,
    clock_offset_ms: whole(-MAX_CLOCK_OFFSET_MS, MAX_CLOCK_OFFSET_MS).nullish(),
    storage_used_mb: Million.nullish(),
    storage_free_mb: whole(0, MAX_INTEGER).nullish(),
    codes: z.array(Code).max(10),
  }),
);
/* @__PURE__ */ describeEvent(AppReported, {
  id: "AppReported",
  title: "Report of a device",
  example: {
    platform: "android",
    app_version: "4.2.0",
    os_version: "15",
    waiting: 12,
    quarantined: 1,
    held_back: 0,
    dead: 0,
    oldest_waiting_s: 5400,
    synced_s: 6000,
    content_version: 57,
    damaged: false,
    intact_s: 3600,
    clock_offset_ms: -120,
    storage_used_mb: 41,
    storage_free_mb: 812,
    codes: ["network_failed"],
  },
  fields: {
    platform: "The platform, or `unknown`",
    app_version: "The version of the app; absent or null: unknown",
    os_version: "The version of the operating system; absent or null: unknown",
    waiting: { text: "Events of the outbox that are to be sent", unit: "events" },
    quarantined: {
      text: "Events that the server could not apply and the device still keeps",
      unit: "events",
    },
    held_back: { text: "Events that the server refused for this learner", unit: "events" },
    dead: { text: "Events that were given up and not handed in yet", unit: "events" },
    oldest_waiting_s: "Age of the oldest event that is to be sent; absent or null: none waits",
    synced_s: "Time since the last sync that succeeded; absent or null: never",
    content_version: "The content version of the cache; 0: none yet",
    damaged: "Whether the cache is known to be damaged",
    intact_s: "Time since the cache was last reported intact; absent or null: unknown",
    clock_offset_ms: "Server time minus device time; absent or null: unknown",
    storage_used_mb: { text: "Size of the device's database; absent or null: unknown", unit: "megabytes" },
    storage_free_mb: { text: "Free room on the disk; absent or null: unknown", unit: "megabytes" },
    codes: "Codes of the last failures, newest first, each once",
  },
});

/** Every type of the plan. */
export const TRACKING_PLAN = [
  OutboxCreated,
  OutboxAttempted,
  OutboxDeadLettered,
  CacheChecked,
  CacheRefreshed,
  CacheRepaired,
  OfflineUsed,
  AppFailed,
  AppRecovered,
  AppReported,
] as const;
export type TrackingEvent = z.infer<(typeof TRACKING_PLAN)[number]>;
