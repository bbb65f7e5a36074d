/**
 * The offers in reach, by function and nearest first.
 *
 * Theory of operation: the router tells each change of a group once. The groups of that group's origin are merged
 * anew, the result is compared with what the origin had before, and only the difference touches the index of
 * functions. Nothing ever scans the whole table. Own offers are listed too, at distance 0.
 *
 * @module
 */

import type {
  ClusterId,
  FunctionName,
  Incarnation,
  MaxHops,
  NodeUrl,
  ResourceName,
} from "../protocol/names.ts";
import type { GroupName } from "../protocol/v1_messages.ts";
import { sortedSet } from "./offer_key.ts";
import {
  keyedOffers,
  type ListedGroup,
  type NearestOffer,
  nearestOffers,
} from "./origin_listings.ts";
import type { GroupView } from "./router_contract.ts";

/** One offer in reach of this node. */
export interface Listing {
  /** The function. */
  readonly fun: FunctionName;
  /** What its provider has, sorted. */
  readonly resources: readonly ResourceName[];
  /** The node that hosts the function. */
  readonly origin: NodeUrl;
  /** The origin's life, or that of the gateway that speaks for it. */
  readonly incarnation: Incarnation;
  /** The cluster the origin is, or is said to be, in. */
  readonly cluster: ClusterId;
  /** Links to the origin; 0 = this node itself. */
  readonly distance: number;
  /** How far the offer travels. */
  readonly maxHops: MaxHops;
  /** Whether the origin speaks itself (`farcall`) or a gateway speaks for it (`reference`). */
  readonly dialect: "farcall" | "reference";
}

/** A listing came, now says something else (distance, life, cluster, radius), or is gone. */
export interface ListingChange {
  /** What happened. */
  readonly type: "added" | "changed" | "lost";
  /** As it is now; when lost, as it was. */
  readonly listing: Listing;
}

interface Origin {
  readonly groups: Map<number, ListedGroup>;
  listings: ReadonlyMap<string, Listing>;
}

const NONE: readonly Listing[] = [];

/** Which functions can be called from here, and who provides them. */
export class FunctionRegistry {
  readonly #observer: (change: ListingChange) => void;
  readonly #names = new Map<number, GroupName>();
  readonly #origins = new Map<NodeUrl, Origin>();
  readonly #functions = new Map<FunctionName, readonly Listing[]>();
  #size = 0;

  /**
   * An empty registry.
   *
   * @param observer Told each change once, after the registry is consistent. Default: nobody.
   */
  constructor(observer: (change: ListingChange) => void = () => {}) {
    this.#observer = observer;
  }

  /** Takes over one group's present state, as the router tells it. */
  apply(view: GroupView): void {
    const before = this.#names.get(view.index);
    if (before !== undefined && before.origin !== view.name.origin) this.#remove(view.index);
    const known = this.#origins.get(view.name.origin);
    if (view.distance === undefined) {
      if (known?.groups.has(view.index)) this.#remove(view.index);
      return;
    }
    const origin = known ?? { groups: new Map<number, ListedGroup>(), listings: new Map() };
    const old = origin.groups.get(view.index);
    origin.groups.set(view.index, {
      name: view.name,
      distance: view.distance,
      offers: view.offers,
      keyed: old?.offers === view.offers ? old.keyed : keyedOffers(view.offers),
    });
    this.#names.set(view.index, view.name);
    this.#origins.set(view.name.origin, origin);
    this.#merge(origin);
  }

  /** Listings of the function whose provider has all the asked resources, nearest first; a snapshot. */
  providers(fun: FunctionName, resources: readonly ResourceName[]): readonly Listing[] {
    const listings = this.offersOf(fun);
    if (resources.length === 0) return listings;
    return listings.filter((one) => resources.every((wanted) => one.resources.includes(wanted)));
  }

  /** Whether anybody in reach offers the function, with whatever resources. */
  knows(fun: FunctionName): boolean {
    return this.#functions.has(fun);
  }

