// Rows as CSV (RFC 4180) that a spreadsheet opens as text and numbers, never as formulas.

/** A value of a row as the database's JSON has it. */
export type Value = string | number | boolean | null | readonly Value[];
/** A row by column. */
export type Row = Readonly<Record<string, Value>>;

/** A spreadsheet takes a cell with one of these in front for a formula. Learners choose their addresses and texts. */
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;

/** A value for people: lists with spaces, nothing for null. */
function shown(value: Value | undefined): string {
  if (value === null || value === undefined) return "";
  return Array.isArray(value) ? value.map(shown).join(" ") : String(value);
}

function cell(value: Value | undefined): string {
  const text = shown(value);
  // A number is no text of a learner. Its minus sign stays.
  const safe = typeof value !== "number" && FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** The rows below a line of column names. A text that begins like a formula gets an apostrophe in front. */
export function csvOf(columns: readonly string[], rows: readonly Row[]): string {
  return [columns.map(cell), ...rows.map((row) => columns.map((column) => cell(row[column])))]
    .map((cells) => `${cells.join(",")}\r\n`).join("");
}

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
