// How long property tests look, and from where. `npm test` judges a change, so it always tries the same histories; CARREL_SEED=random (or a number) and
// CARREL_RUNS search elsewhere. A failure prints its seed.

/** The seed of `npm test`. */
const SEED = 20261130;

/** The seed of a run: CARREL_SEED, where `random` stands for a new one at each call, or that of `npm test`. */
export function runSeed(): number {
  const asked = Deno.env.get("CARREL_SEED") ?? String(SEED);
  // Below 2^31: fast-check takes a seed as a signed number of 32 bits.
  if (asked === "random") return crypto.getRandomValues(new Uint32Array(1))[0]! >>> 1;
  if (!/^-?\d{1,10}$/.test(asked)) throw new Error(`CARREL_SEED is a whole number or "random", not ${asked}`);
  return Number(asked);
}

/** The runs of a test: CARREL_RUNS, or what the test takes by itself. */
export function settings(runs: number): { numRuns: number; seed: number } {
  return { numRuns: Number(Deno.env.get("CARREL_RUNS") ?? runs), seed: runSeed() };
}