  /** Whether anything is listed for this node. */
  hasOrigin(origin: NodeUrl): boolean {
    return (this.#origins.get(origin)?.listings.size ?? 0) > 0;
  }

  /** All listings of the function, nearest first; a snapshot. */
  offersOf(fun: FunctionName): readonly Listing[] {
    return this.#functions.get(fun) ?? NONE;
  }

  /** Everything listed, function by function. */
  *listings(): Iterable<Listing> {
    for (const listings of this.#functions.values()) yield* listings;
  }

  /** Listings in all. */
  get size(): number {
    return this.#size;
  }

  /** Entries of all tables, for tests that look for leaks. */
  sizes(): { readonly groups: number; readonly origins: number; readonly functions: number } {
    return {
      groups: this.#names.size,
      origins: this.#origins.size,
      functions: this.#functions.size,
    };
  }

  #remove(index: number): void {
    const name = this.#names.get(index);
    const origin = name === undefined ? undefined : this.#origins.get(name.origin);
    if (name === undefined || origin === undefined) return;
    this.#names.delete(index);
    origin.groups.delete(index);
    if (origin.groups.size === 0) this.#origins.delete(name.origin);
    this.#merge(origin);
  }

  #merge(origin: Origin): void {
    const before = origin.listings;
    const after = new Map<string, Listing>();
    const changes: ListingChange[] = [];
    for (const [key, nearest] of nearestOffers([...origin.groups.values()])) {
      const made = listingOf(nearest);
      const old = before.get(key);
      const isSame = old !== undefined && isSameListing(old, made);
      after.set(key, isSame ? old : made);
      if (!isSame) changes.push({ type: old === undefined ? "added" : "changed", listing: made });
    }
    for (const [key, listing] of before) {
      const now = after.get(key);
      if (now !== listing) this.#unlist(listing);
      if (now === undefined) changes.push({ type: "lost", listing });
    }
    for (const { type, listing } of changes) if (type !== "lost") this.#list(listing);
    origin.listings = after;
    for (const change of changes) this.#observer(change);
  }

  #list(listing: Listing): void {
    const listings = this.offersOf(listing.fun);
    this.#functions.set(listing.fun, listings.toSpliced(placeOf(listings, listing), 0, listing));
    this.#size += 1;
  }

  #unlist(listing: Listing): void {
    const listings = this.offersOf(listing.fun);
    const rest = listings.toSpliced(placeOf(listings, listing), 1);
    if (rest.length === 0) this.#functions.delete(listing.fun);
    else this.#functions.set(listing.fun, rest);
    this.#size -= 1;
  }
}

function listingOf({ offer, group: { name, distance } }: NearestOffer): Listing {
  return {
    fun: offer.fun,
    resources: sortedSet(offer.resources),
    origin: name.origin,
    incarnation: name.incarnation,
    cluster: name.cluster,
    distance,
    maxHops: name.maxHops,
    dialect: name.writer === undefined ? "farcall" : "reference",
  };
}

function isSameListing(a: Listing, b: Listing): boolean {
  return a.distance === b.distance && a.incarnation === b.incarnation && a.cluster === b.cluster &&
    a.maxHops === b.maxHops && a.dialect === b.dialect;
}

/** Where a listing is, or belongs, in the sorted list of its function. */
function placeOf(listings: readonly Listing[], wanted: Listing): number {
  let from = 0;
  let to = listings.length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    const listing = listings[middle];
    if (listing !== undefined && compare(listing, wanted) < 0) from = middle + 1;
    else to = middle;
  }
  return from;
}

/** By distance, then by what makes the order the same on every run: one origin's offers never compare equal. */
function compare(a: Listing, b: Listing): number {
  if (a.distance !== b.distance) return a.distance - b.distance;
  if (a.origin !== b.origin) return a.origin < b.origin ? -1 : 1;
  const [ofA, ofB] = [a.resources.join("\n"), b.resources.join("\n")];
  return ofA === ofB ? 0 : ofA < ofB ? -1 : 1;
}
