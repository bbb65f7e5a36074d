/**
 * The content of a group: a set of offers with one writer, the origin, and a version.
 *
 * A set is an immutable value, shared by reference; the same group at the same version holds the same offers on every
 * node. Some deletions are remembered, so that a peer which holds an older version gets only the difference. What was
 * deleted at or before `floor` is forgotten: a peer older than that gets the whole set.
 *
 * @module
 */

import type { Deletion, VersionedOffer } from "../protocol/v1_messages.ts";

/** One version of a group's offers. */
export interface OfferSet {
  /** Version: grows by one with each flush of the origin that changed the set; 0 = nothing yet. */
  readonly seq: number;
  /** Sorted by id. */
  readonly offers: readonly VersionedOffer[];
  /** Remembered deletions, oldest first, all younger than `floor`. */
  readonly dels: readonly Deletion[];
  /** Differences exist only from this version on. */
  readonly floor: number;
}

/** What turns a set at version `from` (0 = any) into the one at `to`. */
export interface OfferDelta {
  /** Version that the receiver must hold at least; 0 = the whole set, whatever is held. */
  readonly from: number;
  /** Version that it leads to. */
  readonly to: number;
  /** Whether the set is empty at that version. */
  readonly final: boolean;
  /** Offers that came since `from`. */
  readonly add: readonly VersionedOffer[];
  /** Offers that went since `from`; with a whole set, all deletions that are remembered. */
  readonly del: readonly Deletion[];
  /** The writer's floor. */
  readonly floor: number;
}

/** The set a writer starts from: empty, and with no version in common with anyone. `seq` = last version used so far. */
export function blankSet(seq: number): OfferSet {
  return { seq, offers: [], dels: [], floor: seq + 1 };
}

/** Whether the origin has taken everything back. A later version may offer again. */
export function isFinal(set: OfferSet): boolean {
  return set.offers.length === 0;
}

/**
 * The next version of a set, by its writer; the same set when nothing changed.
 *
 * @param offers All offers from now on, sorted by id; the new ones carry the version `set.seq + 1`.
 * @param tombstonesMax Deletions to remember.
 */
export function editedSet(
  set: OfferSet,
  offers: readonly VersionedOffer[],
  tombstonesMax: number,
): OfferSet {
  const kept = new Set(offers.map((entry) => entry.offer.id));
  const seq = set.seq + 1;
  const gone = set.offers.filter((entry) => !kept.has(entry.offer.id))
    .map((entry): Deletion => ({ id: entry.offer.id, at: seq }));
  if (gone.length === 0 && offers.length === set.offers.length) return set;
  const { dels, floor } = remembered([...set.dels, ...gone], set.floor, tombstonesMax);
  return { seq, offers, dels, floor };
}

/** What a peer at version `since` lacks; the whole set when that cannot be told, or `since` is 0. */
export function deltaSince(set: OfferSet, since: number): OfferDelta {
  const { seq: to, floor } = set;
  const final = isFinal(set);
  // Nothing but the version matters of an empty set; the deletions that led to it would be dead weight.
  if (final) return { from: 0, to, final, add: [], del: [], floor: to };
  if (since === 0 || since < floor) {
    return { from: 0, to, final, add: set.offers, del: set.dels, floor };
  }
  return {
    from: since,
    to,
    final,
    add: set.offers.filter((entry) => entry.at > since),
    del: set.dels.filter((deletion) => deletion.at > since),
    floor,
  };
}

/**
 * The set after a difference; the caller has made sure that `delta.from <= set.seq < delta.to`.
 *
 * @param set `undefined` = nothing is held; then only a whole set (`from` 0) makes sense.
 */
export function appliedDelta(
  set: OfferSet | undefined,
  delta: OfferDelta,
  tombstonesMax: number,
): OfferSet {
  if (delta.from === 0 || set === undefined) {
    const { dels, floor } = remembered(delta.del, delta.floor, tombstonesMax);
    return { seq: delta.to, offers: sortedById(delta.add), dels, floor };
  }
  const replaced = new Set(delta.add.map((entry) => entry.offer.id));
  for (const deletion of delta.del) replaced.add(deletion.id);
  const kept = set.offers.filter((entry) => !replaced.has(entry.offer.id));
  // The two memories overlap between delta.from and set.seq: a deletion in both is one deletion.
  const older = set.dels.filter((deletion) => deletion.at <= delta.from);
  const { dels, floor } = remembered([...older, ...delta.del], set.floor, tombstonesMax);
  return { seq: delta.to, offers: sortedById([...kept, ...delta.add]), dels, floor };
}

/** The same array when it is sorted already, as writers send it: a set is shared, not copied, as long as nobody changes it. */
function sortedById(offers: readonly VersionedOffer[]): readonly VersionedOffer[] {
  for (let at = 1; at < offers.length; at++) {
    const [one, other] = [offers[at - 1], offers[at]];
    if (one !== undefined && other !== undefined && one.offer.id > other.offer.id) {
      return offers.toSorted((a, b) => a.offer.id - b.offer.id);
    }
  }
  return offers;
}

function remembered(
  dels: readonly Deletion[],
  floor: number,
  max: number,
): Pick<OfferSet, "dels" | "floor"> {
  if (dels.length === 0) return { dels, floor };
  const byAge = dels.toSorted((one, other) => one.at - other.at || one.id - other.id);
  // What is cut off raises the floor, and a version cut in the middle is of no use any more.
  const lowest = Math.max(floor, byAge[byAge.length - max - 1]?.at ?? 0);
  return { dels: byAge.filter((deletion) => deletion.at > lowest), floor: lowest };
}
