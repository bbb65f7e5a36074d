/**
 * What the router, its owner and its gateway say to each other: types only, so that each of them can be read, tested
 * and replaced without the others.
 *
 * @module
 */

import type {
  ClusterId,
  FunctionName,
  HopCount,
  Incarnation,
  MaxHops,
  NodeUrl,
  ResourceName,
} from "../protocol/names.ts";
import type { GroupName, PropagationMessage, VersionedOffer } from "../protocol/v1_messages.ts";

/** A link's number: that of its connection, given by the driver and never used again. */
export type LinkId = number;

/** Who is at the other end of a link. */
export interface LinkPeer {
  /** The node's address, as it advertises it. */
  readonly url: NodeUrl;
  /** The cluster it belongs to. */
  readonly cluster: ClusterId;
  /** Its present life; nodes of the reference have none. */
  readonly incarnation?: Incarnation;
}

/** What a link speaks: `vector` is the propagation of `farcall.v1`, `flood` the dialect of the reference. */
export type LinkKind = "vector" | "flood";

/** One group as the router sees it at this moment. */
export interface GroupView {
  /** The router's small number for the group: stable while the group is known, used again after it was forgotten. */
  readonly index: number;
  /** Whose offers these are and how they may travel. */
  readonly name: GroupName;
  /** Links from here to the origin (0 = own, `base` for a proxy group of our own); `undefined` = out of reach. */
  readonly distance: number | undefined;
  /** The group's content; empty when it is out of reach. */
  readonly offers: readonly VersionedOffer[];
}

/** The groups that a router knows, in reach or not. */
export interface KnownGroups {
  /** The name of one that the router told of and has not yet taken back. */
  name(index: number): GroupName;
  /** Numbers of an origin's groups. */
  ofOrigin(origin: NodeUrl): readonly number[];
}

/** What the router tells its owner while it works, synchronously and with its own state already consistent. */
export interface RouterObserver {
  /** A group's content or distance changed: once per change. */
  groupChanged(view: GroupView): void;
}

/** Where a flush puts what must leave. */
export interface RouterOutput {
  /** All messages of this turn for one `vector` link, in order names, offers, reach, wants: one frame. */
  send(link: LinkId, messages: readonly PropagationMessage[]): void;
  /**
   * A group's target for one `flood` link changed, or its content did.
   *
   * @param hopCount What a copy would carry; `undefined` = the group is not, or no longer, to be told to that link.
   */
  flood(link: LinkId, group: GroupView, hopCount: HopCount | undefined): void;
}

/** One offer of an origin that speaks the reference's dialect. */
export interface ProxyOffer {
  /** The function. */
  readonly fun: FunctionName;
  /** What its provider has. */
  readonly resources: readonly ResourceName[];
}

/**
 * What a gateway writes for one origin of the reference's dialect: what one link adds to one proxy group. Several links
 * may feed the same group, which holds what any of them said.
 */
export interface ProxyGroup {
  /** The node that hosts the functions. */
  readonly origin: NodeUrl;
  /** The cluster it was said to be in. */
  readonly cluster: ClusterId;
  /** Links from here to the origin, at least 1. */
  readonly base: number;
  /** How far the offers may travel, counted from the origin. */
  readonly maxHops: MaxHops;
  /** The link they were learned over: they are never told back to it. */
  readonly source: LinkId;
  /** All that this link adds; empty takes its part away. */
  readonly offers: readonly ProxyOffer[];
}

/** The part of the router that a gateway needs. */
export interface ProxyWriter {
  /** Replaces what this (origin, base, maxHops, source) offers. */
  setProxy(proxy: ProxyGroup): void;
  /** A link is up and its peer known. */
  linkUp(link: LinkId, peer: LinkPeer, kind: LinkKind, now: number): void;
  /** A link is gone, with all that it brought. */
  linkDown(link: LinkId, now: number): void;
}
