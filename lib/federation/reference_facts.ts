import { GROUPS_PER_LINK_MAX, OFFERS_PER_ORIGIN_MAX } from "../protocol/limits.ts";
import type { ClusterId, FunctionName, MaxHops, NodeUrl, ResourceName } from "../protocol/names.ts";
import type { ReferencePeer } from "./reference_peers.ts";

/** What one peer says about one offer of one origin. */
export interface Fact {
  /** The function. */
  readonly fun: FunctionName;
  /** Sorted. */
  readonly resources: readonly ResourceName[];
  /** Links from here to the origin on the way over that peer, at least 1. */
  readonly base: number;
  /** How far the offer may travel from its origin. */
  readonly maxHops: MaxHops;
  /** As said by whoever sent the copy: the origin's own only where `base` is 1. */
  readonly cluster: ClusterId;
  /** When it is over unless it is said again, in ms; `Infinity` = holds until the link falls or a GOODBYE. */
  readonly expiresAt: number;
}

type Offers = Map<string, Fact>;

/**
 * What the reference's nodes told us, by peer, origin and offer.
 *
 * The reference withdraws nothing (quirk Q14), so facts accumulate until their peer's last link falls, their origin
 * says GOODBYE, or, where a gateway's id promises repetition, their time is over. Bounded per origin and per peer; at
 * a bound new facts are refused and old ones kept.
 */
export class ReferenceFacts {
  readonly #peers = new Map<ReferencePeer, Map<NodeUrl, Offers>>();
  readonly #tellers = new Map<NodeUrl, Set<ReferencePeer>>();
  readonly #counts = new Map<ReferencePeer, number>();
  #nextExpiryAt = Infinity;

  /** Sets what a peer says about an offer; `false` if there was no room for it. */
  set(peer: ReferencePeer, origin: NodeUrl, key: string, fact: Fact): boolean {
    const offers = this.#peers.get(peer)?.get(origin);
    if (offers?.has(key) !== true) {
      const count = this.#counts.get(peer) ?? 0;
      if (count >= GROUPS_PER_LINK_MAX || (offers?.size ?? 0) >= OFFERS_PER_ORIGIN_MAX) {
        return false;
      }
      this.#counts.set(peer, count + 1);
    }
    if (offers === undefined) this.#open(peer, origin).set(key, fact);
    else offers.set(key, fact);
    this.#nextExpiryAt = Math.min(this.#nextExpiryAt, fact.expiresAt);
    return true;
  }

  /** What a peer says about an offer. */
  get(peer: ReferencePeer, origin: NodeUrl, key: string): Fact | undefined {
    return this.#peers.get(peer)?.get(origin)?.get(key);
  }

  /** Whether a peer itself is no farther from an offer than `distance`, so that telling it gives nothing. */
  knowsAsNear(peer: ReferencePeer, origin: NodeUrl, key: string, distance: number): boolean {
    const fact = this.get(peer, origin, key);
    return fact !== undefined && fact.base - 1 <= distance;
  }

  /** All that is said about an origin, peer by peer in the order in which they began. */
  *about(origin: NodeUrl): Iterable<readonly [ReferencePeer, ReadonlyMap<string, Fact>]> {
    for (const peer of this.#tellers.get(origin) ?? []) {
      const offers = this.#peers.get(peer)?.get(origin);
      if (offers !== undefined) yield [peer, offers];
    }
  }

  /** The origins that a peer speaks of. */
  originsOf(peer: ReferencePeer): readonly NodeUrl[] {
    return [...this.#peers.get(peer)?.keys() ?? []];
  }

  /** Drops all that a peer said; returns the origins concerned. */
  dropPeer(peer: ReferencePeer): readonly NodeUrl[] {
    const origins = this.originsOf(peer);
    for (const origin of origins) this.#close(peer, origin);
    return origins;
  }

  /** Drops all that is said about an origin, by whomever. */
  dropOrigin(origin: NodeUrl): void {
    for (const peer of [...this.#tellers.get(origin) ?? []]) this.#close(peer, origin);
  }

  /** Drops what is over; returns the origins concerned. Looks at the facts only when one of them is due. */
  expire(now: number): ReadonlySet<NodeUrl> {
    const changed = new Set<NodeUrl>();
    if (now < this.#nextExpiryAt) return changed;
    this.#nextExpiryAt = Infinity;
    for (const [peer, origins] of [...this.#peers]) {
      for (const [origin, offers] of [...origins]) {
        if (this.#expireOffers(peer, offers, now)) changed.add(origin);
        if (offers.size === 0) this.#close(peer, origin);
      }
    }
    return changed;
  }

  /** When `expire` has something to do next, in ms; `Infinity` = never. */
  get nextExpiryAt(): number {
    return this.#nextExpiryAt;
  }

  /** Entries of all tables, for tests that look for leaks. */
  sizes(): { readonly origins: number; readonly facts: number } {
    let facts = 0;
    for (const count of this.#counts.values()) facts += count;
    return { origins: this.#tellers.size, facts };
  }

  #expireOffers(peer: ReferencePeer, offers: Offers, now: number): boolean {
    const before = offers.size;
    for (const [key, { expiresAt }] of offers) {
      if (expiresAt <= now) offers.delete(key);
      else this.#nextExpiryAt = Math.min(this.#nextExpiryAt, expiresAt);
    }
    this.#counts.set(peer, (this.#counts.get(peer) ?? 0) - (before - offers.size));
    return offers.size < before;
  }

  #open(peer: ReferencePeer, origin: NodeUrl): Offers {
    const offers: Offers = new Map();
    const origins = this.#peers.get(peer) ?? new Map<NodeUrl, Offers>();
    this.#peers.set(peer, origins.set(origin, offers));
    const tellers = this.#tellers.get(origin) ?? new Set<ReferencePeer>();
    this.#tellers.set(origin, tellers.add(peer));
    return offers;
  }

  #close(peer: ReferencePeer, origin: NodeUrl): void {
    const origins = this.#peers.get(peer);
    const count = (this.#counts.get(peer) ?? 0) - (origins?.get(origin)?.size ?? 0);
    origins?.delete(origin);
    this.#counts.set(peer, count);
    if (origins?.size === 0) {
      this.#peers.delete(peer);
      this.#counts.delete(peer);
    }
    const tellers = this.#tellers.get(origin);
    tellers?.delete(peer);
    if (tellers?.size === 0) this.#tellers.delete(origin);
  }
}
