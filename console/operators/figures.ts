// The figures of health in words.
import type { HealthFigure } from "../../client-contract/client/operator.ts";
import { durationText } from "../parts/duration.ts";
import { numberText } from "../parts/format.ts";

const TITLES: Readonly<Record<string, string>> = {
  sync_success: "Events held by the server",
  action_to_server: "From an answer to the server",
  newest_content: "Devices with the newest content",
  offline_completion: "Offline periods that were completed",
  local_reads: "Reads from the device's cache",
  recovery: "Recoveries within a minute",
  dead_letters: "Events given up by devices",
  cache_mismatches: "Damaged caches",
  quarantine_age: "Oldest event that waits for support",
  webhooks: "Webhooks given up or late",
  jobs: "Jobs that fail or are late",
  roll_up_age: "Age of these sums",
};
const STATUSES: Readonly<Record<HealthFigure["status"], string>> = {
  ok: "on target",
  warning: "misses its target",
  failing: "failing",
  unknown: "too few samples",
};

/** A figure's name. */
export const figureTitle = ({ name }: HealthFigure): string => TITLES[name] ?? name.replaceAll("_", " ");
/** A figure's status in words. */
export const statusText = ({ status }: HealthFigure): string => STATUSES[status];

/** A value in its unit: `99.95 %`, `3 days`, `2`. */
export function valueText(value: number | null, unit: HealthFigure["unit"]): string {
  if (value === null) return "–";
  if (unit === "share") return `${numberText(value * 100)} %`;
  return unit === "seconds" ? durationText(value * 1000) : numberText(value);
}

/** `at least 99.9 %`. */
export const targetText = ({ target, unit, direction }: HealthFigure): string =>
  `${direction === "at_least" ? "at least" : "at most"} ${valueText(target, unit)}`;

const ORDER: Readonly<Record<HealthFigure["status"], number>> = { failing: 0, warning: 1, ok: 2, unknown: 3 };
/** What needs a look comes first. */
export const byUrgency = (figures: readonly HealthFigure[]): HealthFigure[] =>
  [...figures].sort((a, b) => ORDER[a.status] - ORDER[b.status]);

/** One sentence about all of them. */
export function overall(figures: readonly HealthFigure[]): string {
  const count = (status: HealthFigure["status"]) => figures.filter((one) => one.status === status).length;
  const [failing, missed, unknown] = [count("failing"), count("warning"), count("unknown")];
  const problems = [
    failing > 0 && `${failing} failing`,
    missed > 0 && `${missed} off target`,
    unknown > 0 && `${unknown} with too few samples`,
  ].filter((text) => text !== false);
  return problems.length === 0
    ? `All ${figures.length} figures are on target.`
    : `Of ${figures.length} figures: ${problems.join(", ")}.`;
}
