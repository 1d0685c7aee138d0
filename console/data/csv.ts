// Rows as CSV (RFC 4180) that a spreadsheet opens as text and numbers, never as formulas.

/** A value of a row as the database's JSON has it. */
export type Value = string | number | boolean | null | readonly Value[];
/** A row by column. */
export type Row = Readonly<Record<string, Value>>;

/** A spreadsheet takes a cell with one of these in front for a formula. Learners choose their addresses and texts. */
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;

/** A value as text: lists with spaces, nothing for null. */
export function shown(value: Value | undefined): string {
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
