// Writes the archive of a learner: all pages of one transaction, so that it is one moment, without holding it in memory.
import type postgres from "postgres";
import { EXPORT_FORMAT } from "./export_schema.ts";

/** Takes a piece of the text. */
export type Write = (text: string) => Promise<unknown>;

interface Row {
  section: string;
  content: string;
  cursor: string;
}

/** Writes the archive, and gives how many rows each table has. The caller has begun a transaction that sees one moment. */
export async function writeExport(
  tx: postgres.ISql,
  learner: string,
  reason: string,
  write: Write,
): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  const [head] = await tx<{ history: string; at: string }[]>`
    select private.history() as history, to_char(now() at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at`;
  await write(
    `{"format":${JSON.stringify(EXPORT_FORMAT)},"learner_id":${JSON.stringify(learner)},` +
      `"exported_at":${JSON.stringify(head?.at)},"history":${JSON.stringify(head?.history)},`,
  );
  let open: string | undefined;
  let after: string | null = null;
  while (true) {
    // The content stays text: parsing it would change large numbers.
    const page: Row[] = await tx<Row[]>`
      select x.section, coalesce(x.content, 'null')::text as content, x.cursor
      from ops.export_learner_data(${learner}, ${reason}, ${after}) x`;
    for (const { section, content } of page) {
      if (section === "account") {
        await write(`"account":${content},"tables":{`);
        continue;
      }
      if (section !== open) {
        await write(`${open === undefined ? "" : "],"}\n${JSON.stringify(section)}:[`);
        open = section;
      }
      const count = counts.get(section) ?? 0;
      await write(`${count === 0 ? "" : ","}\n${content}`);
      counts.set(section, count + 1);
    }
    const last = page.at(-1);
    if (last === undefined) break;
    after = last.cursor;
  }
  await write(`${open === undefined ? "" : "]"}}}\n`);
  return counts;
}
