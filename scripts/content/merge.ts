// Makes the drafts what was staged, and counts what that changed.
import type postgres from "postgres";
import { type Kind, KINDS } from "./staging.ts";

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

function mergeStatement(kind: Kind): string {
  const columns = COLUMNS[kind];
  const all = ["id", "key", ...columns];
  return `
    with done as (
      merge into content.${kind} t
      using pg_temp.import_${kind} w on t.id = w.id
      when matched and (t.*) is distinct from (w.*) then
        update set ${columns.map((column) => `${column} = w.${column}`).join(", ")}
      when not matched then
        insert (${all.join(", ")}) values (${all.map((column) => `w.${column}`).join(", ")})
      when not matched by source and $1 and t.status = 'active' then
        update set status = 'withdrawn'
      returning merge_action() as action, w.id is null as missing
    )
    select
      (count(*) filter (where action = 'INSERT'))::integer as inserted,
      (count(*) filter (where action = 'UPDATE' and not missing))::integer as updated,
      (count(*) filter (where missing))::integer as withdrawn,
      (select count(*) from pg_temp.import_${kind})::integer as wanted
    from done`;
}

/** Brings the drafts of one kind in line; `withdrawMissing`: the active ones that were not staged are withdrawn. */
async function mergeKind(
  tx: postgres.TransactionSql,
  kind: Kind,
  withdrawMissing: boolean,
): Promise<Counts> {
  const [row] = await tx.unsafe<{ inserted: number; updated: number; withdrawn: number; wanted: number }[]>(
    mergeStatement(kind),
    [withdrawMissing],
  );
  if (!row) throw new Error("An aggregate without a row.");
  const { inserted, updated, withdrawn, wanted } = row;
  return { inserted, updated, unchanged: wanted - inserted - updated, withdrawn };
}

/** Writes what `stage` has staged, parents first. */
export async function mergeStaged(
  tx: postgres.TransactionSql,
  withdrawMissing: boolean,
): Promise<Record<Kind, Counts>> {
  // Plans on tables of unknown size take seconds where these take milliseconds.
  for (const kind of KINDS) await tx.unsafe(`analyze pg_temp.import_${kind}`);
  return {
    domain: await mergeKind(tx, "domain", withdrawMissing),
    skill: await mergeKind(tx, "skill", withdrawMissing),
    question: await mergeKind(tx, "question", withdrawMissing),
  };
}
