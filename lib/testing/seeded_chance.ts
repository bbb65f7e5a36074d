import { seededRandom } from "../protocol/seeded_random.ts";

/** Times are whole multiples of this part of a millisecond, so that sums of them are exact in every order. */
const PARTS_OF_MS = 1024;

/** Choices that follow from a seed and the name of a stream alone. */
export class Chance {
  readonly #next: () => number;

  /**
   * Begins a row of numbers.
   *
   * @param seed A whole number from 0.
   * @param streams Tells rows of one seed apart.
   */
  constructor(seed: number, ...streams: readonly number[]) {
    const words = new Uint32Array([seed, Math.floor(seed / 2 ** 32), streams.length, 0x9e37]);
    let mixed = 0;
    for (const stream of streams) mixed = Math.imul(mixed ^ (stream + 1), 0x01000193) + 0x9e3779b9;
    words[2] = mixed;
    this.#next = seededRandom(words);
  }

  /** Uniform in [0, 1). */
  next(): number {
    return this.#next();
  }

  /** A whole number from 0, less than `limit`. */
  below(limit: number): number {
    return Math.floor(this.#next() * limit);
  }

  /** A whole number from `min` to `max`, both included. */
  between(min: number, max: number): number {
    return min + this.below(max - min + 1);
  }

  /** Log-uniform: each power of ten is as likely as any other. */
  logBetween(min: number, max: number): number {
    return min * (max / min) ** this.#next();
  }

  /** Whether something of this probability happens. */
  isHit(probability: number): boolean {
    return this.#next() < probability;
  }

  /** One of several. */
  pick<Item>(items: readonly Item[]): Item {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new RangeError("Nothing to pick from");
    return item;
  }

  /** Four words, the seed of a machine. */
  words(): Uint32Array {
    return Uint32Array.from({ length: 4 }, () => this.below(2 ** 32));
  }
}

/** The next time that the simulator's clock can show exactly. */
export function exactMs(ms: number): number {
  return Math.ceil(ms * PARTS_OF_MS) / PARTS_OF_MS;
}
