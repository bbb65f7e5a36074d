/**
 * What was said over one link, per group: 24 bytes for each group that was spoken of, and 4 for each of the others.
 *
 * Theory of operation: a node knows most groups at the edge of their radius, by some of its links, and tells nobody of
 * them. So a group gets a row once something is said about it, and all rows of a link are one array.
 *
 * @module
 */

import { OUT_OF_REACH } from "./best_paths.ts";
import { type Column, versionColumn } from "./distance_columns.ts";

const ROWS_MIN = 8;
/** Words of a row: four bytes (in, out, flags, dirty), version told, version heard, handle given, handle taken. */
const WORDS = 5;
const BYTE = 0xff;
const IN_SHIFT = 0;
const OUT_SHIFT = 8;
const FLAGS_SHIFT = 16;
const DIRTY_SHIFT = 24;
/** The first word of a row in which nothing was said. */
const RESTING = OUT_OF_REACH << IN_SHIFT | OUT_OF_REACH << OUT_SHIFT;

/** The rows of one link. */
class Rows {
  /** By group, where its row begins, plus one; 0 = it has none. */
  readonly #places: Column<Uint32Array> = versionColumn();
  readonly #free: number[] = [];
  #words = new Uint32Array(0);
  #used = 0;

  /** A word of the group's row, `undefined` when it has none. */
  word(group: number, at: number): number | undefined {
    const place = this.#places.get(group);
    return place === 0 ? undefined : this.#words[place - 1 + at];
  }

  /** Writes a word; the group gets a row when it has none. */
  write(group: number, at: number, word: number): void {
    const place = this.#places.get(group) || this.#open(group);
    this.#words[place - 1 + at] = word;
  }

  /** Gives the group's row back. */
  close(group: number): void {
    const place = this.#places.get(group);
    if (place === 0) return;
    this.#places.set(group, 0);
    this.#free.push(place);
  }

  /** Rewrites the first word of every row. */
  forEachFirst(change: (word: number) => number): void {
    for (let at = 0; at < this.#used; at += WORDS) this.#words[at] = change(this.#words[at] ?? 0);
  }

  #open(group: number): number {
    const place = this.#free.pop() ?? this.#append();
    const words = this.#words;
    words[place - 1] = RESTING;
    for (let at = place; at < place - 1 + WORDS; at++) words[at] = 0;
    this.#places.set(group, place);
    return place;
  }

  #append(): number {
    const begin = this.#used;
    this.#used += WORDS;
    if (this.#used > this.#words.length) {
      const grown = new Uint32Array(Math.max(ROWS_MIN * WORDS, this.#words.length * 2));
      grown.set(this.#words);
      this.#words = grown;
    }
    return begin + 1;
  }
}

/** One byte of each row. */
class ByteColumn {
  readonly #rows: Rows;
  readonly #shift: number;

  constructor(rows: Rows, shift: number) {
    this.#rows = rows;
    this.#shift = shift;
  }

  /** The group's number; the resting one when nothing was said about it. */
  get(group: number): number {
    return (this.#rows.word(group, 0) ?? RESTING) >>> this.#shift & BYTE;
  }

  /** Writes the group's number. */
  set(group: number, value: number): void {
    const before = this.#rows.word(group, 0) ?? RESTING;
    const after = before & ~(BYTE << this.#shift) | value << this.#shift;
    // As one is signed where the highest bit is set.
    if ((after ^ before) !== 0) this.#rows.write(group, 0, after);
  }

  /** Clears the byte in every row. */
  clear(): void {
    this.#rows.forEachFirst((word) => word & ~(BYTE << this.#shift));
  }
}

/** One whole word of each row; rests at 0, "none". */
class WordColumn {
  readonly #rows: Rows;
  readonly #at: number;

  constructor(rows: Rows, at: number) {
    this.#rows = rows;
    this.#at = at;
  }

  /** The group's number. */
  get(group: number): number {
    return this.#rows.word(group, this.#at) ?? 0;
  }

  /** Writes the group's number. */
  set(group: number, value: number): void {
    if (value !== this.get(group)) this.#rows.write(group, this.#at, value);
  }
}

/** What was said over one link, in both directions. */
export class LinkColumns {
  readonly #rows = new Rows();
  /** Hop count last told by the peer, before policy; rests out of reach. */
  readonly in: ByteColumn = new ByteColumn(this.#rows, IN_SHIFT);
  /** Hop count last told to the peer; rests out of reach. */
  readonly out: ByteColumn = new ByteColumn(this.#rows, OUT_SHIFT);
  /** What policy and identity say about the group on this link, see `LinkSession`; rests at 0. */
  readonly flags: ByteColumn = new ByteColumn(this.#rows, FLAGS_SHIFT);
  /** Not 0 = the peer may need the group; rests at 0. */
  readonly dirty: ByteColumn = new ByteColumn(this.#rows, DIRTY_SHIFT);
  /** Version last told to the peer in this session. */
  readonly told: WordColumn = new WordColumn(this.#rows, 1);
  /** Version the peer said it holds. */
  readonly heard: WordColumn = new WordColumn(this.#rows, 2);
  /** The handle we gave, plus one. */
  readonly given: WordColumn = new WordColumn(this.#rows, 3);
  /** The handle the peer gave, plus one. */
  readonly taken: WordColumn = new WordColumn(this.#rows, 4);

  /** Whether anything was said about the group. */
  has(group: number): boolean {
    return this.#rows.word(group, 0) !== undefined;
  }

  /** Forgets one group, so that its number can be given away. */
  reset(group: number): void {
    this.#rows.close(group);
  }
}
