// Reads the audit log of a database as lines: the header, leaves and checkpoints in their order, records that are not sealed.
import type postgres from "postgres";
import { z } from "zod";
import { Checkpoint, FORMAT, type Header } from "./line.ts";

const ROWS_A_READ = 2_000;

const Head = z.object({
  history: z.string(),
  exported_at: z.string(),
  size: z.coerce.number(),
  checkpoints: z.coerce.number(),
  pending: z.coerce.number(),
});
const Sealed = z.object({ leaf: z.coerce.number(), line: z.string() });

/** The newest checkpoint; null before the first sealing. */
export async function readHead(sql: postgres.ISql): Promise<Checkpoint | null> {
  const [row] = await sql`${checkpoints(sql)} order by c.size desc limit 1`;
  return row ? Checkpoint.parse(row["line"]) : null;
}

const checkpoints = (sql: postgres.ISql) =>
  sql`select json_build_object('size', c.size, 'root', encode(c.root, 'hex'),
    'sealed_at', to_char(c.sealed_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')) as line from ops.audit_checkpoint c`;

/** Seals all records that are visible, in runs of the database's choice. */
export async function sealAll(sql: postgres.Sql): Promise<void> {
  for (let sealed = 1; sealed > 0;) {
    const [row] = await sql<{ sealed: string }[]>`select ops.seal_audit() as sealed`;
    sealed = Number(row?.sealed ?? 0);
  }
}

/** Yields the lines of an export, each with its newline. The transaction must see one snapshot, as REPEATABLE READ does. */
export async function* exportLines(tx: postgres.ISql): AsyncGenerator<string> {
  const [row] = await tx`
    select private.history() as history, to_char(now() at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as exported_at,
      (select count(*) from ops.audit_leaf) as size, (select count(*) from ops.audit_checkpoint) as checkpoints, (select count(*) from ops.audit_export e where e.leaf is null) as pending`;
  const header: Header = { format: FORMAT, ...Head.parse(row) };
  yield `${JSON.stringify(header)}\n`;
  const roots = z.array(z.object({ line: Checkpoint })).parse(await tx`${checkpoints(tx)} order by c.size`);
  let next = 0;
  let size = 0;
  for await (
    const rows
      of tx`select e.leaf, e.line::text from ops.audit_export e where e.leaf is not null order by e.leaf`
        .cursor(ROWS_A_READ)
  ) {
    for (const { line } of z.array(Sealed).parse(rows)) {
      yield `${line}\n`;
      size++;
      for (; roots[next] && (roots[next]?.line.size ?? 0) <= size; next++) {
        yield `${JSON.stringify(roots[next]?.line)}\n`;
      }
    }
  }
  for (const { line } of roots.slice(next)) yield `${JSON.stringify(line)}\n`;
  for await (
    const rows of tx`select e.line::text from ops.audit_export e where e.leaf is null`.cursor(ROWS_A_READ)
  ) {
    for (const { line } of z.array(z.object({ line: z.string() })).parse(rows)) yield `${line}\n`;
  }
}
