// Rows with a caption. Columns with `sort` are sorted by a click on their heading.
import type { ComponentChildren } from "preact";
import { useId, useState } from "preact/hooks";
import { sortRows, type SortValue } from "./sort.ts";
import { Empty } from "./states.tsx";

/** A column; the first one names the row. */
export interface Column<R> {
  label: string;
  cell: (row: R) => ComponentChildren;
  /** Sorts the rows of this page. */
  sort?: (row: R) => SortValue;
  isNumber?: boolean;
}

interface TableProps<R> {
  caption: string;
  columns: readonly Column<R>[];
  rows: readonly R[];
  rowKey: (row: R) => string;
  /** Shown instead of a table without rows. */
  empty: ComponentChildren;
}

interface Order {
  label: string;
  isDescending: boolean;
}

function Heading<R>(
  { column, order, onOrder }: { column: Column<R>; order: Order | null; onOrder: (next: Order) => void },
) {
  const { label, sort, isNumber } = column;
  const isOrdered = order?.label === label;
  const direction = isOrdered ? (order.isDescending ? "descending" : "ascending") : undefined;
  // A first click on numbers shows the largest ones.
  const next = { label, isDescending: isOrdered ? !order.isDescending : isNumber === true };
  return (
    <th scope="col" class={isNumber ? "number" : undefined} aria-sort={direction}>
      {sort
        ? (
          <button type="button" class="sort" onClick={() => onOrder(next)}>
            {label}
            <span aria-hidden="true">
              {direction === undefined ? "" : direction === "descending" ? " ↓" : " ↑"}
            </span>
          </button>
        )
        : label}
    </th>
  );
}

/** The table; it scrolls sideways on a narrow screen, with the keyboard, too. */
export function Table<R>({ caption, columns, rows, rowKey, empty }: TableProps<R>) {
  const id = useId();
  const [order, setOrder] = useState<Order | null>(null);
  if (rows.length === 0) return <Empty>{empty}</Empty>;
  const by = columns.find(({ label }) => label === order?.label)?.sort;
  const shown = by && order ? sortRows(rows, by, order.isDescending) : rows;
  return (
    <div class="scroll" role="region" aria-labelledby={id} tabIndex={0}>
      <table>
        <caption id={id}>{caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <Heading key={column.label} column={column} order={order} onOrder={setOrder} />
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map((row) => (
            <tr key={rowKey(row)}>
              {columns.map(({ label, cell, isNumber }, place) =>
                place === 0
                  ? <th key={label} scope="row">{cell(row)}</th>
                  : <td key={label} class={isNumber ? "number" : undefined}>{cell(row)}</td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
