/**
 * What was said over one link, per group: 12 bytes for each group that was spoken of, and 2 for each of the others; the
 * double for a link that ever saw numbers beyond 65,535.
 *
 * Theory of operation: a node knows most groups at the edge of their radius, by some of its links, and tells nobody of
 * them. So a group gets a row once something is said about it, and all rows of a link are one array.
 *
 * @module
 */

import { OUT_OF_REACH } from "./best_paths.ts";
import { NarrowNumbers } from "./narrow_numbers.ts";

const ROWS_MIN = 8;
const PLACES_MIN = 16;
/** Numbers of a row: two bytes (in, out), two bytes (flags, dirty), version told, version heard, handle given, taken. */
const WORDS = 6;
const BYTE = 0xff;
const LOW = 0;
const HIGH = 8;
/** What a row begins with when nothing was said. */
const RESTING = OUT_OF_REACH << LOW | OUT_OF_REACH << HIGH;

/** The rows of one link. */
class Rows {
  /** By group, the number of its row, plus one; 0 = it has none. */
  readonly #rows = new NarrowNumbers();
  readonly #words = new NarrowNumbers();
  readonly #free: number[] = [];
  #used = 0;

  /** Whether the group has a row. */
  has(group: number): boolean {
    return this.#rows.get(group) !== 0;
  }

  /** A word of the group's row. */
  word(group: number, at: number): number {
    const row = this.#rows.get(group);
    if (row === 0) return at === 0 ? RESTING : 0;
    return this.#words.get((row - 1) * WORDS + at);
  }

  /** Writes a word; the group gets a row when it has none. */
  write(group: number, at: number, word: number): void {
    const row = this.#rows.get(group) || this.#open(group);
    this.#words.set((row - 1) * WORDS + at, word);
  }

  /** Gives the group's row back. */
  close(group: number): void {
    const row = this.#rows.get(group);
    if (row === 0) return;
    this.#rows.set(group, 0);
    this.#free.push(row);
  }

  /** Rewrites one word of every row. */
  rewrite(at: number, change: (word: number) => number): void {
    for (let place = at; place < this.#used * WORDS; place += WORDS) {
      this.#words.set(place, change(this.#words.get(place)));
    }
  }

  #open(group: number): number {
    const row = this.#free.pop() ?? ++this.#used;
    this.#words.reserve(row * WORDS, ROWS_MIN * WORDS);
    const begin = (row - 1) * WORDS;
    this.#words.set(begin, RESTING);
    for (let at = begin + 1; at < begin + WORDS; at++) this.#words.set(at, 0);
    this.#rows.reserve(group + 1, PLACES_MIN);
    this.#rows.set(group, row);
    return row;
  }
}

/** One byte of each row. */
class ByteColumn {
  readonly #rows: Rows;
  readonly #at: number;
  readonly #shift: number;

  constructor(rows: Rows, at: number, shift: number) {
    this.#rows = rows;
    this.#at = at;
    this.#shift = shift;
  }

  /** The group's number; the resting one when nothing was said about it. */
  get(group: number): number {
    return this.#rows.word(group, this.#at) >>> this.#shift & BYTE;
  }

  /** Writes the group's number. */
  set(group: number, value: number): void {
    const before = this.#rows.word(group, this.#at);
    const after = before & ~(BYTE << this.#shift) | value << this.#shift;
    if (after !== before) this.#rows.write(group, this.#at, after);
  }

  /** Clears the byte in every row. */
  clear(): void {
    this.#rows.rewrite(this.#at, (word) => word & ~(BYTE << this.#shift));
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
    return this.#rows.word(group, this.#at);
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
  readonly in: ByteColumn = new ByteColumn(this.#rows, 0, LOW);
  /** Hop count last told to the peer; rests out of reach. */
  readonly out: ByteColumn = new ByteColumn(this.#rows, 0, HIGH);
  /** What policy and identity say about the group on this link, see `LinkSession`; rests at 0. */
  readonly flags: ByteColumn = new ByteColumn(this.#rows, 1, LOW);
  /** Not 0 = the peer may need the group; rests at 0. */
  readonly dirty: ByteColumn = new ByteColumn(this.#rows, 1, HIGH);
  /** Version last told to the peer in this session. */
  readonly told: WordColumn = new WordColumn(this.#rows, 2);
  /** Version the peer said it holds. */
  readonly heard: WordColumn = new WordColumn(this.#rows, 3);
  /** The handle we gave, plus one. */
  readonly given: WordColumn = new WordColumn(this.#rows, 4);
  /** The handle the peer gave, plus one. */
  readonly taken: WordColumn = new WordColumn(this.#rows, 5);

  /** Whether anything was said about the group. */
  has(group: number): boolean {
    return this.#rows.has(group);
  }

  /** Forgets one group, so that its number can be given away. */
  reset(group: number): void {
    this.#rows.close(group);
  }
}
