/**
 * From handles to groups, four bytes for each.
 *
 * Theory of operation: handles are given in ascending order, so a sorted list of numbers finds their groups. An
 * ended handle stays in it until half of the list is ended. A peer may choose any order: what does not ascend is kept in
 * a map, which costs more but cannot be made slow.
 *
 * @module
 */

import { NarrowNumbers } from "./narrow_numbers.ts";

const WORDS = 2;
const LENGTH_MIN = 16 * WORDS;

/** Groups by handle. */
export class HandleList {
  /** Handle, and group plus one (0 = the handle has ended), ascending. */
  readonly #pairs = new NarrowNumbers();
  #length = 0;
  #size = 0;
  #unsorted: Map<number, number> | undefined;

  /** Handles in the list. */
  get size(): number {
    return this.#size + (this.#unsorted?.size ?? 0);
  }

  /** The handle's group. */
  get(handle: number): number | undefined {
    const place = this.#placeOf(handle);
    if (place < this.#length && this.#pairs.get(place) === handle) {
      const group = this.#pairs.get(place + 1);
      if (group !== 0) return group - 1;
    }
    return this.#unsorted?.get(handle);
  }

  /** Adds a handle that is not in the list. */
  add(handle: number, group: number): void {
    if (this.#length > 0 && handle <= this.#pairs.get(this.#length - WORDS)) {
      this.#unsorted ??= new Map();
      this.#unsorted.set(handle, group);
      return;
    }
    this.#pairs.reserve(this.#length + WORDS, LENGTH_MIN);
    this.#pairs.set(this.#length, handle);
    this.#pairs.set(this.#length + 1, group + 1);
    this.#length += WORDS;
    this.#size++;
  }

  /** Takes a handle out that is in the list. */
  delete(handle: number): void {
    if (this.#unsorted?.delete(handle)) return;
    this.#pairs.set(this.#placeOf(handle) + 1, 0);
    this.#size--;
    if (this.#size * WORDS * 2 < this.#length) this.#compact();
  }

  /** Takes all handles out. */
  clear(): void {
    this.#pairs.resize(0);
    this.#length = this.#size = 0;
    this.#unsorted = undefined;
  }

  /** Groups of all handles. */
  groups(): readonly number[] {
    const groups = [...this.#unsorted?.values() ?? []];
    for (let place = 0; place < this.#length; place += WORDS) {
      const group = this.#pairs.get(place + 1);
      if (group !== 0) groups.push(group - 1);
    }
    return groups;
  }

  /** Place of the first pair whose handle is not below this one. */
  #placeOf(handle: number): number {
    let from = 0;
    let to = this.#length / WORDS;
    while (from < to) {
      const middle = (from + to) >>> 1;
      if (this.#pairs.get(middle * WORDS) < handle) from = middle + 1;
      else to = middle;
    }
    return from * WORDS;
  }

  #compact(): void {
    let kept = 0;
    for (let place = 0; place < this.#length; place += WORDS) {
      const group = this.#pairs.get(place + 1);
      if (group === 0) continue;
      this.#pairs.set(kept, this.#pairs.get(place));
      this.#pairs.set(kept + 1, group);
      kept += WORDS;
    }
    this.#length = kept;
    this.#pairs.resize(kept);
  }
}
