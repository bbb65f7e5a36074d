/**
 * What the groups of one origin amount to.
 *
 * An origin may be known by several groups at once: one for each radius and scope of its offers, those of a life that
 * is over while the ghost dies, and those that gateways write for it. The rules, in order: where the origin speaks
 * itself nobody speaks for it; of several lives of one speaker only the highest counts; an offer known in several
 * ways is one listing, the nearest.
 *
 * @module
 */

import type { FunctionName, Incarnation, NodeUrl } from "../protocol/names.ts";
import type { GroupName, Offer, VersionedOffer } from "../protocol/v1_messages.ts";
import { offerKey } from "./offer_key.ts";

/** A group in reach, as the registry keeps it. */
export interface ListedGroup {
  /** Whose offers these are. */
  readonly name: GroupName;
  /** Links to the origin. */
  readonly distance: number;
  /** The group's content. */
  readonly offers: readonly VersionedOffer[];
}

/** An offer and the group by which it is nearest. */
export interface NearestOffer {
  /** The offer. */
  readonly offer: Offer;
  /** Where it was found. */
  readonly group: ListedGroup;
}

/**
 * All offers of one origin by offer key, each by its nearest way; the order of the groups does not matter.
 *
 * @param fun Only offers of this function; default all.
 * @param isListed Which offers count; default all.
 */
export function nearestOffers(
  groups: readonly ListedGroup[],
  fun?: FunctionName,
  isListed?: (name: GroupName, fun: FunctionName) => boolean,
): ReadonlyMap<string, NearestOffer> {
  const nearest = new Map<string, NearestOffer>();
  for (const group of groups.length === 1 ? groups : speakingGroups(groups)) {
    for (const { offer } of group.offers) {
      if (fun !== undefined && offer.fun !== fun) continue;
      if (isListed !== undefined && !isListed(group.name, offer.fun)) continue;
      const key = offerKey(offer.fun, offer.resources, offer.contract);
      const known = nearest.get(key);
      if (known === undefined || isBetter(group, known.group)) nearest.set(key, { offer, group });
    }
  }
  return nearest;
}

function speakingGroups(groups: readonly ListedGroup[]): readonly ListedGroup[] {
  const own = groups.filter(({ name }) => name.writer === undefined);
  const speaking = own.length > 0 ? own : groups;
  const lives = new Map<NodeUrl | undefined, Incarnation>();
  for (const { name } of speaking) {
    const known = lives.get(name.writer);
    if (known === undefined || known < name.incarnation) lives.set(name.writer, name.incarnation);
  }
  return speaking.filter(({ name }) => lives.get(name.writer) === name.incarnation);
}

/** Nearer wins; the rest only makes the choice the same everywhere and in every order. */
function isBetter(a: ListedGroup, b: ListedGroup): boolean {
  if (a.distance !== b.distance) return a.distance < b.distance;
  if (a.name.maxHops !== b.name.maxHops) return a.name.maxHops > b.name.maxHops;
  if (a.name.incarnation !== b.name.incarnation) return a.name.incarnation > b.name.incarnation;
  return a.name.cluster < b.name.cluster;
}
