/**
 * Small numbers for group names, so that no string is hashed after a group was named once.
 *
 * @module
 */

import type { GroupName } from "../protocol/v1_messages.ts";
import type { NodeUrl } from "../protocol/names.ts";

/** A name as one string; equal names and only these have equal keys. */
export function groupKey(name: GroupName): string {
  // No part but the scope may hold a line feed, and the scope comes last.
  return `${name.origin}\n${name.incarnation}\n${name.maxHops}\n${name.cluster}\n${
    name.writer ?? ""
  }\n${name.base}\n${name.scope}`;
}

interface Entry {
  readonly name: GroupName;
  readonly key: string;
}

/** Interned group names; a released number is given to the next newcomer. */
export class GroupTable {
  readonly #entries: (Entry | undefined)[] = [];
  readonly #indexes = new Map<string, number>();
  readonly #free: number[] = [];
  readonly #byOrigin = new Map<NodeUrl, Set<number>>();

  /** Groups known now. */
  get size(): number {
    return this.#indexes.size;
  }

  /** The name's number, `undefined` when it has none. */
  find(name: GroupName): number | undefined {
    return this.#indexes.get(groupKey(name));
  }

  /** The name's number; a new name gets one. */
  intern(name: GroupName): number {
    const key = groupKey(name);
    const known = this.#indexes.get(key);
    if (known !== undefined) return known;
    const index = this.#free.pop() ?? this.#entries.length;
    this.#entries[index] = { name, key };
    this.#indexes.set(key, index);
    const siblings = this.#byOrigin.get(name.origin);
    if (siblings === undefined) this.#byOrigin.set(name.origin, new Set([index]));
    else siblings.add(index);
    return index;
  }

  /**
   * The name behind a number.
   *
   * @throws {RangeError} If no group has the number.
   */
  name(index: number): GroupName {
    const entry = this.#entries[index];
    if (entry === undefined) throw new RangeError(`No group has the number ${index}`);
    return entry.name;
  }

  /** Frees the number for another name; an unknown number is left alone. */
  release(index: number): void {
    const entry = this.#entries[index];
    if (entry === undefined) return;
    this.#entries[index] = undefined;
    this.#indexes.delete(entry.key);
    this.#free.push(index);
    const siblings = this.#byOrigin.get(entry.name.origin);
    siblings?.delete(index);
    if (siblings?.size === 0) this.#byOrigin.delete(entry.name.origin);
  }

  /** Numbers of all groups. */
  indexes(): Iterable<number> {
    return this.#indexes.values();
  }

  /** Numbers of an origin's groups, of all its incarnations and gateways. */
  ofOrigin(origin: NodeUrl): Iterable<number> {
    return this.#byOrigin.get(origin) ?? [];
  }
}
