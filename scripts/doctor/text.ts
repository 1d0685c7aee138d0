// The findings as lines for a person.
import type { Status } from "./check.ts";
import type { Result } from "./run.ts";

const COLOURS: Readonly<Record<Status, number>> = { ok: 32, warning: 33, failure: 31, skipped: 90 };

/** How many findings have which status, such as `12 ok, 1 warning`. */
function countText(results: readonly Result[]): string {
  return (["failure", "warning", "skipped", "ok"] as const)
    .map((status) => [results.filter((result) => result.status === status).length, status] as const)
    .filter(([count]) => count > 0)
    .map(([count, status]) => `${count} ${status}${count > 1 && /failure|warning/.test(status) ? "s" : ""}`)
    .join(", ");
}

/** The lines. `isColoured`: for a terminal that shows colours. */
export function renderFindings(results: readonly Result[], isColoured: boolean): string {
  const width = Math.max(...results.map(({ check }) => check.length));
  const indent = " ".repeat(width + 13);
  const lines = results.flatMap(({ check, status, detail, cure, page }) => {
    const word = status.padEnd(7);
    const shown = isColoured ? `\x1b[${COLOURS[status]}m${word}\x1b[0m` : word;
    const first = `  ${shown}  ${check.padEnd(width)}  ${detail}`;
    return cure === undefined ? [first] : [first, `${indent}${cure}`, `${indent}${page}`];
  });
  const isBlind = results.every(({ status }) => status === "skipped");
  return [...lines, "", `Doctor: ${countText(results)}.${isBlind ? " Nothing could be checked." : ""}`].join(
    "\n",
  );
}
