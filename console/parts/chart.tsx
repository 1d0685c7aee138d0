// Values over time as a line, and the same values as a table. Drawn as SVG: a chart library would be a fifth of the page's size.
import { numberText, timeText } from "./format.ts";

/** A value at a time; null is a gap. */
export interface Point {
  at: string;
  value: number | null;
}

/** The size of the drawing in its own units; the page scales it. */
const [WIDTH, HEIGHT, MARGIN] = [640, 160, 8];

/** Runs of points without a gap, as SVG paths; `highest` is the value at the top. */
export function linePaths(points: readonly Point[], highest: number): string[] {
  const times = points.map(({ at }) => Date.parse(at));
  const [from, to] = [Math.min(...times), Math.max(...times)];
  const runs: string[][] = [[]];
  for (const [place, { value }] of points.entries()) {
    if (value === null) {
      runs.push([]);
      continue;
    }
    const x = MARGIN +
      (WIDTH - 2 * MARGIN) * (to === from ? 0.5 : ((times[place] ?? from) - from) / (to - from));
    const y = HEIGHT - MARGIN - (HEIGHT - 2 * MARGIN) * (highest === 0 ? 0 : value / highest);
    runs.at(-1)?.push(`${x.toFixed(1)} ${y.toFixed(1)}`);
  }
  // A point alone is drawn as a dot: a line of no length with a round end.
  return runs.filter((run) => run.length > 0).map((run) =>
    `M${run.join("L")}${run.length === 1 ? "h0" : ""}`
  );
}

/** `format` writes a value with its unit; `target` is a line across. */
export function Chart(
  { title, points, target, format = numberText }: {
    title: string;
    points: readonly Point[];
    target?: number | undefined;
    format?: (value: number | null) => string;
  },
) {
  const values = points.flatMap(({ value }) => value === null ? [] : [value]);
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last || values.length === 0) return <p class="empty">{title}: there are no values yet.</p>;
  const highest = Math.max(...values, target ?? 0);
  const y = HEIGHT - MARGIN - (HEIGHT - 2 * MARGIN) * (highest === 0 ? 0 : (target ?? 0) / highest);
  const summary = `${title}: lowest ${format(Math.min(...values))}, highest ${
    format(Math.max(...values))
  }, newest ${format(values.at(-1) ?? null)}.`;
  return (
    <figure class="chart">
      <figcaption>{summary}</figcaption>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={summary}>
        {target !== undefined && (
          <path class="chart-target" d={`M${MARGIN} ${y.toFixed(1)}H${WIDTH - MARGIN}`} />
        )}
        {linePaths(points, highest).map((d) => <path key={d} class="chart-line" d={d} />)}
      </svg>
      <p class="chart-ends">
        <span>{timeText(first.at)}</span>
        <span>{timeText(last.at)}</span>
      </p>
      <details>
        <summary>{title} as a table</summary>
        <table>
          <thead>
            <tr>
              <th scope="col">Time</th>
              <th scope="col" class="number">Value</th>
            </tr>
          </thead>
          <tbody>
            {points.map(({ at, value }) => (
              <tr key={at}>
                <th scope="row">{timeText(at)}</th>
                <td class="number">{format(value)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </figure>
  );
}
