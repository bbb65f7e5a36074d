import type { Announcement } from "../protocol/announcement.ts";
import { FUNCTIONS_PER_HELLO_MAX, MAX_HOPS_DEFAULT } from "../protocol/limits.ts";
import {
  type AnnouncementId,
  announcementId,
  type FunctionName,
  type HopCount,
  hopCount,
  type MaxHops,
  maxHops,
  type NodeUrl,
  type ResourceName,
} from "../protocol/names.ts";
import type { GroupName, Offer } from "../protocol/v1_messages.ts";
import { sortedSet } from "./offer_key.ts";
import type { LinkPeer } from "./router_contract.ts";

/** One function that this node offers itself. */
export interface OwnOffer {
  /** The function. */
  readonly fun: FunctionName;
  /** What this node has for it. */
  readonly resources: readonly ResourceName[];
  /** How far the offer travels; 0 = it stays at home. */
  readonly maxHops: MaxHops;
}

/** A HELLO says one set of resources and one radius for all its functions. */
interface Batch {
  readonly resources: readonly ResourceName[];
  readonly maxHops: MaxHops;
  readonly functions: FunctionName[];
}

/**
 * The HELLOs of a handshake: all own offers but those that stay at home.
 *
 * One HELLO has one `locs` and one `max_hops` for all functions in it, so there is one for each distinct pair, and
 * more where one would hold too many functions; the reference keeps every entry it is told. Without any offer there
 * is still one, empty: it says who we are.
 */
export function handshake(self: LinkPeer, offers: readonly OwnOffer[]): readonly Announcement[] {
  const batches = new Map<string, Batch[]>();
  for (const offer of offers) {
    if (offer.maxHops < 1) continue;
    const resources = sortedSet(offer.resources);
    const key = [offer.maxHops, ...resources].join("\n");
    const known = batches.get(key) ?? [];
    batches.set(key, known);
    let last = known.at(-1);
    if (last === undefined || last.functions.length >= FUNCTIONS_PER_HELLO_MAX) {
      last = { resources, maxHops: offer.maxHops, functions: [] };
      known.push(last);
    }
    last.functions.push(offer.fun);
  }
  const all = [...batches.values()].flat();
  if (all.length === 0) {
    all.push({ resources: [], maxHops: maxHops(MAX_HOPS_DEFAULT), functions: [] });
  }
  return all.map((batch) => ({
    capabilities: capabilities(self, batch.functions, batch.resources),
    propagation: {
      hopCount: hopCount(0),
      maxHops: batch.maxHops,
      announcementId: announcementId(""),
      originalSource: undefined,
    },
  }));
}

/** The HELLO of one offer: the reference forwards only the first function of several. */
export function floodCopy(
  self: LinkPeer,
  group: GroupName,
  offer: Offer,
  hops: HopCount,
  id: AnnouncementId,
): Announcement {
  return {
    capabilities: capabilities(self, [offer.fun], sortedSet(offer.resources)),
    propagation: {
      hopCount: hops,
      maxHops: group.maxHops,
      announcementId: id,
      originalSource: group.origin,
    },
  };
}

/**
 * `<origin>:<function>:<incarnation>.<at>`, the same from every gateway, so that the reference's dedup works.
 *
 * @param twin The offer's own number where another offer of the same function has the same version: the reference
 *   would take the second one for a copy of the first.
 */
export function floodId(group: GroupName, offer: Offer, at: number, twin?: number): AnnouncementId {
  const version = twin === undefined ? `${at}` : `${at}.${twin}`;
  return announcementId(`${group.origin}:${offer.fun}:${group.incarnation}.${version}`);
}

/** The id of a repetition, the same from every gateway whose clock is about right. */
export function refreshedId(id: AnnouncementId, epoch: number): AnnouncementId {
  return announcementId(`${id}@${epoch}`);
}

/** The id of a copy that came a shorter way: the reference drops ids it knows, and this one must extend the reach. */
export function shorterId(id: AnnouncementId, hops: HopCount): AnnouncementId {
  return announcementId(`${id}~${hops}`);
}

/** The id without the mark of a shorter copy, by which copies of one announcement compare. */
export function plainId(id: AnnouncementId): AnnouncementId {
  return announcementId(id.replace(/~\d+$/, ""));
}

/** Whether a gateway made this id, and will therefore repeat the announcement as long as it is true. */
export function isGatewayId(id: AnnouncementId, origin: NodeUrl, fun: FunctionName): boolean {
  const start = `${origin}:${fun}:`;
  return id.startsWith(start) &&
    /^[0-9A-Za-z]{1,64}\.\d+(\.\d+)?(@\d+)?(~\d+)?$/.test(id.slice(start.length));
}

function capabilities(
  self: LinkPeer,
  functions: readonly FunctionName[],
  resources: readonly ResourceName[],
): Announcement["capabilities"] {
  return { functions, resources, clusterId: self.cluster, advertisedUrls: [self.url] };
}
