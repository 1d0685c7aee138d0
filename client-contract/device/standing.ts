// How the device's content stands against the server's, as far as the last contact told.
import { ProblemError } from "../client_error.ts";
import type { Head } from "../content.ts";
import { CONTENT_SCHEMA } from "../limits.ts";
import { readScope } from "./content_scope.ts";
import { type DeviceContext, readState } from "./context.ts";

/** Seconds between polls where no head has said otherwise. */
const POLL_AFTER_S = 300;

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
}

/** Reads it. */
export function readStanding({ db }: DeviceContext): Standing {
  const state = readState(db);
  const { content_version: version, head_version: newest, minimum_version } = state;
  const isRefused = state.refused_schema === CONTENT_SCHEMA;
  const mustUpdate = isRefused ? "app" : version < minimum_version ? "content" : null;
  const isWhole = readScope(db).kind !== "growing" &&
    [...readScope(db).cursors.values()].every((cursor) => cursor > 0);
  const isCurrent = version >= newest && isWhole &&
    (version === 0 || state.content_schema === CONTENT_SCHEMA);
  return {
    standing: mustUpdate ? "must_update" : isCurrent ? "current" : "outdated",
    mustUpdate,
    newest,
    schemaEndsAt: state.schema_ends_at,
    pollAfterS: state.poll_after_s ?? POLL_AFTER_S,
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

/** Keeps whether the server still serves what this app reads. */
export function rememberRefusal({ db }: DeviceContext, isRefused: boolean): void {
  db.run("update sync_state set refused_schema = ?", isRefused ? CONTENT_SCHEMA : null);
}

/** Whether the server no longer serves this app's content schema: only an update of the app helps. */
export const isUpgradeRequired = (error: unknown): boolean =>
  error instanceof ProblemError && error.code === "upgrade_required";
