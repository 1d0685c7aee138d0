// Rows as a table for the terminal.
import { type Row, shown } from "../../console/data/csv.ts";

/** The longest text of a cell in the terminal. */
const MOST = 40;

/** The rows as a table for the terminal; long texts are cut. */
export function tableOf(columns: readonly string[], rows: readonly Row[]): string {
  const cells = [
    columns,
    ...rows.map((row) =>
      columns.map((column) => {
        // deno-lint-ignore no-control-regex
        const text = shown(row[column]).replaceAll(/[\x00-\x1f\x7f-\x9f]/g, " ");
        return text.length > MOST ? `${text.slice(0, MOST - 1)}…` : text;
      })
    ),
  ];
  const widths = columns.map((_, place) => Math.max(...cells.map((line) => line[place]?.length ?? 0)));
  const lines = cells.map((line) =>
    line.map((text, place) => text.padEnd(widths[place] ?? 0)).join("  ").trimEnd()
  );
  return [lines[0], widths.map((width) => "-".repeat(width)).join("  "), ...lines.slice(1)].join("\n");
}
