/**
 * Columns over rows of words: many numbers of a group side by side in one array, each under a name of its own.
 *
 * What a node knows of a group is a dozen small numbers. A typed array for each of them would cost more than they do,
 * and an event would touch as many places in memory as it has questions.
 *
 * @module
 */

/** Words of each group; what was never written is 0. */
export interface Rows {
  /** A word of the group. */
  word(group: number, at: number): number;
  /** Writes a word, from 0 to 2^32 - 1. */
  write(group: number, at: number, word: number): void;
}

const BYTE = 0xff;
/** Where the bytes of a word are. */
export const LOW = 0;
/** See {@linkcode LOW}. */
export const HIGH = 8;

/** One byte of each group. */
export class ByteColumn {
  readonly #rows: Rows;
  readonly #at: number;
  readonly #shift: number;
  readonly #resting: number;

  /**
   * Names a byte of a word, {@linkcode LOW} or {@linkcode HIGH}.
   *
   * @param resting The number of a group that was never written.
   */
  constructor(rows: Rows, at: number, shift: number, resting: number) {
    this.#rows = rows;
    this.#at = at;
    this.#shift = shift;
    this.#resting = resting;
  }

  /** The group's number. */
  get(group: number): number {
    return this.#rows.word(group, this.#at) >>> this.#shift & BYTE ^ this.#resting;
  }

  /** Writes the group's number. */
  set(group: number, value: number): void {
    const before = this.#rows.word(group, this.#at);
    const after = before & ~(BYTE << this.#shift) | (value ^ this.#resting) << this.#shift;
    if (after !== before) this.#rows.write(group, this.#at, after);
  }
}

/** One whole word of each group; rests at 0, "none". */
export class WordColumn {
  readonly #rows: Rows;
  readonly #at: number;

  /** Names a word. */
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
    if (value !== this.#rows.word(group, this.#at)) this.#rows.write(group, this.#at, value);
  }
}

/** One bit of each group: 0 or 1, rests at 0. */
export class BitColumn {
  readonly #rows: Rows;
  readonly #at: number;
  readonly #bit: number;

  /** Names a bit of a word, from 0 to 15. */
  constructor(rows: Rows, at: number, bit: number) {
    this.#rows = rows;
    this.#at = at;
    this.#bit = bit;
  }

  /** The group's bit. */
  get(group: number): number {
    return this.#rows.word(group, this.#at) >>> this.#bit & 1;
  }

  /** Writes the group's bit. */
  set(group: number, value: number): void {
    const before = this.#rows.word(group, this.#at);
    const after = before & ~(1 << this.#bit) | value << this.#bit;
    if (after !== before) this.#rows.write(group, this.#at, after);
  }
}
