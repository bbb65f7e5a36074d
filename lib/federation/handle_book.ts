/**
 * Which number means which group in one direction of a session.
 *
 * A handle lives from its `name` to the `reach` that takes the group back, and its number is never used again in the
 * session. So the books are bounded by what a link advertises now, and a late `want` cannot hit another group.
 *
 * @module
 */

import { NumberMap } from "./number_map.ts";

/** What a book needs of a map from handles. */
interface Numbers {
  readonly size: number;
  get(key: number): number | undefined;
  set(key: number, value: number): unknown;
  delete(key: number): unknown;
  clear(): void;
}

/** Handles of one direction, readable from both sides. */
export class HandleBook {
  readonly #groups: Numbers;
  readonly #handles = new NumberMap();
  #next = 1;

  /** @param giver Who chooses the handles. A peer could choose those that a plain hash table is worst at. */
  constructor(giver: "self" | "peer") {
    this.#groups = giver === "self" ? new NumberMap() : new Map<number, number>();
  }

  /** Handles in use. */
  get size(): number {
    return this.#groups.size;
  }

  /** The group behind a handle in use. */
  group(handle: number): number | undefined {
    return this.#groups.get(handle);
  }

  /** The handle of a group that has one. */
  handle(group: number): number | undefined {
    return this.#handles.get(group);
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

  /** Notes a handle that the peer gave. */
  bind(handle: number, group: number): void {
    this.#groups.set(handle, group);
    this.#handles.set(group, handle);
  }

  /** Ends the group's handle. */
  end(group: number): void {
    const handle = this.#handles.get(group);
    if (handle === undefined) return;
    this.#handles.delete(group);
    this.#groups.delete(handle);
  }

  /** Ends all handles; numbers given before stay used. */
  clear(): void {
    this.#groups.clear();
    this.#handles.clear();
  }

  /** Groups that have a handle. */
  groups(): Iterable<number> {
    return this.#handles.keys();
  }
}
