// Paired measurements: a figure and its baseline in turn, several runs, so that a machine whose speed drifts
// shifts both and not their ratio.

/** One line of a report; the shape that `--json` prints. */
export interface Result {
  name: string;
  /** Median of the runs. */
  value: number;
  unit: string;
  /** Median of the baseline's runs, in the same unit. */
  baseline: number;
  /** Median of value / baseline, pair by pair. */
  ratio: number;
  /** Bound of the ratio: a floor for rates, a ceiling for sizes and times; null where there is none yet. */
  budget: number | null;
  /** Ceiling of the value itself, in its unit: what a device or a learner may feel. Null where there is none. */
  limit: number | null;
  pass: boolean;
  /** Smallest and greatest ratio of the pairs. */
  spread: [number, number];
  /** More figures of the same runs, for people. */
  notes: string;
}

/** What is measured against what. */
export interface Pair {
  name: string;
  unit: string;
  runs: number;
  /** Whether more is better (a rate), which makes the budget a floor. */
  more: boolean;
  budget: number | null;
  /** Ceiling of the value itself, in its unit. */
  limit?: number;
  measure(): Promise<number>;
  baseline(): Promise<number>;
  notes?(): string;
}

/** The middle value. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)] ?? NaN;
  return Number.isInteger(middle) ? ((sorted[middle - 1] ?? NaN) + upper) / 2 : upper;
}

/** The value below which `share` of the values lie. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}

/** A number for people: values below 100 have a decimal place. */
const shown = (value: number) => value.toFixed(value < 100 && !Number.isInteger(value) ? 1 : 0);

/** A result for people, in one line; small ratios have the digits that tell them from nothing. */
export function figures({ value, unit, baseline, ratio, spread }: Result): string {
  const digits = (ratio: number) => ratio.toFixed(ratio < 0.1 ? 4 : 2);
  const range = spread.map(digits).join(" to ");
  return `${shown(value)} ${unit}, baseline ${shown(baseline)}, ratio ${digits(ratio)} (${range})`;
}

/** The bounds of a result for people, and whether it keeps them; empty where it has none. */
export function verdict({ unit, budget, limit, pass }: Result): string {
  const bounds = [
    ...(limit === null ? [] : [`limit ${shown(limit)} ${unit}`]),
    ...(budget === null ? [] : [`budget ${budget}`]),
  ];
  return bounds.length === 0 ? "" : `, ${bounds.join(", ")}: ${pass ? "kept" : "MISSED"}`;
}

/** Runs a pair, a warm-up of each first; which of the two begins alternates. */
export async function runPair(pair: Pair, progress: (line: string) => void): Promise<Result> {
  await pair.baseline();
  await pair.measure();
  const values: number[] = [];
  const baselines: number[] = [];
  for (let run = 0; run < pair.runs; run++) {
    progress(`${pair.name}, run ${run + 1} of ${pair.runs}`);
    if (run % 2 === 0) {
      baselines.push(await pair.baseline());
      values.push(await pair.measure());
    } else {
      values.push(await pair.measure());
      baselines.push(await pair.baseline());
    }
  }
  const result = resultOf({ ...pair, notes: pair.notes?.() ?? "" }, values, baselines);
  progress(`${pair.name}: ${figures(result)}`);
  return result;
}

/** The result of measured pairs. */
export function resultOf(
  { name, unit, more, budget, limit = null, notes }:
    & Pick<Pair, "name" | "unit" | "more" | "budget">
    & { notes: string; limit?: number | null },
  values: readonly number[],
  baselines: readonly number[],
): Result {
  const ratios = values.map((value, run) => value / (baselines[run] ?? NaN));
  const ratio = median(ratios);
  const value = median(values);
  const isInBudget = budget === null || (more ? ratio >= budget : ratio <= budget);
  return {
    name,
    value,
    unit,
    baseline: median(baselines),
    ratio,
    budget,
    limit,
    pass: isInBudget && (limit === null || value <= limit),
    spread: [Math.min(...ratios), Math.max(...ratios)],
    notes,
  };
}

/** A figure without a baseline of its own: its budget is a ceiling, and the ratio is to that. */
export function ceiling(name: string, unit: string, value: number, budget: number, notes = ""): Result {
  const ratio = value / budget;
  return {
    name,
    value,
    unit,
    baseline: budget,
    ratio,
    budget: 1,
    limit: null,
    pass: ratio <= 1,
    spread: [ratio, ratio],
    notes,
  };
}

/** A figure beside what is aimed at; missing it fails nothing. */
export function goal(name: string, unit: string, value: number, aim: number, notes = ""): Result {
  return { ...ceiling(name, unit, value, aim, notes), budget: null, pass: true };
}

/** Figures of a length of time under load. */
export interface Load {
  /** Calls a second. */
  rate: number;
  /** Milliseconds. */
  p50: number;
  p99: number;
}

/** Calls `once` from `workers` loops for `seconds`; a call that fails ends the measurement. */
export async function load(
  workers: number,
  seconds: number,
  once: (worker: number) => Promise<void>,
): Promise<Load> {
  const times: number[] = [];
  const started = performance.now();
  const until = started + seconds * 1000;
  await Promise.all(Array.from({ length: workers }, async (_, worker) => {
    for (let before = performance.now(); before < until;) {
      await once(worker);
      const now = performance.now();
      times.push(now - before);
      before = now;
    }
  }));
  const elapsed = (performance.now() - started) / 1000;
  return { rate: times.length / elapsed, p50: quantile(times, 0.5), p99: quantile(times, 0.99) };
}
