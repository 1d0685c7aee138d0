// What devices and learners feel: each benchmark has its goals as limits or budgets.
import type { Result } from "./measure.ts";
import { benchDevice } from "./latency_device.ts";
import { benchLink } from "./latency_link.ts";

/** The benchmarks of the group `latency`, by name. */
export const LATENCY = {
  device: benchDevice,
  link: benchLink,
} satisfies Record<
  string,
  (runs: number, seconds: number, progress: (line: string) => void) => Promise<Result[]>
>;
