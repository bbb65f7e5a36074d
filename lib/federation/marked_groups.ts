/**
 * A set of groups that is filled and then taken as a whole, many times: a list, and one mark per group in a column.
 *
 * A `Set` would be hashed into, grown and thrown away again each time.
 *
 * @module
 */

/** One number of each group: 0 = not in the set. */
export interface Marks {
  /** The group's mark. */
  get(group: number): number;
  /** Sets the group's mark. */
  set(group: number, value: number): void;
}

/** Groups in order of their first addition. */
export class MarkedGroups {
  readonly #marks: Marks;
  #groups: number[] = [];

  /** An empty set over a column that nobody else writes. */
  constructor(marks: Marks) {
    this.#marks = marks;
  }

  /** Groups in the set; those that were deleted before the next {@linkcode MarkedGroups.take} count too. */
  get size(): number {
    return this.#groups.length;
  }

  /** Whether the group is in the set. */
  has(group: number): boolean {
    return this.#marks.get(group) !== 0;
  }

  /** Adds a group that may be in already. */
  add(group: number): void {
    if (this.#marks.get(group) !== 0) return;
    this.#marks.set(group, 1);
    this.#groups.push(group);
  }

  /** Removes a group that may not be in. */
  delete(group: number): void {
    this.#marks.set(group, 0);
  }

  /** Empties the set and returns what was in it. */
  take(): readonly number[] {
    const groups = this.#groups;
    if (groups.length === 0) return groups;
    this.#groups = [];
    let kept = 0;
    for (const group of groups) {
      // One that was deleted and added again is in the list twice.
      if (this.#marks.get(group) === 0) continue;
      this.#marks.set(group, 0);
      groups[kept++] = group;
    }
    groups.length = kept;
    return groups;
  }
}
