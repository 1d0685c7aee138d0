// What storing the rows of an import and its release takes by itself: the same rows, ready made, into the same tables.
import type postgres from "postgres";

/** What the two write, parents first. */
const TABLES = [
  "content.domain",
  "content.skill",
  "content.question",
  "ops.audit",
  "content.revision",
  "content.answer_key",
  "content.tree_node",
  "content.tree_text",
  "content.release_size",
] as const;

const readyName = (table: string) => `pg_temp.${table.replace(".", "_")}`;

/**
 * Milliseconds for each table, with its indexes and checks, but without triggers and so without foreign keys. `admin` connects as
 * a superuser, who alone may switch them off; nothing is changed in the end.
 */
export async function storeFloor(admin: postgres.Sql): Promise<Map<string, number>> {
  const times = new Map<string, number>();
  const undone = new Error("undone");
  await admin.begin(async (tx) => {
    await tx`set local session_replication_role = replica`;
    for (const table of TABLES) {
      await tx.unsafe(
        `create temp table ${readyName(table).slice("pg_temp.".length)} as select * from ${table}`,
      );
    }
    await tx.unsafe(`truncate ${TABLES.join(", ")}`);
    for (const table of TABLES) {
      const start = performance.now();
      await tx.unsafe(`insert into ${table} overriding system value select * from ${readyName(table)}`);
      times.set(table, performance.now() - start);
    }
    throw undone;
  }).catch((error: unknown) => {
    if (error !== undone) throw error;
  });
  return times;
}
