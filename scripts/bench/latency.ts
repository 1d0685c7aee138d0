// What devices and learners feel: each benchmark has its goals as limits or budgets.
import { benchDevice } from "./latency_device.ts";
import { benchHints } from "./latency_hints.ts";
import { benchBatchSizes } from "./latency_ingest.ts";
import { benchLink } from "./latency_link.ts";
import { benchSiblings } from "./latency_siblings.ts";
import type { Result } from "./measure.ts";

/** The benchmarks of the group `latency`, by name. */
export const LATENCY = {
  device: benchDevice,
  hints: benchHints,
  link: benchLink,
  siblings: benchSiblings,
  sizes: benchBatchSizes,
} satisfies Record<
  string,
  (runs: number, seconds: number, progress: (line: string) => void) => Promise<Result[]>
>;
