// The Dart engine, broken from outside: each broken engine fails at the requirement whose rule it breaks.
import fc from "fast-check";
import { DEVICE_MUTANTS } from "../../../client-contract/conformance/mutants/device.ts";
import { isCaught } from "../../../client-contract/conformance/mutants/outside.ts";
import { WIRE_MUTANTS } from "../../../client-contract/conformance/mutants/wire.ts";
import type { Failure } from "../step.ts";
import type { WarmHost } from "./host.ts";

/** Mutants that a run tries. */
const SAMPLE = 4;

const ALL = [...WIRE_MUTANTS, ...DEVICE_MUTANTS];
type OutsideMutant = typeof ALL[number];

/** Some mutants by a seed; with CARREL_RUNS, all of them. */
export const chosenMutants = (seed: number): OutsideMutant[] =>
  Deno.env.get("CARREL_RUNS") === undefined
    ? fc.sample(fc.shuffledSubarray(ALL, { minLength: SAMPLE, maxLength: SAMPLE }), { seed, numRuns: 1 })
      .flat()
    : ALL;

/** Breaks the engine, and gives the mutants that no case of their requirement catches. */
export async function playMutants(
  { host }: WarmHost,
  mutants: readonly OutsideMutant[],
): Promise<Failure[]> {
  const failures: Failure[] = [];
  for (const mutant of mutants) {
    if (await isCaught(mutant, host)) continue;
    const message = `a Dart engine that ${mutant.name} passes ${mutant.fails[0]}`;
    failures.push({ at: "client-contract/conformance/mutants", message });
  }
  return failures;
}
