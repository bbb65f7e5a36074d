/**
 * Randomness for those who may not ask the platform themselves.
 *
 * @module
 */

/** Four words of 32 random bits each. */
export type Seed = readonly [number, number, number, number];

/** Gives seeds to generators of random numbers. A simulator gives the same ones again. */
export interface Entropy {
  /** A fresh seed. */
  seed(): Seed;
}

/** Entropy of the operating system, fit for secrets. */
export function systemEntropy(): Entropy {
  return {
    seed(): Seed {
      const [a = 0, b = 0, c = 0, d = 0] = crypto.getRandomValues(new Uint32Array(4));
      return [a, b, c, d];
    },
  };
}
