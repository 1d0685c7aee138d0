// What is to be done, as the database hands it out: each piece leased to this worker, so that many may run at once.
import postgres from "postgres";

/** A domain as a release left it. `path` is where its file lies or is to lie, null before it has a name. */
export interface BundleRef {
  schema: number;
  domain_id: string;
  version: number;
  path: string | null;
}

/** A piece of work. `write` has one bundle, the others up to 100. */
export interface Work {
  task: "write" | "sign" | "remove";
  lease: string;
  history: string;
  /** How long signed URLs are to last, in days. */
  url_days: number;
  bundles: BundleRef[];
}

/** The work list; each call is one short transaction. */
export interface WorkList {
  claim(): Promise<Work | null>;
  /** The lines of a bundle, to be written as they are. */
  text(bundle: BundleRef): Promise<string>;
  /** Names the file before it is uploaded; null: the lease has passed to another worker. */
  name(lease: string, bytes: number, sha256: string): Promise<string | null>;
  stored(lease: string): Promise<void>;
  signed(lease: string, urls: Readonly<Record<string, string>>, expiresAt: Date): Promise<void>;
  removed(lease: string): Promise<void>;
  /** Has this function called again if there is more to do. */
  continue(): Promise<boolean>;
}

/** Connects lazily, as the role carrel_edge through the transaction pooler: hence no prepared statements. */
export function openWorkList(url: string): WorkList {
  const sql = postgres(url, {
    prepare: false,
    max: 1,
    idle_timeout: 20,
    connect_timeout: 5,
    fetch_types: false,
    onnotice: () => {},
    connection: { application_name: "carrel_bundle" },
  });
  return {
    async claim() {
      const [row] = await sql<{ work: Work | null }[]>`select private.claim_bundle_work() as work`;
      return row?.work ?? null;
    },
    async text({ schema, domain_id, version }) {
      const [row] = await sql<{ text: string }[]>`
        select private.bundle_text(${schema}::smallint, ${domain_id}::uuid, ${version}::integer) as text`;
      if (!row) throw new Error("bundle_text gave no row");
      return row.text;
    },
    async name(lease, bytes, sha256) {
      const [row] = await sql<{ path: string | null }[]>`
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
    async continue() {
      const [row] = await sql<{ woken: boolean }[]>`select private.wake_bundler() as woken`;
      return row?.woken ?? false;
    },
  };
}
