/**
 * Small numbers for group names, so that no string is hashed after a group was named once, and none is made for most.
 *
 * @module
 */

import type { GroupName } from "../protocol/v1_messages.ts";
import type { NodeUrl } from "../protocol/names.ts";
import { OriginIndex } from "./origin_index.ts";

/** A name as one string; equal names and only these have equal keys. */
export function groupKey(name: GroupName): string {
  // No part but the scope may hold a line feed, and the scope comes last.
  return `${name.origin}\n${name.incarnation}\n${name.maxHops}\n${name.cluster}\n${
    name.writer ?? ""
  }\n${name.base}\n${name.scope}`;
}

/** Interned group names; a released number is given to the next newcomer. */
export class GroupTable {
  readonly #names: (GroupName | undefined)[] = [];
  readonly #free: number[] = [];
  // Nearly every origin has one group, which its URL finds; only of the others are keys made.
  readonly #first = new OriginIndex((index) => this.#names[index]?.origin);
  readonly #others = new Map<NodeUrl, Map<string, number>>();

  /** Groups known now. */
  get size(): number {
    return this.#names.length - this.#free.length;
  }

  /** The name's number, `undefined` when it has none. */
  find(name: GroupName): number | undefined {
    return this.#find(name, this.#first.get(name.origin));
  }

  /** The name's number; a new name gets one. */
  intern(name: GroupName): number {
    const index = this.#free.at(-1) ?? this.#names.length;
    const first = this.#first.claim(name.origin, index);
    if (first !== undefined) {
      const known = this.#find(name, first);
      if (known !== undefined) return known;
      const others = this.#others.get(name.origin) ?? new Map<string, number>();
      this.#others.set(name.origin, others.set(groupKey(name), index));
    }
    this.#free.pop();
    this.#names[index] = name;
    return index;
  }

  /**
   * The name behind a number.
   *
   * @throws {RangeError} If no group has the number.
   */
  name(index: number): GroupName {
    const name = this.#names[index];
    if (name === undefined) throw new RangeError(`No group has the number ${index}`);
    return name;
  }

  /** Frees the number for another name; an unknown number is left alone. */
  release(index: number): void {
    const name = this.#names[index];
    if (name === undefined) return;
    const others = this.#others.get(name.origin);
    if (this.#first.get(name.origin) !== index) others?.delete(groupKey(name));
    else if (others === undefined) this.#first.delete(name.origin);
    else {
      for (const [key, next] of others) {
        this.#first.move(name.origin, next);
        others.delete(key);
        break;
      }
    }
    if (others?.size === 0) this.#others.delete(name.origin);
    this.#names[index] = undefined;
    this.#free.push(index);
  }

  /** Numbers of all groups. */
  *indexes(): Iterable<number> {
    for (let index = 0; index < this.#names.length; index++) {
      if (this.#names[index] !== undefined) yield index;
    }
  }

  /** Numbers of an origin's groups, of all its incarnations and gateways. */
  ofOrigin(origin: NodeUrl): readonly number[] {
    const first = this.#first.get(origin);
    return first === undefined ? [] : [first, ...this.#others.get(origin)?.values() ?? []];
  }

  #find(name: GroupName, first: number | undefined): number | undefined {
    if (first === undefined || isSameName(this.name(first), name)) return first;
    return this.#others.get(name.origin)?.get(groupKey(name));
  }
}

function isSameName(a: GroupName, b: GroupName): boolean {
  return a === b || (a.origin === b.origin && a.incarnation === b.incarnation &&
    a.maxHops === b.maxHops && a.cluster === b.cluster && a.writer === b.writer &&
    a.base === b.base && a.scope === b.scope);
}
