// The tasks of the bundle worker. The database leases each task to one worker, so that several workers can run at once.
import { connect } from "../_shared/connection.ts";

/** A part of a domain's bundle at a version. `path` is the path of its file, or null before it has a name. */
export interface BundleRef {
  schema: number;
  domain_id: string;
  version: number;
  path: string | null;
}

/** A task. `write` has one part, the other tasks up to 100. */
export interface Work {
  task: "write" | "sign" | "remove";
  lease: string;
  history: string;
  /** The validity of signed URLs, in days. */
  url_days: number;
  bundles: BundleRef[];
}

/** A task on up to 100 files of the bucket `media`, by their names. A claim lasts a minute, and both tasks may be repeated. */
export interface MediaWork {
  task: "sign" | "remove";
  names: string[];
  /** The validity of signed URLs, in days; of `sign`. */
  url_days: number;
}

/** The work list; each call is one short transaction. */
export interface WorkList {
  claim(): Promise<Work | null>;
  /** The text of the part, at most 1 MiB. What is left of the bundle becomes the next part. Null: the lease has passed to another worker. */
  text(lease: string): Promise<string | null>;
  /** Names the file before its upload. Returns null if the lease has passed to another worker. */
  name(lease: string, bytes: number, sha256: string): Promise<string | null>;
  stored(lease: string): Promise<void>;
  signed(lease: string, urls: Readonly<Record<string, string>>, expiresAt: Date): Promise<void>;
  removed(lease: string): Promise<void>;
  claimMedia(): Promise<MediaWork | null>;
  mediaSigned(
    names: readonly string[],
    urls: Readonly<Record<string, string>>,
    expiresAt: Date,
  ): Promise<void>;
  mediaRemoved(names: readonly string[]): Promise<void>;
  /** Requests another call of this function if tasks are left. Returns whether it did. */
  continue(): Promise<boolean>;
}

/** Connects on first use. */
export function openWorkList(url: string): WorkList {
  const sql = connect(url, "carrel_bundle", 1);
  return {
    async claim() {
      const [row] = await sql<{ work: Work | null }>`select private.claim_bundle_work() as work`;
      return row?.work ?? null;
    },
    async text(lease) {
      const [row] = await sql<{ text: string | null }>`select private.bundle_text(${lease}::uuid) as text`;
      return row?.text ?? null;
    },
    async name(lease, bytes, sha256) {
      const [row] = await sql<{ path: string | null }>`
        select private.name_bundle(${lease}::uuid, ${bytes}::integer, ${sha256}::text) as path`;
      return row?.path ?? null;
    },
    async stored(lease) {
      await sql`select private.finish_bundle(${lease}::uuid)`;
    },
    async signed(lease, urls, expiresAt) {
      await sql`select private.finish_signing(
        ${lease}::uuid, ${JSON.stringify(urls)}::text::json, ${expiresAt.toISOString()}::timestamptz)`;
    },
    async removed(lease) {
      await sql`select private.finish_removal(${lease}::uuid)`;
    },
    async claimMedia() {
      const [row] = await sql<{ work: MediaWork | null }>`select private.claim_media_work() as work`;
      return row?.work ?? null;
    },
    async mediaSigned(names, urls, expiresAt) {
      await sql`select private.finish_media_signing(
        ${JSON.stringify(names)}::text::json, ${
        JSON.stringify(urls)
      }::text::json, ${expiresAt.toISOString()}::timestamptz)`;
    },
    async mediaRemoved(names) {
      await sql`select private.finish_media_removal(${JSON.stringify(names)}::text::json)`;
    },
    async continue() {
      const [row] = await sql<{ woken: boolean }>`select private.wake_bundler() as woken`;
      return row?.woken ?? false;
    },
  };
}
