// How the device's content compares with the server's, as of the last contact.
import { ProblemError } from "../client/mod.ts";
import type { Head } from "../contract/content.ts";
import { CONTENT_SCHEMA } from "../contract/limits.ts";
import type { Upgrade } from "../contract/steering.ts";
import { clockTime } from "./clock.ts";
import { readScope } from "./content_scope.ts";
import { type DeviceContext, readState } from "./context.ts";
import * as queries from "./queries.gen.ts";
import { readSteering } from "./steering.ts";

/** What an app may show. */
export interface Standing {
  /** outdated: there is newer content. must_update: the learner must not study before `mustUpdate` is updated. */
  standing: "current" | "outdated" | "must_update";
  /** What must be updated: the content by a sync, or the app from its store. */
  mustUpdate: "app" | "content" | null;
  /** The newest version that the device knows of. */
  newest: number;
  /** When the server stops serving this app's content schema; null: no end is known. */
  schemaEndsAt: string | null;
  /** Seconds until the next poll, before jitter. */
  pollAfterS: number;
  /** The server's advice to update the app. */
  upgrade: Upgrade | null;
  /** The learner or support has revoked this device: sign out, and delete nothing. */
  isRevoked: boolean;
  /** The server has paused syncing until this time, for this reason. */
  paused: { reason: string; until: string } | null;
}

/** Reads the standing. */
export function readStanding({ db, clock }: DeviceContext): Standing {
  const state = readState(db);
  const { upgrade, poll_after_s } = readSteering(db);
  const isOverdue = upgrade?.required_from && Date.parse(upgrade.required_from) <= clockTime(clock);
  const { content_version: version, head_version: newest, minimum_version } = state;
  const isRefused = state.refused_schema === CONTENT_SCHEMA;
  const mustUpdate = isRefused || isOverdue ? "app" : version < minimum_version ? "content" : null;
  const isWhole = readScope(db).kind !== "growing" &&
    [...readScope(db).cursors.values()].every((cursor) => cursor > 0);
  const isCurrent = version >= newest && isWhole &&
    (version === 0 || state.content_schema === CONTENT_SCHEMA);
  return {
    standing: mustUpdate ? "must_update" : isCurrent ? "current" : "outdated",
    mustUpdate,
    newest,
    schemaEndsAt: state.schema_ends_at,
    pollAfterS: state.steering === null ? state.poll_after_s ?? poll_after_s : poll_after_s,
    upgrade,
    isRevoked: state.revoked === 1,
    paused: state.paused_reason !== null && state.retry_at !== null
      ? { reason: state.paused_reason, until: state.retry_at }
      : null,
  };
}

/** Stores what a head says. Within a transaction or alone. */
export function rememberHead({ db }: DeviceContext, head: Head): void {
  db.run(
    queries.rememberHead,
    head.version,
    head.minimum_version,
    head.poll_after_s,
    head.schema_ends_at,
  );
}

/**
 * Stores what the head after a hint says. Only its version is fresh; its other fields may be minutes old, so they overwrite nothing that a sync
 * has brought. Within a transaction or alone.
 */
export function rememberHintedHead({ db }: DeviceContext, head: Head): void {
  db.run(
    queries.rememberHintedHead,
    head.version,
    head.minimum_version,
    head.schema_ends_at,
  );
}

/** Stores that there is a release of this version, after its rows have proved it. Within a transaction or alone. */
export function rememberHintedRelease({ db }: DeviceContext, version: number): void {
  db.run(queries.rememberHintedHead, version, 0, null);
}

/** Stores whether the server still serves this app's content schema. */
export function rememberRefusal({ db }: DeviceContext, isRefused: boolean): void {
  db.run(queries.rememberRefusedSchema, isRefused ? CONTENT_SCHEMA : null);
}

/** Whether the server no longer serves this app's content schema. Only an update of the app helps. */
export const isUpgradeRequired = (error: unknown): boolean =>
  error instanceof ProblemError && error.code === "upgrade_required";
