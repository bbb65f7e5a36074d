/**
 * The offers in reach, by function and nearest first.
 *
 * Theory of operation: the router tells each change of a group once, and the registry keeps its last word in columns;
 * the names are the router's. The first question for a function makes an index by function, which each later change
 * keeps: a node that only relays has none. Listings are made of that when they are asked for: there are many times more
 * offers in reach than a node ever calls. What was asked for stays sorted, and each later change of an origin (its
 * groups merged before and after) touches only the difference. After the first question nothing ever scans the whole
 * table. Own offers are listed too, at distance 0.
 *
 * @module
 */

import { isSameContract, type OfferContract } from "../protocol/contract_facts.ts";
import type {
  ClusterId,
  FunctionName,
  Incarnation,
  MaxHops,
  NodeUrl,
  ResourceName,
} from "../protocol/names.ts";
import type { GroupName, VersionedOffer } from "../protocol/v1_messages.ts";
import { FunctionIndex } from "./function_index.ts";
import { OUT_OF_REACH } from "./best_paths.ts";
import { distanceColumn } from "./node_columns.ts";
import { sortedSet } from "./offer_key.ts";
import { type ListedGroup, type NearestOffer, nearestOffers } from "./origin_listings.ts";
import type { GroupView, KnownGroups } from "./router_contract.ts";

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
  /** The contract that its provider goes by; `undefined` = none that is known. */
  readonly contract?: OfferContract;
}

/** A listing came, now says something else (distance, life, cluster, radius), or is gone. */
export interface ListingChange {
  /** What happened. */
  readonly type: "added" | "changed" | "lost";
  /** As it is now; when lost, as it was. */
  readonly listing: Listing;
}

/** Whether an offer of a group is listed at all: the import rules of this node. */
export type ListingFilter = (name: GroupName, fun: FunctionName) => boolean;

type Nearest = ReadonlyMap<string, NearestOffer>;

const NONE: readonly Listing[] = [];
const NOTHING: Nearest = new Map();

/** Which functions can be called from here, and who provides them. */
export class FunctionRegistry {
  readonly #observer: ((change: ListingChange) => void) | undefined;
  #isListed: ListingFilter | undefined;
  readonly #known: KnownGroups;
  // What the router told last about each group in reach: columns, as there is nothing else for most of them.
  readonly #offers: (readonly VersionedOffer[] | undefined)[] = [];
  readonly #distances = distanceColumn();
  /** Made with the first question for a function: a node that only relays never asks. */
  #index: FunctionIndex | undefined;
  /** The sorted listings of those functions that anybody asked for. */
  readonly #asked = new Map<FunctionName, readonly Listing[]>();
  #groupCount = 0;

  /**
   * An empty registry.
   *
   * @param known The groups of the router whose changes are applied here.
   * @param observer Told each change once, after the registry is consistent. Default: nobody.
   */
  constructor(known: KnownGroups, observer?: (change: ListingChange) => void) {
    this.#known = known;
    this.#observer = observer;
  }

