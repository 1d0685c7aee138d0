// Health as text: how values are written, and the table of the terminal.
import type { Figure, Health } from "./read.ts";

/** Thousands with commas, and at most so many digits after the point. */
const number = (value: number, digits: number) =>
  value.toLocaleString("en-US", { maximumFractionDigits: digits });

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

function duration(seconds: number): string {
  if (seconds < 2 * MINUTE) return `${number(seconds, 1)} s`;
  if (seconds < 2 * HOUR) return `${number(seconds / MINUTE, 1)} min`;
  return seconds < 2 * DAY ? `${number(seconds / HOUR, 1)} h` : `${number(seconds / DAY, 1)} days`;
}

/** A value with its unit. */
export function shown(value: number | null, unit: Figure["unit"]): string {
  if (value === null) return "-";
  if (unit === "share") return `${number(value * 100, 3)} %`;
  return unit === "seconds" ? duration(value) : number(value, 0);
}

/** A target, such as `at least 99.9 %`. */
export const targetText = ({ target, unit, direction }: Figure): string =>
  `at ${direction === "at_least" ? "least" : "most"} ${shown(target, unit)}`;

/** How many figures have which status, such as `9 ok, 1 warning`. */
export function countText(figures: readonly Figure[]): string {
  return (["failing", "warning", "unknown", "ok"] as const)
    .map((status) => [figures.filter((figure) => figure.status === status).length, status] as const)
    .filter(([count]) => count > 0).map(([count, status]) => `${count} ${status}`).join(", ");
}

const COLOURS: Readonly<Record<Figure["status"], number>> = { ok: 32, warning: 33, failing: 31, unknown: 90 };

/** A time of the database in UTC, to the minute. */
export const minuteText = (time: string): string =>
  `${new Date(time).toISOString().slice(0, 16).replace("T", " ")} UTC`;

/** The table. `isColoured`: for a terminal that shows colours. */
export function renderText({ figures }: Health, isColoured: boolean): string {
  const rows = figures.map((figure) => [
    figure.status,
    figure.name,
    shown(figure.value, figure.unit),
    targetText(figure),
    figure.samples === null ? "" : number(figure.samples, 0),
  ]);
  const head = ["status", "figure", "value", "target", "samples"];
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0))
  );
  const lines = [head, ...rows].map((row, index) => {
    const cells = row.map((cell, column) =>
      column === 4 ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)
    );
    const status = figures[index - 1]?.status;
    if (isColoured && status) cells[0] = `\x1b[${COLOURS[status]}m${cells[0]}\x1b[0m`;
    return `  ${cells.join("  ")}`.trimEnd();
  });
  const since = figures[0] ? ` since ${minuteText(figures[0].since)}` : "";
  return [
    `Health${since}: ${countText(figures)}`,
    "",
    ...lines,
    "",
    "docs/health.md says what each figure means, and what to do.",
  ].join("\n");
}
