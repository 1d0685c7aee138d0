// Makes the drafts what was staged, and counts what that changed.
import type postgres from "postgres";
import type { Curriculum } from "./curriculum.ts";
import type { Kind } from "./staging.ts";

/** What an import did to the drafts of one kind. */
export interface Counts {
  inserted: number;
  updated: number;
  /** In the file, and already as the file says: not touched, so that the audit trail shows changes only. */
  unchanged: number;
  withdrawn: number;
}

/** Columns that an import sets, besides id and key. */
const COLUMNS: Record<Kind, readonly string[]> = {
  domain: ["title", "position", "status"],
  skill: ["domain_id", "title", "position", "status"],
  question: [
    "skill_id",
    "type",
    "prompt",
    "choices",
    "answer",
    "explanation",
    "difficulty",
    "tags",
    "media",
    "position",
    "status",
  ],
};

/** Brings the drafts of one kind in line; `withdrawMissing`: the active ones that were not staged are withdrawn. */
async function mergeKind(
  tx: postgres.TransactionSql,
  kind: Kind,
  wanted: number,
  withdrawMissing: boolean,
): Promise<Counts> {
  const columns = COLUMNS[kind];
  const all = ["id", "key", ...columns];
  const run = async (statement: string) => (await tx.unsafe(statement)).count;
  // Rather than MERGE, which joins both ways and returns each row to be counted. New rows come last: they are as wanted.
  // By id, which is the order of the indexes that they and their audit entries go to.
  const updated = await run(`
    update content.${kind} t set ${columns.map((column) => `${column} = w.${column}`).join(", ")}
    from pg_temp.import_${kind} w
    where t.id = w.id and (t.*) is distinct from (w.*)`);
  const withdrawn = withdrawMissing
    ? await run(`
      update content.${kind} t set status = 'withdrawn'
      where t.status = 'active' and not exists (select from pg_temp.import_${kind} w where w.id = t.id)`)
    : 0;
  const inserted = await run(`
    insert into content.${kind} (${all.join(", ")})
    select ${all.map((column) => `w.${column}`).join(", ")} from pg_temp.import_${kind} w
    where not exists (select from content.${kind} t where t.id = w.id)
    order by w.id`);
  return { inserted, updated, unchanged: wanted - inserted - updated, withdrawn };
}

/** Writes what was staged, parents first. */
export async function mergeStaged(
  tx: postgres.TransactionSql,
  { domains, skills, questions }: Curriculum,
  withdrawMissing: boolean,
): Promise<Record<Kind, Counts>> {
  return {
    domain: await mergeKind(tx, "domain", domains.length, withdrawMissing),
    skill: await mergeKind(tx, "skill", skills.length, withdrawMissing),
    question: await mergeKind(tx, "question", questions.length, withdrawMissing),
  };
}
