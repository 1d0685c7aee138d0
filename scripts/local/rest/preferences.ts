// The Prefer header (RFC 7240) as PostgREST reads it.
import { z } from "zod";
import { notImplemented, RestError } from "./errors.ts";

const KNOWN = z.strictObject({
  count: z.literal("exact"),
  return: z.enum(["minimal", "representation"]),
  resolution: z.enum(["merge-duplicates", "ignore-duplicates"]),
  missing: z.enum(["default", "null"]),
  handling: z.enum(["strict", "lenient"]),
  /** Most rows that may be changed; only heeded with `handling=strict`. */
  "max-affected": z.string().regex(/^\d+$/).transform(Number),
}).partial();
/** What the caller prefers; a preference that is not given is undefined. */
export type Preferences = z.infer<typeof KNOWN>;

const UNSUPPORTED = ["count=planned", "count=estimated", "return=headers-only"];

/** Hosted commits always and passes no `params=`: known there, and without effect. */
const WITHOUT_EFFECT = ["tx=commit", "tx=rollback"];

/** Reads the header; unknown preferences are refused with `handling=strict` and ignored otherwise. */
export function parsePreferences(header: string | null): Preferences {
  let preferences: Preferences = {};
  const entries = (header ?? "").split(",").map((entry) => entry.trim()).filter((entry) => entry !== "");
  const unsupported = entries.find((entry) => UNSUPPORTED.includes(entry) || entry.startsWith("timezone="));
  if (unsupported) throw notImplemented(`This stand-in does not know the preference ${unsupported}.`);
  const unknown = entries.filter((entry) => {
    const [name = "", value] = entry.split("=", 2);
    const read = KNOWN.safeParse({ [name]: value });
    // Where a preference is given twice, the first counts.
    if (read.success) preferences = { ...read.data, ...preferences };
    return !read.success && !WITHOUT_EFFECT.includes(entry);
  });
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
  const limit = preferences["max-affected"];
  if (preferences.handling !== "strict" || limit === undefined) return;
  if (rows <= limit) return;
  const message = "Query result exceeds max-affected preference constraint";
  throw new RestError(400, "PGRST124", message, `The query affects ${rows} rows`);
}
