// Health as one HTML page: the figures and charts of the hours. Everything is inside the page, so that it can be sent by mail.
import type { Figure, Health, Hour } from "./read.ts";
import { countText, minuteText, shown, targetText } from "./text.ts";

const WIDTH = 720;
const HEIGHT = 160;
/** Below the charts, for the days. */
const AXIS = 18;
const HOUR_MS = 3_600_000;
/** Days with a label; more would overlap. */
const MOST_LABELS = 10;

const escaped = (text: string) =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

/** A chart of the hours. */
interface Chart {
  title: string;
  unit: Figure["unit"];
  kind: "bars" | "line";
  /** The value of an hour; null: the hour has none. */
  of: (hour: Hour) => number | null;
  /** What the value should be. */
  target?: number | undefined;
}

/** The lower and upper end of the chart's scale. */
function scaleOf(values: readonly number[], { unit, target }: Chart): [low: number, high: number] {
  const all = target === undefined ? values : [...values, target];
  const high = unit === "share" ? 1 : Math.max(...all, 0) * 1.1 || 1;
  const low = unit === "share" ? Math.min(...all, 0.99) : 0;
  return [low, high === low ? low + 1 : high];
}

/** A point of a chart. */
interface Point {
  hour: string;
  value: number;
  x: number;
}

/** Runs of hours that follow each other: a line over hours without a value would make one up. */
function runsOf(points: readonly Point[]): Point[][] {
  const runs: Point[][] = [];
  let last: Point | undefined;
  for (const point of points) {
    const follows = last && Date.parse(point.hour) - Date.parse(last.hour) <= HOUR_MS;
    if (follows) runs.at(-1)?.push(point);
    else runs.push([point]);
    last = point;
  }
  return runs;
}

/** A mark and a date at each midnight (UTC) of the hours that begin with `from`. */
function renderDays(from: number, count: number): string {
  const hours = Array.from({ length: count }, (_, index) => new Date(from + index * HOUR_MS));
  const days = hours.filter((hour) => hour.getUTCHours() === 0);
  const every = Math.ceil(days.length / MOST_LABELS);
  return days.filter((_, index) => index % every === 0).map((day) => {
    const x = (((day.getTime() - from) / HOUR_MS / count) * WIDTH).toFixed(1);
    const date = day.toLocaleDateString("en-US", { month: "short", day: "numeric", timeZone: "UTC" });
    return `<line class="day" x1="${x}" x2="${x}" y1="0" y2="${HEIGHT}"/><text x="${x}" y="${
      HEIGHT + 14
    }">${date}</text>`;
  }).join("\n");
}

function renderChart(chart: Chart, hours: readonly Hour[], from: number, count: number): string {
  const points: Point[] = hours.flatMap((hour) => {
    const value = chart.of(hour);
    const place = (Date.parse(hour.hour) - from) / HOUR_MS;
    return value === null || place < 0 ? [] : [{ hour: hour.hour, value, x: (place / count) * WIDTH }];
  });
  if (points.length === 0) return `<h2>${chart.title}</h2><p>No data yet.</p>`;
  const [low, high] = scaleOf(points.map(({ value }) => value), chart);
  const y = (value: number) => (HEIGHT * (1 - (value - low) / (high - low))).toFixed(1);
  const width = Math.max(WIDTH / count - 1, 1);
  const label = (point: { hour: string; value: number }) =>
    `<title>${minuteText(point.hour)}: ${escaped(shown(point.value, chart.unit))}</title>`;
  const marks = chart.kind === "bars"
    ? points.map((point) =>
      `<rect x="${point.x.toFixed(1)}" y="${y(point.value)}" width="${width.toFixed(1)}" height="${
        (HEIGHT - Number(y(point.value))).toFixed(1)
      }">${label(point)}</rect>`
    )
    : [
      ...runsOf(points).map((run) =>
        `<polyline points="${
          run.map(({ x, value }) => `${(x + width / 2).toFixed(1)},${y(value)}`).join(" ")
        }"/>`
      ),
      ...points.map((point) =>
        `<circle cx="${(point.x + width / 2).toFixed(1)}" cy="${y(point.value)}" r="${
          count > 72 ? 1.5 : 3
        }">${label(point)}</circle>`
      ),
    ];
  const goal = chart.target === undefined
    ? ""
    : `<line class="target" x1="0" x2="${WIDTH}" y1="${y(chart.target)}" y2="${
      y(chart.target)
    }"/><text class="target" x="${WIDTH + 6}" y="${
      Math.min(Math.max(Number(y(chart.target)) + 4, 24), HEIGHT - 14)
    }">target</text>`;
  return `<h2>${chart.title}</h2>
<svg viewBox="0 -4 ${WIDTH + 70} ${HEIGHT + AXIS + 8}" role="img" aria-label="${escaped(chart.title)}">
<text x="${WIDTH + 6}" y="10">${escaped(shown(high, chart.unit))}</text><text x="${
    WIDTH + 6
  }" y="${HEIGHT}">${escaped(shown(low, chart.unit))}</text>
${renderDays(from, count)}
${goal}${marks.join("\n")}
</svg>`;
}

