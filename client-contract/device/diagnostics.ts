// The report of a device about itself, which a learner sends when they ask support for help: numbers and codes, no texts.
import { z } from "zod";
import { MAX_INTEGER } from "../contract/fields.ts";
import { Code, Label } from "../contract/tracking.ts";
import { clockTime } from "./clock.ts";
import { type DeviceContext, readState } from "./context.ts";
import { type DraftOf } from "./event_line.ts";
import { countOutbox } from "./outbox.ts";
import * as queries from "./queries.gen.ts";
import { keepTelemetry } from "./telemetry.ts";

/** What the app knows and the device can't find out. A version or platform that is no `Label` is left out. */
export interface DiagnosticFacts {
  /** Of the operating system, such as `17.5.1`. */
  osVersion?: string | undefined;
  /** Free megabytes on the disk. */
  storageFreeMb?: number | undefined;
}

/** A report that was stored. */
export interface SentDiagnostics {
  /** The ULID of the report: the learner tells it to support, which finds the learner by it. */
  reportId: string;
  /** The server has the report. False: the report goes with the next sync that succeeds. */
  isSent: boolean;
}

const MAX_COUNT = 1_000_000;
const MEGABYTE = 1024 * 1024;
const MAX_CODES = 10;

const Oldest = z.object({ created_at: z.string().nullable() });
const Checked = z.object({ checked_at: z.string().nullable() });
const Size = z.object({ bytes: z.number() });
const CodeRow = z.object({ code: z.string() });
const Waiting = z.object({ count: z.number() });

const label = (text: string | undefined) => Label.safeParse(text).success ? text : undefined;
const bounded = (value: number, most: number) => Math.min(Math.max(Math.trunc(value), 0), most);

/** The codes of the last failures: of refused events, and of what the device was to report. Each once, newest first. */
function lastCodes({ db }: DeviceContext): string[] {
  const rows = db.all(
    CodeRow,
    queries.lastCodes,
  );
  return rows.map(({ code }) => code).filter((code) => Code.safeParse(code).success).slice(0, MAX_CODES);
}

/** The body of a report. */
export function readDiagnostics(
  context: DeviceContext,
  { platform, appVersion, osVersion, storageFreeMb }: DiagnosticFacts & {
    platform?: string | undefined;
    appVersion?: string | undefined;
  },
): DraftOf<"app.reported">["body"] {
  const { db, clock } = context;
  const state = readState(db);
  const counts = countOutbox(context);
  const since = (time: string | null | undefined) =>
    time ? bounded((clockTime(clock) - Date.parse(time)) / 1000, MAX_INTEGER) : undefined;
  const oldest = db.get(Oldest, queries.oldestWaitingEvent);
  const checked = db.get(Checked, queries.readTelemetryState);
  const size = db.get(Size, queries.databaseSize);
  return {
    platform: label(platform) ?? "unknown",
    app_version: label(appVersion),
    os_version: label(osVersion),
    waiting: bounded(counts.pending, MAX_COUNT),
    quarantined: bounded(counts.quarantined, MAX_COUNT),
    held_back: bounded(counts.held_back, MAX_COUNT),
    dead: bounded(counts.dead, MAX_COUNT),
    oldest_waiting_s: since(oldest?.created_at),
    synced_s: since(state.synced_at),
    content_version: state.content_version,
    damaged: state.content_suspect === 1,
    intact_s: since(checked?.checked_at),
    clock_offset_ms: state.clock_offset_ms ?? undefined,
    storage_used_mb: size ? bounded(Math.ceil(size.bytes / MEGABYTE), MAX_COUNT) : undefined,
    storage_free_mb: storageFreeMb === undefined || !Number.isFinite(storageFreeMb)
      ? undefined
      : bounded(storageFreeMb, MAX_INTEGER),
    codes: lastCodes(context),
  };
}

/**
 * Stores a report, and syncs to send it. The learner asks for it, so telemetry that is turned off does not prevent it. A sync that fails
 * does not matter: the report waits.
 */
export async function sendDiagnostics(
  context: DeviceContext,
  facts: Parameters<typeof readDiagnostics>[1],
  sync: () => Promise<unknown>,
): Promise<SentDiagnostics> {
  const { db } = context;
  const reportId = db.transaction(() =>
    keepTelemetry(context, { type: "app.reported", body: readDiagnostics(context, facts) })
  );
  await sync().catch(() => {});
  const waiting = db.get(Waiting, queries.countTelemetryOf, reportId);
  return { reportId, isSent: waiting?.count === 0 };
}
