/** Numbers from 0 (included) to 1 (excluded). */
export type Random = () => number;

/**
 * A repeatable {@link Random}: the same seed gives the same numbers. Good enough to spread delays,
 * not for secrets. (A 32-bit counter with Weyl increment, mixed by multiplying and shifting.)
 */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 0x1_0000_0000;
  };
}
