/**
 * What this node tells in the name of origins that speak the reference's dialect: it is the writer of their groups, at
 * the distance `base` from them.
 *
 * @module
 */

import { OFFERS_PER_ORIGIN_MAX } from "../protocol/limits.ts";
import type { VersionedOffer } from "../protocol/v1_messages.ts";
import type { OwnSets } from "./own_sets.ts";
import type { LinkId, ProxyGroup, ProxyOffer } from "./router_contract.ts";

/** The proxy groups of a node. Several links may feed one group: it holds what any of them said. */
export class OwnProxies {
  readonly #sets: OwnSets;
  readonly #groupOf = new Map<string, number>();
  readonly #said = new Map<number, Map<LinkId, readonly ProxyOffer[]>>();

  /** Leaves the writing of versions to `sets`. */
  constructor(sets: OwnSets) {
    this.#sets = sets;
  }

  /**
   * Replaces what the link said about the origin at this distance.
   *
   * @throws {RangeError} If `base` is not a whole number from 1 to `maxHops`.
   */
  set(proxy: ProxyGroup): void {
    const { origin, cluster, base, maxHops, source, offers } = proxy;
    if (!Number.isInteger(base) || base < 1 || base > maxHops) {
      throw new RangeError(`A proxy's base is from 1 to its maxHops ${maxHops}, not ${base}`);
    }
    const key = `${origin} ${base} ${maxHops} ${source}`;
    const before = this.#groupOf.get(key);
    const { url: writer, incarnation } = this.#sets.self;
    const name = { origin, incarnation, maxHops, scope: "", cluster, writer, base };
    const group = offers.length === 0 ? undefined : this.#sets.intern(name);
    if (before !== undefined && before !== group) {
      this.#groupOf.delete(key);
      this.#say(before, source, []);
    }
    if (group !== undefined) {
      this.#groupOf.set(key, group);
      this.#say(group, source, offers);
    }
  }

  #say(group: number, source: LinkId, offers: readonly ProxyOffer[]): void {
    const said = this.#said.get(group) ?? new Map<LinkId, readonly ProxyOffer[]>();
    if (offers.length === 0) said.delete(source);
    else said.set(source, offers);
    if (said.size === 0) this.#said.delete(group);
    else this.#said.set(group, said);
    this.#sets.replace(group, this.#merged(group, [...said.values()].flat()), new Set(said.keys()));
  }

  /** Offers that stay keep their identity, so that nothing is sent again; new ones come last. */
  #merged(group: number, offers: readonly ProxyOffer[]): readonly VersionedOffer[] {
    const wanted = new Map(offers.map((offer) => [offerKey(offer), offer]));
    const merged = this.#sets.offers(group).filter((entry) => wanted.delete(offerKey(entry.offer)));
    for (const { fun, resources } of wanted.values()) {
      if (merged.length >= OFFERS_PER_ORIGIN_MAX) break;
      merged.push(this.#sets.newOffer(group, fun, resources));
    }
    return merged;
  }
}

function offerKey({ fun, resources }: ProxyOffer): string {
  // Names hold no control characters.
  return [fun, ...resources].join("\n");
}