  /** Takes over one group's present state, as the router tells it. */
  apply(view: GroupView): void {
    const { index, name: { origin }, distance } = view;
    if (distance !== undefined) this.#observed(origin, () => this.#write(view, distance));
    else if (this.#isInReach(index)) this.#observed(origin, () => this.#remove(index));
  }

  /**
   * Another filter from now on, or the same one with other answers; the observer is told what that changes.
   *
   * @param change Makes the change; returns the filter, `undefined` = everything is listed.
   */
  relist(change: () => ListingFilter | undefined): void {
    const isWatched = this.#observer !== undefined || this.#asked.size > 0;
    const origins = isWatched ? [...this.#origins()] : [];
    const before = origins.map((origin) => this.#nearest(origin));
    this.#isListed = change();
    origins.forEach((origin, at) => this.#tell(before[at] ?? NOTHING, this.#nearest(origin)));
  }

  /** What would be listed for the function if it were not kept out, nearest first. */
  keptOut(fun: FunctionName): readonly Listing[] {
    const isListed = this.#isListed;
    if (isListed === undefined || !this.#functions().has(fun)) return NONE;
    return this.#sorted(fun, (name) => !isListed(name, fun));
  }

  /** Listings of the function whose provider has all the asked resources, nearest first; a snapshot. */
  providers(fun: FunctionName, resources: readonly ResourceName[]): readonly Listing[] {
    const listings = this.offersOf(fun);
    if (resources.length === 0) return listings;
    return listings.filter((one) => resources.every((wanted) => one.resources.includes(wanted)));
  }

  /** Whether anybody in reach offers the function, with whatever resources. */
  knows(fun: FunctionName): boolean {
    return this.offersOf(fun).length > 0;
  }

  /** Names of all functions that are listed. */
  functions(): Iterable<FunctionName> {
    return this.#functions().functions();
  }

  /** Whether anything is listed for this node. */
  hasOrigin(origin: NodeUrl): boolean {
    return this.#nearest(origin).size > 0;
  }

  /** All listings of the function, nearest first; a snapshot. */
  offersOf(fun: FunctionName): readonly Listing[] {
    const known = this.#asked.get(fun);
    if (known !== undefined) return known;
    if (!this.#functions().has(fun)) return NONE;
    const listings = this.#sorted(fun);
    if (listings.length > 0) this.#asked.set(fun, listings);
    return listings;
  }

  /** Everything listed, function by function. */
  *listings(): Iterable<Listing> {
    for (const fun of this.functions()) yield* this.#asked.get(fun) ?? this.#sorted(fun);
  }

  /** Listings in all, counted when asked for. */
  get size(): number {
    let size = 0;
    for (const origin of this.#origins()) size += this.#nearest(origin).size;
    return size;
  }

  /** Entries of all tables, for tests that look for leaks. */
  sizes(): { readonly groups: number; readonly origins: number; readonly functions: number } {
    return {
      groups: this.#groupCount,
      origins: this.#origins().size,
      functions: Math.max(this.#index?.size ?? 0, this.#asked.size),
    };
  }

  #write({ index, offers }: GroupView, distance: number): void {
    if (!this.#isInReach(index)) this.#groupCount++;
    const before = this.#offers[index] ?? [];
    this.#offers[index] = offers;
    this.#distances.set(index, distance);
    if (before !== offers) this.#reindex(index, before, offers);
  }

  #remove(index: number): void {
    this.#groupCount--;
    this.#reindex(index, this.#offers[index] ?? [], []);
    this.#offers[index] = undefined;
    this.#distances.set(index, OUT_OF_REACH);
  }

  #isInReach(group: number): boolean {
    return this.#distances.get(group) !== OUT_OF_REACH;
  }

  #origins(): ReadonlySet<NodeUrl> {
    const origins = new Set<NodeUrl>();
    for (const group of this.#offers.keys()) {
      if (this.#isInReach(group)) origins.add(this.#known.name(group).origin);
    }
    return origins;
  }

  #functions(): FunctionIndex {
    if (this.#index !== undefined) return this.#index;
    const index = this.#index = new FunctionIndex();
    for (const [group, offers] of this.#offers.entries()) {
      for (const { offer } of offers ?? []) index.add(offer.fun, group);
    }
    return index;
  }

  #reindex(
    group: number,
    before: readonly VersionedOffer[],
    after: readonly VersionedOffer[],
  ): void {
    const index = this.#index;
    if (index === undefined) return;
    if (before.length > 0) {
      const [old, wanted] = [functionsOf(before), functionsOf(after)];
      for (const fun of old) if (!wanted.has(fun)) index.remove(fun, group);
      for (const fun of wanted) if (!old.has(fun)) index.add(fun, group);
    } else {
      for (const { offer } of after) index.add(offer.fun, group);
    }
  }

  /** What the origin's groups amount to, or what they do for one function. */
  #nearest(
    origin: NodeUrl,
    fun?: FunctionName,
    isListed = this.#isListed,
  ): Nearest {
    const groups: ListedGroup[] = [];
    for (const group of this.#known.ofOrigin(origin)) {
      const offers = this.#offers[group];
      if (offers === undefined) continue;
      groups.push({ name: this.#known.name(group), distance: this.#distances.get(group), offers });
    }
    return groups.length === 0 ? NOTHING : nearestOffers(groups, fun, isListed);
  }

  #sorted(fun: FunctionName, isListed = this.#isListed): readonly Listing[] {
    const origins = new Set<NodeUrl>();
    for (const group of this.#functions().groups(fun)) {
      origins.add(this.#known.name(group).origin);
    }
    const listings: Listing[] = [];
    for (const origin of origins) {
      for (const nearest of this.#nearest(origin, fun, isListed).values()) {
        listings.push(listingOf(nearest));
      }
    }
    return listings.sort(compare);
  }

  /** Makes a change of one origin's groups, and tells what it means to those who look. */
  #observed(origin: NodeUrl, change: () => void): void {
    if (this.#observer === undefined && this.#asked.size === 0) return change();
    const before = this.#nearest(origin);
    change();
    this.#tell(before, this.#nearest(origin));
  }

  #tell(before: Nearest, after: Nearest): void {
    const changes: ListingChange[] = [];
    for (const [key, one] of after) {
      const old = before.get(key);
      if (old !== undefined && isSameListing(old, one)) continue;
      const listing = listingOf(one);
      changes.push({ type: old === undefined ? "added" : "changed", listing });
      this.#replace(listing.fun, old === undefined ? undefined : listingOf(old), listing);
    }
    for (const [key, one] of before) {
      if (after.has(key)) continue;
      const listing = listingOf(one);
      changes.push({ type: "lost", listing });
      this.#replace(listing.fun, listing, undefined);
    }
    if (this.#observer !== undefined) { for (const one of changes) this.#observer(one); }
  }

  /** Keeps what was sorted once sorted. */
  #replace(fun: FunctionName, old: Listing | undefined, made: Listing | undefined): void {
    let listings = this.#asked.get(fun);
    if (listings === undefined) return;
    if (old !== undefined) listings = listings.toSpliced(placeOf(listings, old), 1);
    if (made !== undefined) listings = listings.toSpliced(placeOf(listings, made), 0, made);
    if (listings.length === 0) this.#asked.delete(fun);
    else this.#asked.set(fun, listings);
  }
}

function functionsOf(offers: readonly VersionedOffer[]): ReadonlySet<FunctionName> {
  return new Set(offers.map(({ offer }) => offer.fun));
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
    ...(offer.contract === undefined ? {} : { contract: offer.contract }),
  };
}

function isSameListing(a: NearestOffer, b: NearestOffer): boolean {
  const [one, other] = [a.group.name, b.group.name];
  return a.group.distance === b.group.distance && one.incarnation === other.incarnation &&
    one.cluster === other.cluster && one.maxHops === other.maxHops &&
    (one.writer === undefined) === (other.writer === undefined) &&
    isSameContract(a.offer.contract, b.offer.contract);
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
  if (ofA !== ofB) return ofA < ofB ? -1 : 1;
  if (a.contract === undefined || b.contract === undefined) {
    return a.contract === b.contract ? 0 : a.contract === undefined ? -1 : 1;
  }
  const [byA, byB] = [contractText(a.contract), contractText(b.contract)];
  return byA === byB ? 0 : byA < byB ? -1 : 1;
}

function contractText({ digest, version = "" }: OfferContract): string {
  return `${digest}\n${version}`;
}
