/**
 * What a node knows of each group, whatever the link: twelve bytes, in one array that grows with the groups.
 *
 * @module
 */

import { NO_LINK, OUT_OF_REACH } from "./best_paths.ts";
import { NarrowNumbers } from "./narrow_numbers.ts";
import { BitColumn, ByteColumn, HIGH, LOW, type Rows, WordColumn } from "./row_columns.ts";

const GROUPS_MIN = 16;

/** A row of words for every group. */
export class GroupRows implements Rows {
  readonly #width: number;
  readonly #words = new NarrowNumbers();

  /** @param width Words of a group. */
  constructor(width: number) {
    this.#width = width;
  }

  /** Groups below this number have a row. */
  get capacity(): number {
    return Math.floor(this.#words.length / this.#width);
  }

  /** A word of the group. */
  word(group: number, at: number): number {
    return this.#words.get(group * this.#width + at);
  }

  /** Writes a word; writing a 0 needs no place. */
  write(group: number, at: number, word: number): void {
    const place = group * this.#width + at;
    if (place >= this.#words.length) {
      if (word === 0) return;
      this.#words.reserve((group + 1) * this.#width, GROUPS_MIN * this.#width);
    }
    this.#words.set(place, word);
  }

  /** Forgets one group, so that its number can be given away. */
  reset(group: number): void {
    for (let at = 0; at < this.#width; at++) this.write(group, at, 0);
  }
}

/** A link slot of each group; rests at {@linkcode NO_LINK}. */
export class SlotColumn {
  readonly #words: WordColumn;

  /** Keeps slots in a word of the rows. */
  constructor(rows: Rows, at: number) {
    this.#words = new WordColumn(rows, at);
  }

  /** The group's slot. */
  get(group: number): number {
    return this.#words.get(group) + NO_LINK;
  }

  /** Writes the group's slot. */
  set(group: number, slot: number): void {
    this.#words.set(group, slot - NO_LINK);
  }
}

/** A column of distances by itself; rests out of reach. */
export function distanceColumn(): ByteColumn {
  return new ByteColumn(new GroupRows(1), 0, LOW, OUT_OF_REACH);
}

/** What the node makes of all its links, and holds. */
export class NodeColumns {
  readonly #rows = new GroupRows(6);
  /** Distance in links. The best hop count told by a link is one less. */
  readonly distance: ByteColumn = new ByteColumn(this.#rows, 0, LOW, OUT_OF_REACH);
  /** Best hop count told by any link but the one that gave the distance. */
  readonly second: ByteColumn = new ByteColumn(this.#rows, 0, HIGH, OUT_OF_REACH);
  /** A link that gave the distance. */
  readonly via: SlotColumn = new SlotColumn(this.#rows, 1);
  /** Distance as the owner was told last. */
  readonly shown: ByteColumn = new ByteColumn(this.#rows, 2, LOW, OUT_OF_REACH);
  /** 1 = distance or content may have changed since the owner looked. */
  readonly changed: BitColumn = new BitColumn(this.#rows, 2, HIGH);
  /** 1 = what the group offers is not what the owner saw. */
  readonly renewed: BitColumn = new BitColumn(this.#rows, 2, HIGH + 1);
  /** 1 = the group may be forgotten. */
  readonly idle: BitColumn = new BitColumn(this.#rows, 2, HIGH + 2);
  /** A word for whoever reads a frame; rests at 0 between frames. */
  readonly before: WordColumn = new WordColumn(this.#rows, 3);
  /** Version of the content that is held. */
  readonly seq: WordColumn = new WordColumn(this.#rows, 4);
  /** Differences of that content exist only from this version on. */
  readonly floor: WordColumn = new WordColumn(this.#rows, 5);

  /** Forgets one group, so that its number can be given away. */
  reset(group: number): void {
    this.#rows.reset(group);
  }
}
