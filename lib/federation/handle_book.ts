/**
 * Which number means which group in one direction of a session.
 *
 * A handle lives from its `name` to the `reach` that takes the group back, and its number is never used again in the
 * session. So the books are bounded by what a link advertises now, and a late `want` cannot hit another group.
 *
 * Theory of operation: handles are given in ascending order, so a sorted list of numbers finds their groups. An
 * ended handle stays in it until half of the list is ended. A peer may choose any order: what does not ascend is kept in
 * a map, which costs more but cannot be made slow.
 *
 * @module
 */

import type { Marks } from "./marked_groups.ts";
import { NarrowNumbers } from "./narrow_numbers.ts";

const WORDS = 2;
const LENGTH_MIN = 8 * WORDS;

/** Handles of one direction, readable from both sides. */
export class HandleBook {
  /** By group, its handle plus one; 0 = it has none. */
  readonly #handles: Marks;
  /** Handle, and group plus one (0 = the handle has ended), ascending. */
  readonly #pairs = new NarrowNumbers();
  #length = 0;
  #size = 0;
  #unsorted: Map<number, number> | undefined;
  #next = 1;

  /** @param handles Where the book keeps each group's handle plus one; nobody else writes there. */
  constructor(handles: Marks) {
    this.#handles = handles;
  }

  /** Handles in use. */
  get size(): number {
    return this.#size + (this.#unsorted?.size ?? 0);
  }

  /** The group behind a handle in use. */
  group(handle: number): number | undefined {
    const place = this.#placeOf(handle);
    if (place < this.#length && this.#pairs.get(place) === handle) {
      const group = this.#pairs.get(place + 1);
      if (group !== 0) return group - 1;
    }
    return this.#unsorted?.get(handle);
  }

  /** The handle of a group that has one. */
  handle(group: number): number | undefined {
    const handle = this.#handles.get(group);
    return handle === 0 ? undefined : handle - 1;
  }

  /** Whether the handle was ever given by {@linkcode HandleBook.give}, in use or not. */
  wasGiven(handle: number): boolean {
    return handle > 0 && handle < this.#next;
  }

  /** Gives the group a new handle. */
  give(group: number): number {
    const handle = this.#next++;
    this.bind(handle, group);
    return handle;
  }

  /** Notes a handle that the peer gave, at most 2^32 - 2. */
  bind(handle: number, group: number): void {
    this.#handles.set(group, handle + 1);
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

  /** Ends the group's handle. */
  end(group: number): void {
    const handle = this.handle(group);
    if (handle === undefined) return;
    this.#handles.set(group, 0);
    if (this.#unsorted?.delete(handle)) return;
    this.#pairs.set(this.#placeOf(handle) + 1, 0);
    this.#size--;
    if (this.#size * WORDS * 2 < this.#length) this.#compact();
  }

  /** Ends all handles; numbers given before stay used. */
  clear(): void {
    for (const group of this.groups()) this.#handles.set(group, 0);
    this.#pairs.resize(0);
    this.#length = this.#size = 0;
    this.#unsorted = undefined;
  }

  /** Groups that have a handle. */
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
