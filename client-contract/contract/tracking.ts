// The tracking plan: what a device tells about itself, as events like any other, each in version 1. Codes and numbers
// alone, nothing that a person wrote. SQL's rules (private.event_rule) are generated from here, in the same order.
import { z } from "zod";
import { describe } from "./documentation.ts";
import * as example from "./examples.ts";
import { describeEvent, eventOf } from "./envelope.ts";
import { MAX_INTEGER, whole } from "./fields.ts";
import { Ulid } from "./ids.ts";
import { MAX_BATCH_EVENTS, MAX_DURATION_MS } from "./limits.ts";

/** What a failure is called: a code of the error registry, or one of the app. */
export const Code = z.string().regex(/^[a-z][a-z0-9_.]{0,63}$/).describe(
  "a code of letters, digits, points and underscores",
);
/* @__PURE__ */ describe(Code, { id: "Code", title: "Code of a failure", example: "network" });
const Duration = whole(0, MAX_DURATION_MS);
const Version = whole(0, MAX_INTEGER);
const Rows = whole(0, 10_000_000);
const Million = whole(0, 1_000_000);

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
] as const;
export type TrackingEvent = z.infer<(typeof TRACKING_PLAN)[number]>;
