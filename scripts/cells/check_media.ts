// Compares the media files of all cells: no release carries them, so a cell may lack a file that its questions show, or hold another one under its name.
import { z } from "zod";
import { type Cell, type Connections, defaultCell, inEach } from "./cells.ts";

const Row = z.object({
  name: z.string(),
  // Of files that are stored; null: a release names the file alone.
  bytes: z.coerce.number().nullable(),
  hash: z.string().nullable(),
  published: z.boolean(),
});
type File = z.infer<typeof Row>;

/** A file that a cell has not as the default cell has it. */
export interface MediaFault {
  cell: string;
  /** The name in the bucket: the SHA-256 of the content, in hex. */
  file: string;
  problem: "missing" | "other size" | "other content";
}

/** The hash that Storage computed of the content: an MD5. A file that came in several parts has another kind of hash, which says nothing of the content. */
const contentHash = (hash: string | null): string | null =>
  /^"?([0-9a-f]{32})"?$/.exec(hash ?? "")?.[1] ?? null;

/** What is wrong with a cell's file, beside the default cell's; null: nothing. */
function faultOf(home: File | undefined, here: File | undefined): MediaFault["problem"] | null {
  if (here === undefined || here.bytes === null) return "missing";
  if (home === undefined || home.bytes === null) return null;
  if (here.bytes !== home.bytes) return "other size";
  const [wanted, found] = [contentHash(home.hash), contentHash(here.hash)];
  return wanted !== null && found !== null && wanted !== found ? "other content" : null;
}

/**
 * Files of the default cell, and files that a cell's releases name, which a cell lacks or has with another size or content. What another cell has
 * besides is no fault: the clean-up of unused files works in each cell by itself. Cells that are down are left out.
 */
export async function checkMedia(cells: readonly Cell[], open: Connections): Promise<MediaFault[]> {
  const { done } = await inEach(cells, async (cell) => {
    const files = new Map<string, File>();
    const rows = open.of(cell)`
      select coalesce(o.name, m.sha256) as name, case when o.name is not null then coalesce((o.metadata ->> 'size')::bigint, -1) end as bytes,
        o.metadata ->> 'eTag' as hash, m.sha256 is not null as published
      from (select x.name, x.metadata from storage.objects x where x.bucket_id = 'media') o
      full join content.published_media m on m.sha256 = o.name`;
    await rows.cursor(10_000, (page) => {
      for (const row of page) {
        const file = Row.parse(row);
        files.set(file.name, file);
      }
    });
    return files;
  });
  const home = done.find(({ cell }) => cell.name === defaultCell(cells).name)?.value ??
    new Map<string, File>();
  return done.flatMap(({ cell, value }) => {
    const wanted = new Set([
      ...[...home.values()].filter(({ bytes }) => bytes !== null).map(({ name }) => name),
      ...[...value.values()].filter(({ published }) => published).map(({ name }) => name),
    ]);
    return [...wanted].sort().flatMap((file) => {
      const problem = faultOf(home.get(file), value.get(file));
      return problem === null ? [] : [{ cell: cell.name, file, problem }];
    });
  });
}
