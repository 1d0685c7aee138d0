// A table that is read page by page from one of the client's calls, and saved whole as CSV.
import type { ComponentChildren } from "preact";
import type { Row } from "../data/csv.ts";
import { readAll, useLoad } from "../data/load.ts";
import { CsvButton } from "../parts/csv_button.tsx";
import { Pager } from "../parts/pager.tsx";
import { Show } from "../parts/states.tsx";
import { type Column, Table } from "../parts/table.tsx";

/** Rows a page. */
const PAGE_ROWS = 100;

interface PagedProps<R> {
  /** Names all that the read depends on, but the page. */
  name: string;
  caption: string;
  columns: readonly Column<R>[];
  rowKey: (row: R) => string;
  empty: ComponentChildren;
  after: string | null;
  read: (after: string | undefined, pageRows: number) => Promise<R[]>;
  linkOf: (after: string | undefined) => string;
  /** Whether a page is of so many learners, who may have any number of rows. */
  isByLearner?: boolean;
  /** Leaves out rows that only end a page. */
  isShown?: (row: R) => boolean;
}

/** A page, and the cursor of the next one, if there is one. */
async function readPage<R extends { cursor: string }>({ read, after, isByLearner }: PagedProps<R>) {
  const rows = await read(after ?? undefined, PAGE_ROWS);
  const cursor = rows.at(-1)?.cursor;
  if (cursor === undefined || (!isByLearner && rows.length < PAGE_ROWS)) return { rows, next: undefined };
  return { rows, next: (await read(cursor, 1)).length > 0 ? cursor : undefined };
}

/** The table with pages and the button. */
export function Paged<R extends Row & { cursor: string }>(props: PagedProps<R>) {
  const { name, caption, columns, rowKey, empty, after, read, linkOf, isShown = () => true } = props;
  const loaded = useLoad(`${name} ${after}`, () => readPage(props));
  return (
    <Show of={loaded}>
      {({ rows, next }) => (
        <>
          <Table
            caption={caption}
            columns={columns}
            rows={rows.filter(isShown)}
            rowKey={rowKey}
            empty={after === null ? empty : "There are no more rows. This was the last page."}
          />
          <Pager what={caption} isFirst={after === null} next={next} linkOf={linkOf} />
          {rows.length > 0 && (
            <CsvButton
              name={name.replaceAll(" ", "-")}
              read={async () => (await readAll((from) => read(from, PAGE_ROWS))).filter(isShown)}
            />
          )}
        </>
      )}
    </Show>
  );
}
