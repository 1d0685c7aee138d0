// How long property tests look, and from where: CARREL_RUNS histories from CARREL_SEED. A failure prints its seed.

/** Options for `fc.assert`; `runs` is what a test takes by itself. */
export function settings(runs: number): { numRuns: number; seed?: number } {
  const seed = Deno.env.get("CARREL_SEED");
  return {
    numRuns: Number(Deno.env.get("CARREL_RUNS") ?? runs),
    ...(seed === undefined ? {} : { seed: Number(seed) }),
  };
}
