/**
 * The contents that a node holds, by group: columns and one reference each, as a node holds hundreds of sets and nearly
 * none of them remembers a deletion. The offers themselves are shared by everybody who has them.
 *
 * @module
 */

import type { Deletion, VersionedOffer } from "../protocol/v1_messages.ts";
import type { OfferSet } from "./offer_set.ts";
import type { WordColumn } from "./row_columns.ts";

const NO_DELETIONS: readonly Deletion[] = [];

/** Offer sets by group. */
export class ContentTable {
  readonly #offers: (readonly VersionedOffer[] | undefined)[] = [];
  readonly #seqs: WordColumn;
  readonly #floors: WordColumn;
  readonly #dels = new Map<number, readonly Deletion[]>();

  /** Keeps versions in columns that nobody else writes. */
  constructor(columns: { readonly seq: WordColumn; readonly floor: WordColumn }) {
    this.#seqs = columns.seq;
    this.#floors = columns.floor;
  }

  /** The group's offers, `undefined` when its content is not held; empty = its origin took all back. */
  offers(group: number): readonly VersionedOffer[] | undefined {
    return this.#offers[group];
  }

  /** The version of the group's content, 0 = none is held. */
  seq(group: number): number {
    return this.#seqs.get(group);
  }

  /** The whole content as a value. */
  get(group: number): OfferSet | undefined {
    const offers = this.#offers[group];
    if (offers === undefined) return undefined;
    const dels = this.#dels.get(group) ?? NO_DELETIONS;
    return { seq: this.#seqs.get(group), offers, dels, floor: this.#floors.get(group) };
  }

  /** Replaces the group's content. */
  set(group: number, { seq, offers, dels, floor }: OfferSet): void {
    this.#offers[group] = offers;
    this.#seqs.set(group, seq);
    this.#floors.set(group, floor);
    if (dels.length > 0) this.#dels.set(group, dels);
    else if (this.#dels.size > 0) this.#dels.delete(group);
  }

  /** Forgets the group's content. */
  delete(group: number): void {
    if (this.#offers[group] === undefined) return;
    this.#offers[group] = undefined;
    this.#seqs.set(group, 0);
    this.#dels.delete(group);
  }
}
