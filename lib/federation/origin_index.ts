/**
 * From an origin's URL to a number: an open hash table of two bytes a place.
 *
 * Theory of operation: a node in a large federation knows hundreds of origins, and a `Map` takes forty bytes for each.
 * Here the owner keeps the URLs, and the table only their numbers, in the order of their hashes. A search looks at a few
 * places in a row. A peer may choose URLs that fall on the same places: what finds none free there is kept in a `Map`,
 * which costs more but cannot be made slow.
 *
 * @module
 */

import type { NodeUrl } from "../protocol/names.ts";
import { NarrowNumbers } from "./narrow_numbers.ts";

/** Places at least; a power of two, as all sizes are. */
const PLACES_MIN = 32;
/** Below this the table grows to the fourfold. */
const FEW = 512;
/** Places that a search looks at: with at most 5 of 8 in use, next to no URL finds all of them taken. */
const WINDOW = 16;
/** What a place holds beside a number plus {@linkcode TAKEN}: nothing yet, or nothing any more. */
const EMPTY = 0;
const LEFT = 1;
const TAKEN = 2;

/** Numbers of origins; whoever asks for a number must have kept the URL under it. */
export class OriginIndex {
  readonly #originOf: (number: number) => NodeUrl | undefined;
  readonly #places = new NarrowNumbers();
  readonly #crowded = new Map<NodeUrl, number>();
  /** Places that are not empty. */
  #used = 0;
  #size = 0;

  /** @param originOf The URL under a number of the index; it must not change while it is in. */
  constructor(originOf: (number: number) => NodeUrl | undefined) {
    this.#originOf = originOf;
  }

  /** Origins in the index. */
  get size(): number {
    return this.#size + this.#crowded.size;
  }

  /** The origin's number. */
  get(origin: NodeUrl): number | undefined {
    const place = this.#find(origin, hashOf(origin));
    return place === undefined ? this.#crowded.get(origin) : this.#places.get(place) - TAKEN;
  }

  /** Gives a number to an origin that has none; returns the one that it had, else `undefined`. */
  claim(origin: NodeUrl, number: number): number | undefined {
    const hash = hashOf(origin);
    const place = this.#find(origin, hash);
    const known = place === undefined ? this.#crowded.get(origin) : this.#places.get(place) - TAKEN;
    if (known !== undefined) return known;
    if ((this.#used + 1) * 8 > this.#places.length * 5) this.#rebuild();
    this.#insert(origin, hash, number);
    return undefined;
  }

  /** Gives another number to an origin that has one. */
  move(origin: NodeUrl, number: number): void {
    const place = this.#find(origin, hashOf(origin));
    if (place === undefined) this.#crowded.set(origin, number);
    else this.#places.set(place, number + TAKEN);
  }

  /** Takes an origin out; the URL must still be under its number. */
  delete(origin: NodeUrl): void {
    const place = this.#find(origin, hashOf(origin));
    if (place === undefined) {
      this.#crowded.delete(origin);
      return;
    }
    this.#places.set(place, LEFT);
    this.#size--;
    if (this.size === 0) this.#clear();
  }

  #find(origin: NodeUrl, hash: number): number | undefined {
    if (this.#size === 0) return undefined;
    const last = this.#places.length - 1;
    for (let step = 0; step < WINDOW; step++) {
      const place = hash + step & last;
      const held = this.#places.get(place);
      if (held === EMPTY) return undefined;
      if (held !== LEFT && this.#originOf(held - TAKEN) === origin) return place;
    }
    return undefined;
  }

  #insert(origin: NodeUrl, hash: number, number: number): void {
    const last = this.#places.length - 1;
    for (let step = 0; step < WINDOW; step++) {
      const place = hash + step & last;
      const held = this.#places.get(place);
      if (held >= TAKEN) continue;
      this.#places.set(place, number + TAKEN);
      if (held === EMPTY) this.#used++;
      this.#size++;
      return;
    }
    this.#crowded.set(origin, number);
  }

  /** Enters everything again, with room for twice as many when it is they, not those that left, who take the places. */
  #rebuild(): void {
    const numbers: number[] = [];
    for (let place = 0; place < this.#places.length; place++) {
      const held = this.#places.get(place);
      if (held >= TAKEN) numbers.push(held - TAKEN);
    }
    let length = PLACES_MIN;
    while (length < numbers.length * 3) length *= length < FEW ? 4 : 2;
    this.#clear();
    this.#places.resize(length);
    for (const number of numbers) {
      const origin = this.#originOf(number);
      if (origin !== undefined) this.#insert(origin, hashOf(origin), number);
    }
  }

  #clear(): void {
    this.#places.resize(0);
    this.#used = this.#size = 0;
  }
}

/** FNV-1a (Fowler, Noll, Vo), with its high bits folded in. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  }
  return (hash ^ hash >>> 15) & 0x7fff_ffff;
}
