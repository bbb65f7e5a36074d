/**
 * What was said over the links of one node: a row of six numbers for each group that was spoken of on a link, and one
 * number for each pair of link and group to find it.
 *
 * Theory of operation: a node knows most groups at the edge of their radius, by some of its links, and tells nobody of
 * them. So a group gets a row on a link once something is said about it there. The rows of all links are one array, and
 * so is the table that leads to them, with the links of a group side by side: small arrays of each link would cost more
 * than what is in them, and an event asks many links about one group.
 *
 * @module
 */

import { NarrowNumbers } from "./narrow_numbers.ts";

const ROWS_MIN = 16;
const GROUPS_MIN = 16;
const SLOTS_MIN = 4;
/** Numbers of a row. */
const WORDS = 6;

/** The rows of all links of a node, by link slot and group. */
export class LinkRows {
  /** Group by group, for each slot the number of the row, plus one; 0 = there is none. */
  readonly #places = new NarrowNumbers();
  /** Slots that a group has places for. */
  #slots = SLOTS_MIN;
  #words = new NarrowNumbers();
  #free: number[] = [];
  #used = 0;

  /** Makes place for a slot; nothing else may be asked about it before. */
  admit(slot: number): void {
    if (slot < this.#slots) return;
    const before = this.#slots;
    let slots = before;
    while (slots <= slot) slots += Math.max(SLOTS_MIN, slots >>> 2);
    const groups = Math.ceil(this.#places.length / before);
    this.#places.resize(groups * slots);
    for (let place = groups * before - 1; place >= before; place--) {
      const row = this.#places.get(place);
      if (row === 0) continue;
      this.#places.set(place, 0);
      this.#places.set(Math.floor(place / before) * slots + place % before, row);
    }
    this.#slots = slots;
  }

  /** Whether the group has a row. */
  has(slot: number, group: number): boolean {
    return this.#places.get(group * this.#slots + slot) !== 0;
  }

  /** A word of the group's row. */
  word(slot: number, group: number, at: number): number {
    const row = this.#places.get(group * this.#slots + slot);
    return row === 0 ? 0 : this.#words.get((row - 1) * WORDS + at);
  }

  /** Writes a word; the group gets a row when it has none. */
  write(slot: number, group: number, at: number, word: number): void {
    const row = this.#places.get(group * this.#slots + slot) || this.#open(slot, group);
    this.#words.set((row - 1) * WORDS + at, word);
  }

  /** Groups that have a row in the slot. */
  *groups(slot: number): Iterable<number> {
    for (let group = 0; group * this.#slots < this.#places.length; group++) {
      if (this.has(slot, group)) yield group;
    }
  }

  /** Gives the group's row back. */
  close(slot: number, group: number): void {
    this.#close(group * this.#slots + slot);
  }

  /** Gives all rows of a slot back. */
  closeAll(slot: number): void {
    for (let place = slot; place < this.#places.length; place += this.#slots) this.#close(place);
    if (this.#free.length * 2 > this.#used) this.#compact();
  }

  /** Rewrites one word of every row of a slot. */
  rewrite(slot: number, at: number, change: (word: number) => number): void {
    for (let place = slot; place < this.#places.length; place += this.#slots) {
      const row = this.#places.get(place);
      if (row === 0) continue;
      const word = (row - 1) * WORDS + at;
      this.#words.set(word, change(this.#words.get(word)));
    }
  }

  #open(slot: number, group: number): number {
    const row = this.#free.pop() ?? ++this.#used;
    this.#words.reserve(row * WORDS, ROWS_MIN * WORDS);
    for (let at = (row - 1) * WORDS; at < row * WORDS; at++) this.#words.set(at, 0);
    this.#places.reserve((group + 1) * this.#slots, GROUPS_MIN * this.#slots);
    this.#places.set(group * this.#slots + slot, row);
    return row;
  }

  #close(place: number): void {
    const row = this.#places.get(place);
    if (row === 0) return;
    this.#places.set(place, 0);
    this.#free.push(row);
  }

  /** Moves the rows together: what a link held goes with it. */
  #compact(): void {
    const words = new NarrowNumbers();
    words.resize((this.#used - this.#free.length) * WORDS);
    let used = 0;
    for (let place = 0; place < this.#places.length; place++) {
      const row = this.#places.get(place);
      if (row === 0) continue;
      for (let at = 0; at < WORDS; at++) {
        words.set(used * WORDS + at, this.#words.get((row - 1) * WORDS + at));
      }
      this.#places.set(place, ++used);
    }
    this.#words = words;
    this.#used = used;
    this.#free = [];
  }
}
