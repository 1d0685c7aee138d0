// The hash tree over what the device holds, or is about to hold.
import { z } from "zod";
import { type HashTree, hashTree } from "../hash_tree.ts";
import type { Database } from "./database.ts";
import { readState } from "./context.ts";

const Kind = z.enum(["domain", "skill", "question"]);
const Row = z.object({ kind: Kind, id: z.string(), parent: z.string().nullable(), line: z.string() });
const Hash = z.object({ kind: Kind, id: z.string(), sha256: z.string() });

const CACHED = `
  select c.kind, c.id, case c.kind when 'skill' then c.domain_id when 'question' then c.skill_id end as parent,
    c.body as line
  from content_row c`;

const STAGED = `
  select s.kind, s.id,
    case s.kind
      when 'skill' then json_extract(s.body, '$.domain_id')
      when 'question' then json_extract(s.body, '$.skill_id')
    end as parent,
    s.body as line
  from content_staged s
  where s.body is not null`;

/** The tree as it will be once the staged rows are applied. Kept rows are hashed again, so damage shows here too. */
export async function treeAfterApply(db: Database, isSnapshot: boolean): Promise<HashTree> {
  const kept =
    `${CACHED} where not exists (select 1 from content_staged s where s.kind = c.kind and s.id = c.id)`;
  return await hashTree(db.all(Row, isSnapshot ? STAGED : `${kept} union all ${STAGED}`));
}

/** What a check of the cache found. */
export interface VerifyReport {
  /** The cache is what the server published as this version. */
  ok: boolean;
  version: number;
  root: string | null;
  /** Rows whose bytes have changed since they were written. */
  damaged: { kind: z.infer<typeof Kind>; id: string }[];
}

/**
 * Hashes the whole cache again and compares it, row by row and at the root, with what the server published. A cache
 * that is found damaged is fetched anew by the next sync, and stays readable until then.
 */
export async function verifyContent(db: Database): Promise<VerifyReport> {
  const { content_version: version, content_root: root } = readState(db);
  if (version === 0) return { ok: true, version, root, damaged: [] };
  const hashes = db.all(Hash, "select kind, id, sha256 from content_row");
  const tree = await hashTree(db.all(Row, CACHED));
  const damaged = hashes.filter(({ id, sha256 }) => tree.rows.get(id) !== sha256);
  const ok = damaged.length === 0 && tree.root === root && tree.orphans.length === 0;
  // A release may have been applied while this was hashing; then the verdict is about the one before.
  if (!ok) db.run("update sync_state set content_suspect = 1 where content_version = ?", version);
  return { ok, version, root, damaged: damaged.map(({ kind, id }) => ({ kind, id })) };
}
