/**
 * What a well-behaved peer never says. Each check returns a sentence for the peer, or `undefined` when all is well.
 *
 * @module
 */

import {
  GROUPS_PER_LINK_MAX,
  MAX_HOPS_CEILING,
  OFFERS_PER_ORIGIN_MAX,
} from "../protocol/limits.ts";
import type { GroupName, OffersMessage, ReachMessage } from "../protocol/v1_messages.ts";
import type { OfferSet } from "./offer_set.ts";
import type { LinkPeer } from "./router_contract.ts";

/** Greatest version: four bytes on the wire and in the columns. */
export const SEQ_MAX = 0xffff_ffff;

/** Greatest handle: the books keep one more in four bytes. */
const HANDLE_MAX = 0xffff_fffe;

/** Whether a number can be a version. */
export function isSeq(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= SEQ_MAX;
}

/** Of a group that a peer names. */
export function groupFault(name: GroupName): string | undefined {
  const { maxHops, base } = name;
  if (!Number.isInteger(maxHops) || maxHops < 1 || maxHops > MAX_HOPS_CEILING) {
    return `A group's maxHops is from 1 to ${MAX_HOPS_CEILING}, not ${maxHops}`;
  }
  if ((base === 0) !== (name.writer === undefined)) {
    return "A group has a writer exactly when its base is not 0";
  }
  if (!Number.isInteger(base) || base < 0 || base >= maxHops) {
    return `A group's base is below its maxHops ${maxHops}, not ${base}`;
  }
  return undefined;
}

/** Of a new handle, before it counts. */
export function handleFault(handle: number, taken: number): string | undefined {
  if (!Number.isInteger(handle) || handle < 0 || handle > HANDLE_MAX) {
    return `Not a handle: ${handle}`;
  }
  if (taken >= GROUPS_PER_LINK_MAX) return `More than ${GROUPS_PER_LINK_MAX} groups on one link`;
  return undefined;
}

/** Of a header: only the group's writer itself is as near to the group as the group's base says. */
export function reachFault(
  message: ReachMessage,
  name: GroupName,
  peer: LinkPeer,
): string | undefined {
  const { hopCount, seq } = message;
  if (!isSeq(seq)) return `Not a version: ${seq}`;
  if (hopCount === undefined) return undefined;
  if (!Number.isInteger(hopCount) || hopCount < name.base || hopCount > MAX_HOPS_CEILING) {
    return `The hop count of ${name.origin} is from ${name.base} to ${MAX_HOPS_CEILING}, not ${hopCount}`;
  }
  const isWriter = peer.url === (name.writer ?? name.origin) &&
    (peer.incarnation === undefined || peer.incarnation === name.incarnation);
  if (hopCount === name.base && !isWriter) {
    return `Hop count ${hopCount} for ${name.origin} from ${peer.url}, which does not write that group`;
  }
  return undefined;
}

/** Of a difference by itself. */
export function offersFault(message: OffersMessage): string | undefined {
  const { from, to, floor, add, del } = message;
  if (!isSeq(from) || !isSeq(to) || !isSeq(floor) || from >= to) {
    return `Not versions of a difference: ${from} to ${to}, floor ${floor}`;
  }
  if (add.length > OFFERS_PER_ORIGIN_MAX || del.length > OFFERS_PER_ORIGIN_MAX) {
    return `More than ${OFFERS_PER_ORIGIN_MAX} offers or withdrawals at once`;
  }
  // Writers send offers sorted by id, so the set of ids is needed for withdrawals and odd orders only.
  let isSorted = true;
  let before = -1;
  for (const { offer, at } of add) {
    if (!isSeq(at) || at <= from || at > to) return `Offer ${offer.id} is of version ${at}`;
    if (offer.id <= before) isSorted = false;
    before = offer.id;
  }
  if (isSorted && del.length === 0) return undefined;
  const ids = new Set<number>();
  for (const { offer } of add) {
    if (ids.has(offer.id)) return `Offer ${offer.id} is added twice`;
    ids.add(offer.id);
  }
  for (const { id, at } of del) {
    if (!isSeq(at) || at <= from || at > to) return `Withdrawal ${id} is of version ${at}`;
    if (ids.has(id)) return `Offer ${id} is both added and withdrawn`;
  }
  return undefined;
}

/** Of the set that a difference leads to. */
export function setFault(set: OfferSet, final: boolean): string | undefined {
  if (set.offers.length > OFFERS_PER_ORIGIN_MAX) {
    return `More than ${OFFERS_PER_ORIGIN_MAX} offers in one group`;
  }
  if (final !== (set.offers.length === 0)) return "A set is final exactly when it is empty";
  return undefined;
}
