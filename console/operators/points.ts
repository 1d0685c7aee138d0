// The sums of hours as the points of a chart.
import type { HealthHour } from "../../client-contract/client/operator.ts";
import type { Point } from "../parts/chart.tsx";

const HOUR_MS = 3_600_000;

/** A value for each hour from the first row to the last one. An hour without a row had no arrivals. */
export function pointsOf(
  hours: readonly HealthHour[],
  valueOf: (hour: HealthHour) => number | null,
  missing: number | null,
): Point[] {
  const byTime = new Map(hours.map((hour) => [Date.parse(hour.hour), hour]));
  const times = [...byTime.keys()];
  const [from, to] = [Math.min(...times), Math.max(...times)];
  const points: Point[] = [];
  for (let time = from; time <= to; time += HOUR_MS) {
    const hour = byTime.get(time);
    points.push({ at: new Date(time).toISOString(), value: hour ? valueOf(hour) : missing });
  }
  return points;
}
