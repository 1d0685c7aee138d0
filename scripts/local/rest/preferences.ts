// The Prefer header (RFC 7240) as PostgREST reads it.
import { notImplemented, RestError } from "./errors.ts";

/** What the caller prefers; a preference that is not given is undefined. */
export interface Preferences {
  count?: "exact";
  return?: "minimal" | "representation";
  resolution?: "merge-duplicates" | "ignore-duplicates";
  missing?: "default" | "null";
  handling?: "strict" | "lenient";
  /** Most rows that may be changed; only heeded with `handling=strict`. */
  maxAffected?: number;
}

const UNSUPPORTED = ["count=planned", "count=estimated", "return=headers-only"];

/** Hosted commits always and passes no `params=`: known there, and without effect. */
const WITHOUT_EFFECT = ["tx=commit", "tx=rollback"];

function readOne(preferences: Preferences, entry: string): boolean {
  // Where a preference is given twice, the first counts.
  switch (entry) {
    case "count=exact":
      preferences.count ??= "exact";
      return true;
    case "return=minimal":
      preferences.return ??= "minimal";
      return true;
    case "return=representation":
      preferences.return ??= "representation";
      return true;
    case "resolution=merge-duplicates":
      preferences.resolution ??= "merge-duplicates";
      return true;
    case "resolution=ignore-duplicates":
      preferences.resolution ??= "ignore-duplicates";
      return true;
    case "missing=default":
      preferences.missing ??= "default";
      return true;
    case "missing=null":
      preferences.missing ??= "null";
      return true;
    case "handling=strict":
      preferences.handling ??= "strict";
      return true;
    case "handling=lenient":
      preferences.handling ??= "lenient";
      return true;
  }
  const maxAffected = /^max-affected=(\d+)$/.exec(entry);
  if (!maxAffected) return WITHOUT_EFFECT.includes(entry);
  preferences.maxAffected ??= Number(maxAffected[1]);
  return true;
}

/** Reads the header; unknown preferences are refused with `handling=strict` and ignored otherwise. */
export function parsePreferences(header: string | null): Preferences {
  const preferences: Preferences = {};
  const entries = (header ?? "").split(",").map((entry) => entry.trim()).filter((entry) => entry !== "");
  const unsupported = entries.find((entry) => UNSUPPORTED.includes(entry) || entry.startsWith("timezone="));
  if (unsupported) throw notImplemented(`This stand-in does not know the preference ${unsupported}.`);
  const unknown = entries.filter((entry) => !readOne(preferences, entry));
  if (preferences.handling === "strict" && unknown.length > 0) {
    const details = `Invalid preferences: ${unknown.join(", ")}`;
    throw new RestError(400, "PGRST122", "Invalid preferences given with handling=strict", details);
  }
  return preferences;
}

/** Value of Preference-Applied for the preferences named, or null when none of them was given. */
export function appliedPreferences(
  preferences: Preferences,
  names: readonly ("resolution" | "missing" | "return" | "count")[],
): string | null {
  const applied = names.flatMap((name) => preferences[name] ? [`${name}=${preferences[name]}`] : []);
  if (preferences.handling) applied.push(`handling=${preferences.handling}`);
  return applied.length > 0 ? applied.join(", ") : null;
}

/** Throws when more rows were changed than `max-affected` allows. */
export function checkAffected(preferences: Preferences, rows: number): void {
  if (preferences.handling !== "strict" || preferences.maxAffected === undefined) return;
  if (rows <= preferences.maxAffected) return;
  const message = "Query result exceeds max-affected preference constraint";
  throw new RestError(400, "PGRST124", message, `The query affects ${rows} rows`);
}
