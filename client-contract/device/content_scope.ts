// Which domains a device holds: all, or some, each with a cursor of its own.
import { z } from "zod";
import { discardDownload } from "./content_discard.ts";
import type { Database } from "./database.ts";
import { type DeviceContext, readState } from "./context.ts";
import { requireUuid } from "./device_error.ts";
import * as queries from "./queries.gen.ts";

const Cursor = z.object({ domain_id: z.string(), version: z.number() });

/** The chosen domains, and what the device holds of them. */
export interface Scope {
  /** growing: all domains are chosen, and so far only those with a cursor are held. */
  kind: "all" | "some" | "growing";
  /** The held version of each domain; 0: nothing yet. Empty if all domains are held. */
  cursors: Map<string, number>;
}

/** Reads the scope. */
export function readScope(db: Database): Scope {
  const cursors = db.all(Cursor, queries.chosenDomains);
  return {
    kind: readState(db).content_scope,
    cursors: new Map(cursors.map(({ domain_id, version }) => [domain_id, version])),
  };
}

/** Whether a scope is still the same. The learner may choose other domains during a sync. */
export function isSameScope(a: Scope, b: Scope): boolean {
  return a.kind === b.kind && a.cursors.size === b.cursors.size &&
    [...a.cursors].every(([id, version]) => b.cursors.get(id) === version);
}

/** Deletes the rows of domains that are not chosen, and their part of the tree. Within a transaction. */
function dropOthers(db: Database): void {
  db.run(queries.dropOtherRows);
  db.run(queries.dropOtherNodes);
}

/**
 * Chooses the domains to hold; null: all. Other domains are removed at once, new ones come with the next sync. A download for the old choice is
 * discarded. Throws DeviceError `invalid_id`.
 */
export function setDomains({ db }: DeviceContext, ids: readonly string[] | null): void {
  ids?.forEach(requireUuid);
  db.transaction(() => {
    const { content_version } = readState(db);
    const { kind, cursors } = readScope(db);
    if (ids === null ? kind !== "some" : kind === "some" && isSameChoice(cursors, ids)) return;
    discardDownload(db);
    if (ids === null) {
      // A domain that is not held yet needs no cursor.
      db.run(queries.dropUnfetchedDomains);
      const scope = content_version === 0 ? "all" : "growing";
      db.run(queries.rememberScope, scope);
      return;
    }
    const held = (id: string) => kind === "all" ? content_version : cursors.get(id) ?? 0;
    db.run(queries.clearDomains);
    for (const id of new Set(ids)) {
      db.run(queries.chooseDomain, id, held(id));
    }
    db.run(queries.rememberScope, "some");
    dropOthers(db);
  });
}

function isSameChoice(cursors: ReadonlyMap<string, number>, ids: readonly string[]): boolean {
  return new Set(ids).size === cursors.size && ids.every((id) => cursors.has(id));
}

/** The ids of the chosen domains; null: all. */
export function heldDomains({ db }: DeviceContext): string[] | null {
  const { kind, cursors } = readScope(db);
  return kind === "some" ? [...cursors.keys()] : null;
}
