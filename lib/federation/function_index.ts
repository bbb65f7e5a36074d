/**
 * Which groups offer a function.
 *
 * Theory of operation: a node in a large federation knows thousands of offers, so an entry is two numbers in one
 * array, and no object: the group, and where the function's next entry is. All entries of a function are a chain that
 * begins at the newest. A removed entry's place is given to the next newcomer.
 *
 * @module
 */

import type { FunctionName } from "../protocol/names.ts";
import { NarrowNumbers } from "./narrow_numbers.ts";

const ENTRIES_MIN = 16;
/** Numbers of an entry: the group, and the place of the next entry, plus one (0 = it is the last). */
const WORDS = 2;

/** From functions to numbers of groups. */
export class FunctionIndex {
  /** Where each function's chain begins, as index into `#heads`. */
  readonly #numbers = new Map<FunctionName, number>();
  /** Place of each function's newest entry, plus one. */
  readonly #heads: number[] = [];
  readonly #freeNumbers: number[] = [];
  #entries = new NarrowNumbers();
  #used = 0;
  /** The chain of places that are free again. */
  #free = 0;

  /** Functions that any group offers. */
  get size(): number {
    return this.#numbers.size;
  }

  /** All functions. */
  functions(): Iterable<FunctionName> {
    return this.#numbers.keys();
  }

  /** Whether any group offers the function. */
  has(fun: FunctionName): boolean {
    return this.#numbers.has(fun);
  }

  /** Numbers of the groups that offer the function, each once and in no order; the index must not change meanwhile. */
  *groups(fun: FunctionName): Iterable<number> {
    const number = this.#numbers.get(fun);
    let place = number === undefined ? 0 : this.#heads[number] ?? 0;
    while (place !== 0) {
      yield this.#groupAt(place);
      place = this.#nextOf(place);
    }
  }

  /**
   * Adds an entry. All functions of a group are added before those of the next; then a function that comes twice is
   * noticed: `false`, and it is not added again.
   */
  add(fun: FunctionName, group: number): boolean {
    const number = this.#numbers.get(fun) ?? this.#numberFor(fun);
    const head = this.#heads[number] ?? 0;
    if (head !== 0 && this.#groupAt(head) === group) return false;
    const place = this.#open();
    this.#write(place, group, head);
    this.#heads[number] = place;
    return true;
  }

  /** Takes an entry out; an unknown one is left alone. */
  remove(fun: FunctionName, group: number): void {
    const number = this.#numbers.get(fun);
    if (number === undefined) return;
    let before = 0;
    let place = this.#heads[number] ?? 0;
    while (place !== 0 && this.#groupAt(place) !== group) {
      before = place;
      place = this.#nextOf(place);
    }
    if (place === 0) return;
    const next = this.#nextOf(place);
    if (before !== 0) this.#write(before, this.#groupAt(before), next);
    else this.#heads[number] = next;
    this.#write(place, 0, this.#free);
    this.#free = place;
    if (before === 0 && next === 0) this.#forget(fun, number);
  }

  #numberFor(fun: FunctionName): number {
    const number = this.#freeNumbers.pop() ?? this.#heads.push(0) - 1;
    this.#numbers.set(fun, number);
    return number;
  }

  #forget(fun: FunctionName, number: number): void {
    this.#numbers.delete(fun);
    this.#freeNumbers.push(number);
    if (this.#numbers.size > 0) return;
    this.#entries = new NarrowNumbers();
    this.#used = this.#free = 0;
  }

  #groupAt(place: number): number {
    return this.#entries.get((place - 1) * WORDS);
  }

  #nextOf(place: number): number {
    return this.#entries.get((place - 1) * WORDS + 1);
  }

  #write(place: number, group: number, next: number): void {
    this.#entries.set((place - 1) * WORDS, group);
    this.#entries.set((place - 1) * WORDS + 1, next);
  }

  #open(): number {
    if (this.#free !== 0) {
      const place = this.#free;
      this.#free = this.#nextOf(place);
      return place;
    }
    this.#used++;
    this.#entries.reserve(this.#used * WORDS, ENTRIES_MIN * WORDS);
    return this.#used;
  }
}
