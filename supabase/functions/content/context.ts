// Shared by the paths of the function: the database, the caches of the isolate, and the parsing of parameters.
import type { NoteContact } from "../_shared/contacts.ts";
import type { Database } from "../_shared/database.ts";
import { DEFAULT_CONTENT_SCHEMA } from "../_shared/limits.gen.ts";
import { Problem } from "../_shared/problem.ts";
import { integerParam, textParam } from "../_shared/query.ts";
import type { Payload } from "../_shared/reply.ts";
import type { Exists } from "./existing.ts";
import type { Head, headCache } from "./head_cache.ts";

/** Caches live as long as the handler. */
export interface ContentContext {
  database: Database;
  headAt: ReturnType<typeof headCache>;
  exists: Exists;
  /** The page of a key, from the cache or made for the learner. */
  pageOf(key: string, learner: string, make: () => Promise<Payload>): Promise<Payload>;
  noteContact: NoteContact;
}

/** For answers that depend on nothing but their path and parameters. */
export const IMMUTABLE = "private, max-age=31536000, immutable";

/** For answers that may change. The ETag makes a repeated request cheap. */
export const REVALIDATE = "private, no-cache";

/** The content schema that the caller reads. */
export function schemaParam(url: URL): number {
  const schema = integerParam(url, "schema", DEFAULT_CONTENT_SCHEMA);
  if (schema > 32767) {
    throw new Problem("malformed_request", "`schema` must be a content schema of this server.", "schema");
  }
  return schema;
}

/** The history that the caller knows. */
export function historyParam(url: URL): string | null {
  return textParam(url, "history", /^[0-9a-f]{16}$/);
}

/** The cursor of the page before. Its form alone; only the server can have made it. */
export const cursorParam = (url: URL): string | null => textParam(url, "after", /^[\w.-]{1,100}$/);

/** A requested version, and the head that it was checked against. */
export interface VersionCut {
  schema: number;
  current: Head;
  version: number;
  /**
   * Whether the request names the version and its history, so that the answer never changes. Without the history, the number may
   * mean another release after a restore, and a browser would keep the lost release for a year.
   */
  isNamed: boolean;
}

/**
 * Reads `schema`, `history` and a version, by default the version of the head. Throws if the history or the version is invalid.
 * `since` is the version that the caller has. `wantsBundles` asks for a head that knows of the bundles of the named release.
 */
export async function versionParam(
  { headAt }: ContentContext,
  url: URL,
  name: string,
  { since = 0, wantsBundles = false } = {},
): Promise<VersionCut> {
  const schema = schemaParam(url);
  const history = historyParam(url);
  const named = integerParam(url, name, null);
  const current = await headAt(schema, {
    history,
    version: Math.max(since, named ?? 0),
    isEnough: named !== null,
    bundlesOf: wantsBundles ? named ?? 0 : 0,
  });
  const version = named ?? current.version;
  if ((since > 0 || history !== null) && history !== current.history) throw new Problem("history_changed");
  if (since > current.version || version > current.version) throw new Problem("cursor_ahead");
  if (version < since) throw new Problem("cursor_invalid", `since may not be greater than ${name}.`, name);
  return { schema, current, version, isNamed: named !== null && history !== null };
}

/**
 * Throws if revisions between the two versions are missing. Only for pages that must be made: what was read before is still right. The
 * horizon only rises, so that a cached one refuses nothing that SQL would answer.
 */
export function requireKept({ horizon }: Head, version: number, since = 0): void {
  if ((since === 0 || since >= horizon) && version >= horizon) return;
  throw new Problem(
    "cursor_too_old",
    "The changes since this version are no longer kept. Start over from version 0.",
    String(horizon),
  );
}
