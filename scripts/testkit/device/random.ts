// Randomness that repeats.

/** Numbers from 0 to below 1 by a seed: Marsaglia's xorshift in 32 bits, good enough to choose with. */
export function seededRandom(seed: number): () => number {
  // 0 would stay 0 for ever.
  let state = (seed | 0) || 1;
  const next = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
  // Seeds that differ in one bit begin alike.
  for (let i = 0; i < 16; i++) next();
  return next;
}
