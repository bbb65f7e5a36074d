/**
 * The contents that a node holds, by group: columns and one reference each, as a node holds hundreds of sets and nearly
 * none of them remembers a deletion. The offers themselves are shared by everybody who has them.
 *
 * @module
 */

import type { Deletion, VersionedOffer } from "../protocol/v1_messages.ts";
import { NarrowNumbers } from "./narrow_numbers.ts";
import type { OfferSet } from "./offer_set.ts";

const LENGTH_MIN = 16;
const NO_DELETIONS: readonly Deletion[] = [];

/** Offer sets by group. */
export class ContentTable {
  readonly #offers: (readonly VersionedOffer[] | undefined)[] = [];
  readonly #seqs = new NarrowNumbers();
  readonly #floors = new NarrowNumbers();
  readonly #dels = new Map<number, readonly Deletion[]>();

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
    for (const [numbers, number] of [[this.#seqs, seq], [this.#floors, floor]] as const) {
      numbers.reserve(group + 1, LENGTH_MIN);
      numbers.set(group, number);
    }
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
