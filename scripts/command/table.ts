// Tables in the terminal: columns as wide as their longest cell.

/** Lines of a table, indented by two. Cells beyond `most` characters are cut. */
export function tableLines(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  most = 60,
): string[] {
  const cut = (cell: string) => {
    const line = cell.replace(/\s+/gu, " ");
    return line.length > most ? `${line.slice(0, most - 1)}…` : line;
  };
  const lines = [head, ...rows].map((row) => row.map(cut));
  const widths = head.map((_, column) => Math.max(...lines.map((row) => row[column]?.length ?? 0)));
  return lines.map((row) =>
    `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ")}`.trimEnd()
  );
}
