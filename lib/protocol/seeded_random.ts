/** Outputs thrown away after seeding, so that similar seeds have nothing in common any more. */
const WARM_UP = 16;

/**
 * Random numbers that follow from a seed alone: the same seed gives the same row everywhere.
 *
 * The generator is sfc32, "small fast counting", by Chris Doty-Humphrey (PractRand,
 * https://pracrand.sourceforge.net), public domain: 128 bits of state, and since one word of it only
 * counts, no row is shorter than 2^32 whatever the seed. Fit for choices and pauses, not for secrets.
 *
 * @param seed Four words of 32 random bits; it is not changed.
 * @returns A function whose results are uniform in [0, 1), in steps of 2^-32.
 * @throws {RangeError} If the seed has not four words.
 */
export function seededRandom(seed: Uint32Array): () => number {
  if (seed.length !== 4) throw new RangeError(`Not a seed, expected 4 words: ${seed.length}`);
  let [a = 0, b = 0, c = 0, counter = 0] = seed;
  function word(): number {
    const out = (a + b + counter) >>> 0;
    counter = (counter + 1) >>> 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) >>> 0;
    c = (((c << 21) | (c >>> 11)) + out) >>> 0;
    return out;
  }
  for (let drawn = 0; drawn < WARM_UP; drawn++) word();
  return () => word() / 2 ** 32;
}
