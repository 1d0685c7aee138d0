// The tracking plan: what a device tells about itself, as events like any other, each in version 1. Codes and numbers
// alone, nothing that a person wrote. SQL's rules (private.event_rule) are generated from here, in the same order.
import { z } from "zod";
import { eventOf } from "./envelope.ts";
import { MAX_INTEGER, whole } from "./fields.ts";
import { Ulid } from "./ids.ts";
import { MAX_BATCH_EVENTS, MAX_CLOCK_OFFSET_MS, MAX_DURATION_MS } from "./limits.ts";

/** What a failure is called: a code of the error registry, or one of the app. */
export const Code = z.string().regex(/^[a-z][a-z0-9_.]{0,63}$/).describe(
  "a code of letters, digits, points and underscores",
);
const Duration = whole(0, MAX_DURATION_MS).describe("Milliseconds");
const Version = whole(0, MAX_INTEGER);
const Rows = whole(0, 10_000_000);
const Million = whole(0, 1_000_000);
const Seconds = whole(0, MAX_INTEGER).nullish();

/** What an app, its platform or an operating system is called and numbered. */
export const Label = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9.+_-]{0,39}$/).describe(
  "a name or version of at most 40 letters, digits, points, dashes, underscores and plus signs",
);

/** Events went into the outbox since the device last told. */
export const OutboxCreated = eventOf(
  "outbox.created",
  z.looseObject({ events: whole(1, 1_000_000), waiting: Million.describe("In the outbox now") }),
);
/** A batch was sent. */
export const OutboxAttempted = eventOf(
  "outbox.attempted",
  z.looseObject({
    events: whole(0, MAX_BATCH_EVENTS),
    attempts: whole(1, 1_000_000).describe("Of this batch, this one included"),
    answered: z.boolean(),
    code: Code.nullish().describe("Why it was not taken"),
    duration_ms: Duration,
  }),
);
/** The device has given up on an event. */
export const OutboxDeadLettered = eventOf(
  "outbox.dead_lettered",
  z.looseObject({ event_id: Ulid, code: Code, attempts: Million }),
);
/** The cache was compared with the published hashes. */
export const CacheChecked = eventOf(
  "cache.checked",
  z.looseObject({ content_version: Version, rows: Rows, damaged: Rows, duration_ms: Duration }),
);
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
/** Damage was fetched anew. */
export const CacheRepaired = eventOf(
  "cache.repaired",
  z.looseObject({
    content_version: whole(1, MAX_INTEGER),
    rows: Rows,
    whole: z.boolean().describe("Everything was fetched, not only the damaged part"),
    duration_ms: Duration,
  }),
);
/** A stretch of study without a network. */
export const OfflineUsed = eventOf(
  "offline.used",
  z.looseObject({
    duration_ms: whole(0, MAX_INTEGER),
    attempts: Million,
    reads: Rows.describe("Of content"),
    local_reads: Rows.describe("Those that the device answered itself"),
    completed: z.boolean().describe("The learner got to the end of what they began"),
  }),
);
/** Something in the app went wrong. */
export const AppFailed = eventOf(
  "app.failed",
  z.looseObject({ code: Code, place: Code.nullish(), fatal: z.boolean() }),
);
/** The app works again. */
export const AppRecovered = eventOf("app.recovered", z.looseObject({ code: Code, duration_ms: Duration }));

/** A device's report about itself, which the learner or the app sends on purpose, for support. Absent or null: unknown. */
export const AppReported = eventOf(
  "app.reported",
  z.looseObject({
    platform: Label,
    app_version: Label.nullish(),
    os_version: Label.nullish(),
    waiting: Million.describe("Events of the outbox that are to be sent"),
    quarantined: Million.describe(
      "Events that the server could not apply, as far as the device still keeps them",
    ),
    held_back: Million.describe("Events that the server refused for this learner"),
    dead: Million.describe("Events that were given up and not handed in yet"),
    oldest_waiting_s: Seconds.describe("Age of the oldest event that is to be sent"),
    synced_s: Seconds.describe("Seconds since the last sync that succeeded"),
    content_version: Version.describe("0: none yet"),
    damaged: z.boolean().describe("The cache is known to be damaged"),
    intact_s: Seconds.describe("Seconds since the cache was last reported intact"),
    clock_offset_ms: whole(-MAX_CLOCK_OFFSET_MS, MAX_CLOCK_OFFSET_MS).nullish().describe(
      "Server time minus device time",
    ),
    storage_used_mb: Million.nullish().describe("Of the device's database"),
    storage_free_mb: whole(0, MAX_INTEGER).nullish(),
    codes: z.array(Code).max(10).describe("Of the last failures, newest first, each once"),
  }),
);

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
