/**
 * What this node offers itself.
 *
 * Offers count at once for callers on this node. Neighbours get them with the next flush, as one version however many
 * there are: a hundred functions at boot are one set, not a hundred copies.
 *
 * @module
 */

import type { OfferContract } from "../protocol/contract_facts.ts";
import { OFFERS_PER_ORIGIN_MAX } from "../protocol/limits.ts";
import type { FunctionName, MaxHops, ResourceName } from "../protocol/names.ts";
import type { VersionedOffer } from "../protocol/v1_messages.ts";
import type { OwnSets } from "./own_sets.ts";

/** A function to be offered. */
export interface OwnOffer {
  /** The function. */
  readonly fun: FunctionName;
  /** What this node has for it. */
  readonly resources: readonly ResourceName[];
  /** 0 = for callers on this node only. */
  readonly maxHops: MaxHops;
  /** `""` = every cluster, else cluster ids joined by a space. */
  readonly scope: string;
  /** The contract that it goes by. Default: none. */
  readonly contract?: OfferContract;
}

const NO_SOURCES: ReadonlySet<number> = new Set();

/** The offers of a node, in one group per hop limit and scope. */
export class OwnOffers {
  readonly #sets: OwnSets;
  readonly #groupOf = new Map<number, number>();

  /** Leaves the writing of versions to `sets`. */
  constructor(sets: OwnSets) {
    this.#sets = sets;
  }

  /**
   * Adds an offer; returns its id.
   *
   * @throws {RangeError} If the node offers as much as one node may.
   */
  register({ fun, resources, maxHops, scope, contract }: OwnOffer): number {
    if (this.#groupOf.size >= OFFERS_PER_ORIGIN_MAX) {
      throw new RangeError(`More than ${OFFERS_PER_ORIGIN_MAX} offers of one node: ${fun}`);
    }
    const { url: origin, cluster, incarnation } = this.#sets.self;
    const group = this.#sets.intern({ origin, incarnation, maxHops, scope, cluster, base: 0 });
    const entry: VersionedOffer = this.#sets.newOffer(group, fun, resources, contract);
    this.#groupOf.set(entry.offer.id, group);
    this.#sets.replace(group, [...this.#sets.offers(group), entry], NO_SOURCES);
    return entry.offer.id;
  }

  /** Takes an offer back; `false` when there is none with the id. */
  withdraw(id: number): boolean {
    const group = this.#groupOf.get(id);
    if (group === undefined) return false;
    this.#groupOf.delete(id);
    const rest = this.#sets.offers(group).filter((entry) => entry.offer.id !== id);
    this.#sets.replace(group, rest, NO_SOURCES);
    return true;
  }
}
