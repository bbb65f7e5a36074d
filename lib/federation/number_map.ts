/**
 * A map from numbers to numbers in a typed array: a tenth of a `Map`, which counts where a node has several for
 * each of hundreds of links.
 *
 * Theory of operation: open addressing with linear probing, at most half full. A removed entry leaves no mark: those
 * behind it move up, so that a map which lives long and changes a lot stays as good as new.
 *
 * @module
 */

/** Of the array, when anything is in it. */
const LENGTH_MIN = 32;
/** Spreads consecutive keys over the table (the golden ratio of 2^32). */
const SPREAD = 0x9e37_79b1;

/** Keys and values from 0 to 2^32 - 2. */
export class NumberMap {
  // Key and value side by side. A key is kept plus one: 0 marks an empty place.
  #pairs = new Uint32Array(0);
  #size = 0;

  /** Entries. */
  get size(): number {
    return this.#size;
  }

  /** The key's value, `undefined` when it has none. */
  get(key: number): number | undefined {
    if (this.#size === 0) return undefined;
    const place = this.#placeOf(key);
    return this.#pairs[place] === 0 ? undefined : this.#pairs[place + 1];
  }

  /** Gives the key a value. */
  set(key: number, value: number): void {
    // Two numbers an entry, at most half full.
    if (this.#size * 4 >= this.#pairs.length) this.#grow();
    const place = this.#placeOf(key);
    if (this.#pairs[place] === 0) this.#size++;
    this.#pairs[place] = key + 1;
    this.#pairs[place + 1] = value;
  }

  /** Removes a key; an unknown one is left alone. */
  delete(key: number): void {
    if (this.#size === 0) return;
    const pairs = this.#pairs;
    let hole = this.#placeOf(key);
    if (pairs[hole] === 0) return;
    this.#size--;
    const mask = pairs.length - 1;
    for (let at = (hole + 2) & mask; pairs[at] !== 0; at = (at + 2) & mask) {
      const home = this.#homeOf((pairs[at] ?? 0) - 1);
      // An entry may move up as far as its home, not beyond.
      if (((at - home) & mask) < ((at - hole) & mask)) continue;
      pairs.copyWithin(hole, at, at + 2);
      hole = at;
    }
    pairs[hole] = 0;
  }

  /** Removes everything, and gives the space back. */
  clear(): void {
    this.#pairs = new Uint32Array(0);
    this.#size = 0;
  }

  /** All keys, in no order; the map must not change meanwhile. */
  *keys(): Iterable<number> {
    for (let place = 0; place < this.#pairs.length; place += 2) {
      const key = this.#pairs[place];
      if (key !== undefined && key !== 0) yield key - 1;
    }
  }

  #homeOf(key: number): number {
    // The high bits are the mixed ones; pairs begin at even places.
    return (Math.imul(key, SPREAD) >>> 7) & (this.#pairs.length - 2);
  }

  /** Where the key is, or the empty place where it belongs. */
  #placeOf(key: number): number {
    const pairs = this.#pairs;
    const mask = pairs.length - 1;
    let place = this.#homeOf(key);
    while (pairs[place] !== 0 && pairs[place] !== key + 1) place = (place + 2) & mask;
    return place;
  }

  #grow(): void {
    const pairs = this.#pairs;
    this.#pairs = new Uint32Array(Math.max(LENGTH_MIN, pairs.length * 2));
    for (let from = 0; from < pairs.length; from += 2) {
      const key = pairs[from];
      if (key === undefined || key === 0) continue;
      const place = this.#placeOf(key - 1);
      this.#pairs[place] = key;
      this.#pairs[place + 1] = pairs[from + 1] ?? 0;
    }
  }
}
