/**
 * Numbers per group as typed columns, indexed by the group's number.
 *
 * A column grows by doubling; below its end and above it, a group that was never written has the column's resting value.
 *
 * @module
 */

import { NO_LINK, OUT_OF_REACH } from "./best_paths.ts";

const CAPACITY_MIN = 16;

type NumberArray = Uint8Array | Uint16Array | Int16Array | Uint32Array;

/** One growing column of numbers. */
export class Column<Numbers extends NumberArray> {
  #numbers: Numbers;
  readonly #make: (length: number) => Numbers;
  readonly #resting: number;

  /**
   * An empty column.
   *
   * @param make Makes the array: it decides which numbers fit.
   * @param resting The number of a group that was never written.
   */
  constructor(make: (length: number) => Numbers, resting: number) {
    this.#make = make;
    this.#resting = resting;
    this.#numbers = make(0);
  }

  /** Groups below this number have a place in the column. */
  get capacity(): number {
    return this.#numbers.length;
  }

  /** The group's number. */
  get(group: number): number {
    return this.#numbers[group] ?? this.#resting;
  }

  /** Writes the group's number; the column grows when needed. */
  set(group: number, value: number): void {
    if (group >= this.#numbers.length) {
      // Writing the resting value needs no place.
      if (value === this.#resting) return;
      this.#grow(group + 1);
    }
    this.#numbers[group] = value;
  }

  #grow(needed: number): void {
    let length = Math.max(CAPACITY_MIN, this.#numbers.length);
    while (length < needed) length *= 2;
    const grown = this.#make(length);
    grown.set(this.#numbers);
    grown.fill(this.#resting, this.#numbers.length);
    this.#numbers = grown;
  }
}

/** A column of hop counts or distances; rests out of reach. */
export function distanceColumn(): Column<Uint8Array> {
  return new Column((length) => new Uint8Array(length), OUT_OF_REACH);
}

/** A column of versions; rests at 0, "none". */
export function versionColumn(): Column<Uint32Array> {
  return new Column((length) => new Uint32Array(length), 0);
}

/** A column of marks; rests at 0, "not marked". */
export function markColumn(): Column<Uint8Array> {
  return new Column((length) => new Uint8Array(length), 0);
}

/** A column of small numbers; rests at 0. */
export function smallColumn(): Column<Uint16Array> {
  return new Column((length) => new Uint16Array(length), 0);
}

/** A column of link slots; rests at {@linkcode NO_LINK}. */
export function slotColumn(): Column<Int16Array> {
  return new Column((length) => new Int16Array(length), NO_LINK);
}

/** What the node makes of all its links. */
export class NodeColumns {
  /** Distance in links. The best hop count told by a link is one less. */
  readonly distance: Column<Uint8Array> = distanceColumn();
  /** A link that gave it. */
  readonly via: Column<Int16Array> = slotColumn();
  /** Best hop count told by any other link. */
  readonly second: Column<Uint8Array> = distanceColumn();

  /** Forgets one group, so that its number can be given away. */
  reset(group: number): void {
    this.distance.set(group, OUT_OF_REACH);
    this.via.set(group, NO_LINK);
    this.second.set(group, OUT_OF_REACH);
  }
}
