// A release reaching its devices: 50 that fetch all of it at once, and 10,000 that are hinted at once.
import { benchHinted } from "./fleet_hinted.ts";
import { benchWhole } from "./fleet_whole.ts";
import type { Result } from "./measure.ts";

/** Runs both; the second is one run, whatever `runs` says. */
export async function benchFleet(
  runs: number,
  _seconds: number,
  progress: (line: string) => void,
): Promise<Result[]> {
  return [...await benchWhole(runs, progress), ...await benchHinted(progress)];
}
