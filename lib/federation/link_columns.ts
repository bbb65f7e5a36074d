/**
 * What was said over one link, per group: twelve bytes for each group that was spoken of, and two for each of the others;
 * the double for a node that ever saw numbers beyond 65,535.
 *
 * @module
 */

import { OUT_OF_REACH } from "./best_paths.ts";
import type { LinkRows } from "./link_rows.ts";
import { BitColumn, ByteColumn, HIGH, LOW, type Rows, WordColumn } from "./row_columns.ts";

const NOTHING = 0;

/**
 * What was said over one link, in both directions. A row's words: two bytes (in, out), a byte and three bits (flags; dirty, wanted, crowded), version
 * told, version heard, handle given, handle taken.
 */
export class LinkColumns implements Rows {
  readonly #rows: LinkRows;
  readonly #slot: number;
  /** Hop count last told by the peer, before policy; rests out of reach. */
  readonly in: ByteColumn;
  /** Hop count last told to the peer; rests out of reach. */
  readonly out: ByteColumn;
  /** What policy and identity say about the group on this link, see `LinkSession`; rests at 0. */
  readonly flags: ByteColumn;
  /** 1 = the peer may need the group. */
  readonly dirty: BitColumn;
  /** 1 = we shall ask the peer for the group's content. */
  readonly wanted: BitColumn;
  /** 1 = the peer could not be told of the group, as it is told of too many others. */
  readonly crowded: BitColumn;
  /** Version last told to the peer in this session. */
  readonly told: WordColumn;
  /** Version the peer said it holds. */
  readonly heard: WordColumn;
  /** The handle we gave, plus one. */
  readonly given: WordColumn;
  /** The handle the peer gave, plus one. */
  readonly taken: WordColumn;

  /** The columns of a link that has just come into its slot. */
  constructor(rows: LinkRows, slot: number) {
    this.#rows = rows;
    this.#slot = slot;
    rows.admit(slot);
    this.in = new ByteColumn(this, 0, LOW, OUT_OF_REACH);
    this.out = new ByteColumn(this, 0, HIGH, OUT_OF_REACH);
    this.flags = new ByteColumn(this, 1, LOW, NOTHING);
    this.dirty = new BitColumn(this, 1, HIGH);
    this.wanted = new BitColumn(this, 1, HIGH + 1);
    this.crowded = new BitColumn(this, 1, HIGH + 2);
    this.told = new WordColumn(this, 2);
    this.heard = new WordColumn(this, 3);
    this.given = new WordColumn(this, 4);
    this.taken = new WordColumn(this, 5);
  }

  /** A word of the group. */
  word(group: number, at: number): number {
    return this.#rows.word(this.#slot, group, at);
  }

  /** Writes a word of the group, which gets a row when it has none. */
  write(group: number, at: number, word: number): void {
    this.#rows.write(this.#slot, group, at, word);
  }

  /** Clears the flags of all groups. */
  clearFlags(): void {
    this.#rows.rewrite(this.#slot, 1, (word) => word >>> HIGH << HIGH);
  }

  /** Whether anything was said about the group. */
  has(group: number): boolean {
    return this.#rows.has(this.#slot, group);
  }

  /** Groups of which anything was said. */
  groups(): Iterable<number> {
    return this.#rows.groups(this.#slot);
  }

  /** Forgets one group, so that its number can be given away. */
  reset(group: number): void {
    this.#rows.close(this.#slot, group);
  }

  /** Forgets everything: the link's slot may be another's next. */
  close(): void {
    this.#rows.closeAll(this.#slot);
  }
}
