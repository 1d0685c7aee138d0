// What the paths of the function share: the database, the caches of this isolate, and how parameters are read.
import type { NoteContact } from "../_shared/contacts.ts";
import type { Database } from "../_shared/database.ts";
import { DEFAULT_CONTENT_SCHEMA } from "../_shared/limits.gen.ts";
import { Problem } from "../_shared/problem.ts";
import { integerParam, textParam } from "../_shared/query.ts";
import type { Head, headCache } from "./head_cache.ts";
import type { pageCache } from "./page_cache.ts";

/** Caches live as long as the handler. */
export interface ContentContext {
  database: Database;
  headAt: ReturnType<typeof headCache>;
  pageOf: ReturnType<typeof pageCache>;
  noteContact: NoteContact;
}

/** Of an answer that its path and parameters determine for ever, whoever asks. */
export const IMMUTABLE = "private, max-age=31536000, immutable";

/** Of an answer to ask about again; the ETag makes that cheap. */
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

/** A version that is asked for, and the head that it was checked against. */
export interface VersionCut {
  schema: number;
  current: Head;
  version: number;
  /**
   * Whether the request named it and its history, and so its answer will never be another one: after a restore the same number may be
   * another release, and a browser would have kept the lost one for a year.
   */
  isNamed: boolean;
}

/**
 * Reads `schema`, `history` and a version, the head's where there is none; throws where they can't be believed. `since`: the version that
 * the caller has, and `wantsBundles`: a head that is older than its release's bundles would hide them.
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
    wantsBundles,
  });
  const version = named ?? current.version;
  if ((since > 0 || history !== null) && history !== current.history) throw new Problem("history_changed");
  if (since > current.version || version > current.version) throw new Problem("cursor_ahead");
  if (version < since) throw new Problem("cursor_invalid", `since may not be greater than ${name}.`, name);
  return { schema, current, version, isNamed: named !== null && history !== null };
}
