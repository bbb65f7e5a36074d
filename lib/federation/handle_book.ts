/**
 * Which number means which group in one direction of a session.
 *
 * A handle lives from its `name` to the `reach` that takes the group back, and its number is never used again in the
 * session. So the books are bounded by what a link advertises now, and a late `want` cannot hit another group.
 *
 * @module
 */

import { HandleList } from "./handle_list.ts";
import type { Marks } from "./marked_groups.ts";

/** Handles that the peer gave. */
export class TakenHandles {
  /** By group, its handle plus one; 0 = it has none. */
  readonly #handles: Marks;
  readonly #list = new HandleList();

  /** @param handles Where the book keeps each group's handle plus one; nobody else writes there. */
  constructor(handles: Marks) {
    this.#handles = handles;
  }

  /** Handles in use. */
  get size(): number {
    return this.#list.size;
  }

  /** The group behind a handle in use. */
  group(handle: number): number | undefined {
    return this.#list.get(handle);
  }

  /** The handle of a group that has one. */
  handle(group: number): number | undefined {
    return handleOf(this.#handles, group);
  }

  /** Notes a handle that is not in use, at most 2^32 - 2, for a group that has none. */
  bind(handle: number, group: number): void {
    this.#handles.set(group, handle + 1);
    this.#list.add(handle, group);
  }

  /** Ends the group's handle. */
  end(group: number): void {
    const handle = this.handle(group);
    if (handle === undefined) return;
    this.#handles.set(group, 0);
    this.#list.delete(handle);
  }

  /** Ends all handles. */
  clear(): void {
    for (const group of this.groups()) this.#handles.set(group, 0);
    this.#list.clear();
  }

  /** Groups that have a handle. */
  groups(): readonly number[] {
    return this.#list.groups();
  }
}

/** Handles that we gave. Peers seldom ask by them, so what leads from handles to groups is made with the first question. */
export class GivenHandles {
  /** By group, its handle plus one; 0 = it has none. */
  readonly #handles: Marks;
  readonly #candidates: () => Iterable<number>;
  #list: HandleList | undefined;
  #size = 0;
  #next = 1;

  /**
   * An empty book.
   *
   * @param handles Where the book keeps each group's handle plus one; nobody else writes there.
   * @param candidates All groups that may have a handle there.
   */
  constructor(handles: Marks, candidates: () => Iterable<number>) {
    this.#handles = handles;
    this.#candidates = candidates;
  }

  /** Handles in use. */
  get size(): number {
    return this.#size;
  }

  /** The group behind a handle in use. */
  group(handle: number): number | undefined {
    this.#list ??= this.#listed();
    return this.#list.get(handle);
  }

  /** The handle of a group that has one. */
  handle(group: number): number | undefined {
    return handleOf(this.#handles, group);
  }

  /** Whether the handle was ever given, in use or not. */
  wasGiven(handle: number): boolean {
    return handle > 0 && handle < this.#next;
  }

  /** Gives a handle to a group that has none. */
  give(group: number): number {
    const handle = this.#next++;
    this.#handles.set(group, handle + 1);
    this.#list?.add(handle, group);
    this.#size++;
    return handle;
  }

  /** Ends the group's handle. */
  end(group: number): void {
    const handle = this.handle(group);
    if (handle === undefined) return;
    this.#handles.set(group, 0);
    this.#list?.delete(handle);
    this.#size--;
  }

  /** Groups that have a handle. */
  groups(): readonly number[] {
    return [...this.#candidates()].filter((group) => this.#handles.get(group) !== 0);
  }

  #listed(): HandleList {
    const list = new HandleList();
    const groups = this.groups().toSorted((a, b) => this.#handles.get(a) - this.#handles.get(b));
    for (const group of groups) list.add(this.#handles.get(group) - 1, group);
    return list;
  }
}

function handleOf(handles: Marks, group: number): number | undefined {
  const handle = handles.get(group);
  return handle === 0 ? undefined : handle - 1;
}
