// A table that is read page by page from one of the client's calls, and saved whole as CSV.
import type { ComponentChildren } from "preact";
import type { Row } from "../data/csv.ts";
import { readAll, useLoad } from "../data/load.ts";
import { CsvButton } from "../parts/csv_button.tsx";
import { Pager } from "../parts/pager.tsx";
import { Show } from "../parts/states.tsx";
import { type Column, Table } from "../parts/table.tsx";

/** Rows a page, which is what the server gives unless asked. */
export const PAGE_ROWS = 100;

interface PagedProps<R> {
  /** Names all that the read depends on, but the page. */
  name: string;
  caption: string;
  columns: readonly Column<R>[];
  rowKey: (row: R) => string;
  empty: ComponentChildren;
  after: string | null;
  read: (after: string | undefined) => Promise<R[]>;
  linkOf: (after: string | undefined) => string;
  /** Leaves out rows that only end a page. */
  isShown?: (row: R) => boolean;
}

/** The table with pages and the button. */
export function Paged<R extends Row & { cursor: string }>(
  { name, caption, columns, rowKey, empty, after, read, linkOf, isShown = () => true }: PagedProps<R>,
) {
  const loaded = useLoad(`${name} ${after}`, () => read(after ?? undefined));
  return (
    <Show of={loaded}>
      {(rows) => (
        <>
          <Table
            caption={caption}
            columns={columns}
            rows={rows.filter(isShown)}
            rowKey={rowKey}
            empty={after === null ? empty : "There are no more rows. This was the last page."}
          />
          <Pager what={caption} isFirst={after === null} next={rows.at(-1)?.cursor} linkOf={linkOf} />
          {rows.length > 0 && (
            <CsvButton
              name={name.replaceAll(" ", "-")}
              read={async () => (await readAll(read)).filter(isShown)}
            />
          )}
        </>
      )}
    </Show>
  );
}
