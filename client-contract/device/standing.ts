// How the device's content stands against the server's, as far as the last contact told.
import { ProblemError } from "../client/mod.ts";
import type { Head } from "../contract/content.ts";
import { CONTENT_SCHEMA } from "../contract/limits.ts";
import type { Upgrade } from "../contract/steering.ts";
import { clockTime } from "./clock.ts";
import { readScope } from "./content_scope.ts";
import { type DeviceContext, readState } from "./context.ts";
import { readSteering } from "./steering.ts";

/** What an app may show. */
export interface Standing {
  /**
   * outdated: there is newer content. must_update: nothing is to be studied before an update, of the content by a sync,
   * or of the app from its store.
   */
  standing: "current" | "outdated" | "must_update";
  /** What is to be updated. */
  mustUpdate: "app" | "content" | null;
  /** The newest version that the server spoke of. */
  newest: number;
  /** When the server stops serving this app's content schema; null: no end is known. */
  schemaEndsAt: string | null;
  /** Seconds until the next poll, before jitter. */
  pollAfterS: number;
  /** The server's advice to update the app. */
  upgrade: Upgrade | null;
  /** Signed off by the learner or by support: sign out, delete nothing. */
  isRevoked: boolean;
  /** Synchronising is switched off until then, for this reason. */
  paused: { reason: string; until: string } | null;
}

/** Reads it. */
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

/** Keeps what a head says. Within a transaction or alone. */
export function rememberHead({ db }: DeviceContext, head: Head): void {
  db.run(
    "update sync_state set head_version = ?, minimum_version = ?, poll_after_s = ?, schema_ends_at = ?",
    head.version,
    head.minimum_version,
    head.poll_after_s,
    head.schema_ends_at,
  );
}

/**
 * Keeps what a head says that may be minutes old in all but its version: it takes nothing back that a sync has told. Within
 * a transaction or alone.
 */
export function rememberHintedHead({ db }: DeviceContext, head: Head): void {
  db.run(
    `update sync_state set head_version = max(head_version, ?), minimum_version = max(minimum_version, ?),
       schema_ends_at = coalesce(schema_ends_at, ?)`,
    head.version,
    head.minimum_version,
    head.schema_ends_at,
  );
}

/** Keeps whether the server still serves what this app reads. */
export function rememberRefusal({ db }: DeviceContext, isRefused: boolean): void {
  db.run("update sync_state set refused_schema = ?", isRefused ? CONTENT_SCHEMA : null);
}

/** Whether the server no longer serves this app's content schema: only an update of the app helps. */
export const isUpgradeRequired = (error: unknown): boolean =>
  error instanceof ProblemError && error.code === "upgrade_required";