/** The page. `now` is when it was made, in milliseconds; `count` is the number of hours. */
export function renderReport({ figures, hours }: Health, now: number, count: number): string {
  const targetOf = (name: string) => figures.find((figure) => figure.name === name)?.target;
  const charts: Chart[] = [
    { title: "Events in an hour", unit: "count", kind: "bars", of: ({ events }) => events },
    {
      title: "Mean time from an answer to the server, without offline periods",
      unit: "seconds",
      kind: "line",
      of: ({ answers, delay_s }) => answers > 0 ? delay_s / answers : null,
      target: targetOf("action_to_server"),
    },
    {
      title: "Sync success: events held, of those made",
      unit: "share",
      kind: "line",
      of: ({ made, held }) => made > 0 ? held / made : null,
      target: targetOf("sync_success"),
    },
  ];
  const from = Math.floor(now / HOUR_MS) * HOUR_MS - (count - 1) * HOUR_MS;
  const rows = figures.map((figure) =>
    `<tr class="${figure.status}"><td>${figure.status}</td><td>${escaped(figure.name)}</td><td>${
      escaped(shown(figure.value, figure.unit))
    }</td><td>${escaped(targetText(figure))}</td><td>${
      figure.samples === null ? "" : shown(figure.samples, "count")
    }</td><td>${escaped(figure.meaning)}</td></tr>`
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Carrel: health</title>
<style>
:root { color-scheme: light dark; --ink: #1c1e21; --paper: #fff; --mark: #2563a8; --ok: #17723a; --warning: #9a5b00; --failing: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e6e6; --paper: #17191c; --mark: #7db4ef; --ok: #6fcf8f; --warning: #f0b355; --failing: #ff8a80; } }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; } td, th { text-align: left; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid #8884; }
.ok td:first-child { color: var(--ok); } .warning td:first-child { color: var(--warning); } .failing td:first-child { color: var(--failing); font-weight: bold; }
td { white-space: nowrap; } td:last-child { white-space: normal; } :is(td, th):nth-child(5) { text-align: right; }
svg { width: 100%; height: auto; } svg text { font-size: 11px; fill: var(--ink); } rect, circle { fill: var(--mark); }
polyline { fill: none; stroke: var(--mark); stroke-width: 2; } line.target { stroke: var(--warning); stroke-dasharray: 4; } svg text.target { fill: var(--warning); }
.day { stroke: #8884; }
h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
@media (max-width: 44rem) {
  h1 { font-size: 1.4rem; } thead { display: none; }
  tr { display: grid; grid-template-columns: 6.5rem 1fr; column-gap: .8rem; padding: .5rem 0; border-bottom: 1px solid #8884; }
  td { border: 0; padding: 0; } td:nth-child(5) { grid-column: 2; text-align: left; } td:last-child { grid-column: 1 / -1; }
  td:nth-child(2) { font-weight: bold; } td:nth-child(5):not(:empty)::after { content: " samples"; }
  /* The labels of a chart shrink with it. */
  svg text { font-size: 15px; }
}
</style>
</head>
<body>
<main>
<h1>Health: ${escaped(countText(figures))}</h1>
<p>${minuteText(new Date(now).toISOString())}. The figures count since ${
    figures[0] ? minuteText(figures[0].since) : "the first run"
  }; the charts show ${count} hours.</p>
<table>
<thead><tr><th>status</th><th>figure</th><th>value</th><th>target</th><th>samples</th><th>meaning</th></tr></thead>
<tbody>
${rows.join("\n")}
</tbody>
</table>
${charts.map((chart) => renderChart(chart, hours, from, count)).join("\n")}
</main>
</body>
</html>
`;
}
