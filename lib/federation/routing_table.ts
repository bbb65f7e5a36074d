/**
 * Everything a router knows, and the two rules that keep it consistent: how a distance follows from what the links say,
 * and what each link is to be told.
 *
 * Whoever changes a column calls the method that draws the consequences; the consequences are marks only (dirty groups
 * per link, changed and idle groups per node), so that a frame or a call counts as one event, however much it changes.
 *
 * @module
 */

import type { Incarnation } from "../protocol/names.ts";
import type { GroupName, VersionedOffer } from "../protocol/v1_messages.ts";
import {
  adjustedPaths,
  type BestPaths,
  bestPaths,
  NO_LINK,
  NO_PATHS,
  OUT_OF_REACH,
} from "./best_paths.ts";
import { ContentCache } from "./content_cache.ts";
import { ContentTable } from "./content_table.ts";
import { GroupTable } from "./group_table.ts";
import { LinkRows } from "./link_rows.ts";
import { LinkSession, type Passage } from "./link_session.ts";
import { isFinal, type OfferSet } from "./offer_set.ts";
import { MarkedGroups } from "./marked_groups.ts";
import { NodeColumns } from "./node_columns.ts";
import type { PeeringPolicy } from "./peering_policy.ts";
import type { LinkId, LinkKind, LinkPeer } from "./router_contract.ts";
import { SessionSlots } from "./session_slots.ts";

/** This node, as its neighbours know it. */
export type SelfPeer = LinkPeer & { readonly incarnation: Incarnation };

/** A group that this node writes. */
export interface OwnGroup {
  /** All offers, sorted by id, those of the next version included. */
  readonly offers: readonly VersionedOffer[];
  /** Links of the reference's dialect that brought the offers, and are not told back. */
  readonly sources: ReadonlySet<LinkId>;
}

/** What a {@linkcode RoutingTable} needs from its owner. */
export interface RoutingTableOptions {
  /** This node. */
  readonly self: SelfPeer;
  /** What may pass its links. */
  readonly policy: PeeringPolicy;
  /** How long a content out of reach is kept, in ms. */
  readonly retentionMs: number;
  /** Most contents kept out of reach. */
  readonly retentionCapacity: number;
}

/** Groups, contents, distances and sessions of one node. */
export class RoutingTable {
  /** This node. */
  readonly self: SelfPeer;
  /** Numbers of the groups. */
  readonly groups: GroupTable = new GroupTable();
  /** What is known of each group. */
  readonly node: NodeColumns = new NodeColumns();
  /** Contents out of reach. */
  readonly retained: ContentCache;
  /** Groups whose distance or content may have changed since the owner looked. */
  readonly changed: MarkedGroups = new MarkedGroups(this.node.changed);
  /** Groups out of reach that may be forgotten when nothing else holds them. */
  readonly idle: MarkedGroups = new MarkedGroups(this.node.idle);
  #policy: PeeringPolicy;
  readonly #contents = new ContentTable(this.node);
  readonly #own = new Map<number, OwnGroup>();
  readonly #slots = new SessionSlots();
  readonly #rows = new LinkRows();
  readonly #judge = (session: LinkSession, group: number): Passage =>
    this.passage(session, this.groups.name(group));
  #seqUsed = 0;

  /** A table without groups and links. */
  constructor(options: RoutingTableOptions) {
    this.self = options.self;
    this.#policy = options.policy;
    this.retained = new ContentCache(options.retentionMs, options.retentionCapacity);
  }

  /** The live sessions, oldest first. */
  get sessions(): ReadonlyMap<LinkId, LinkSession> {
    return this.#slots.byLink;
  }

  /** Highest version this node ever gave to a group that it has forgotten; a newer life of it starts above. */
  get seqUsed(): number {
    return this.#seqUsed;
  }

  /** The link in a slot. */
  linkOf(slot: number): LinkId | undefined {
    return this.#slots.at(slot)?.link;
  }

  /** The group's number; a content that was kept for it is taken up again. */
  intern(name: GroupName): number {
    const { size } = this.groups;
    const group = this.groups.intern(name);
    if (this.groups.size === size) return group;
    const kept = this.retained.take(name);
    if (kept !== undefined) this.#contents.set(group, kept);
    this.idle.add(group);
    return group;
  }

  /** The group's offers, whether in reach or not. */
  content(group: number): OfferSet | undefined {
    return this.#contents.get(group);
  }

  /** What the content offers, whether in reach or not. */
  offers(group: number): readonly VersionedOffer[] | undefined {
    return this.#contents.offers(group);
  }

  /** Version of the group's content, 0 = none. */
  seq(group: number): number {
    return this.#contents.seq(group);
  }

  /** The group's state at its writer, when that is this node. */
  own(group: number): OwnGroup | undefined {
    return this.#own.get(group);
  }

  /** Whether this node is the origin or the gateway: then nobody else's word about the group counts. */
  isMine(name: GroupName): boolean {
    return name.origin === this.self.url || name.writer === this.self.url;
  }

  /** A newer content; each neighbour may need it. */
  setContent(group: number, set: OfferSet): void {
    const wasOver = this.#isOver(group);
    this.#contents.set(group, set);
    this.#touchAll(group);
    // What the owner sees of this node's own groups is their next version.
    if (!this.#own.has(group)) this.#renew(group);
    if (wasOver !== isFinal(set)) this.recompute(group);
  }

  /** What this node offers in one of its groups from now on; nothing at all = the group is not its own any more. */
  setOwn(group: number, own: OwnGroup): void {
    if (own.offers.length === 0) this.#own.delete(group);
    else this.#own.set(group, own);
    this.#renew(group);
    this.#touchAll(group);
    this.recompute(group);
  }

  /** Distance of the group from scratch. */
  recompute(group: number): void {
    this.#settle(group, this.#pathsNow(group));
  }

  /** The session's hop count for the group changed from `before` to what it is now. */
  hopsChanged(session: LinkSession, group: number, before: number): void {
    const after = session.hops(group);
    if (before === after) return;
    if (this.#own.has(group) || this.#isOver(group)) return;
    const distance = this.node.distance.get(group);
    const paths = adjustedPaths(
      {
        best: distance === OUT_OF_REACH ? OUT_OF_REACH : distance - 1,
        via: this.node.via.get(group),
        second: this.node.second.get(group),
      },
      session.slot,
      before,
      after,
    );
    this.#settle(group, paths ?? this.#scan(group));
  }

  /**
   * The hop count a link is to be told: the best way to the group that does not begin with this link, so that two
   * neighbours never feed each other their own word.
   */
  target(session: LinkSession, group: number): number {
    if (this.#contents.offers(group) === undefined) return OUT_OF_REACH;
    const hops = session.slot === this.node.via.get(group)
      ? this.node.second.get(group) + 1
      : this.node.distance.get(group);
    if (hops >= this.groups.name(group).maxHops || !session.passesOut(group)) return OUT_OF_REACH;
    return this.#own.get(group)?.sources.has(session.link) ? OUT_OF_REACH : hops;
  }

  /**
   * A new session, with nothing said yet.
   *
   * @throws {RangeError} If the link is up already.
   */
  attach(link: LinkId, peer: LinkPeer, kind: LinkKind): LinkSession {
    const rooms = { rows: this.#rows, judge: this.#judge };
    const session = this.#slots.open(
      link,
      (slot) => new LinkSession({ link, slot, peer, kind, ...rooms }),
    );
    if (session.ready) this.touchReachable(session);
    return session;
  }

  /** Drops a session and everything it brought. */
  detach(session: LinkSession): void {
    const brought = [...this.groups.indexes()]
      .map((group) => ({ group, before: session.hops(group) }));
    this.#slots.close(session);
    for (const { group, before } of brought) {
      if (before !== OUT_OF_REACH) this.#lost(session.slot, group, before);
      this.noteIdle(group);
    }
    session.columns.close();
  }

  /** Whether nothing depends on what a session brought: other links tell of ways as good. */
  isSpare(session: LinkSession): boolean {
    for (const group of this.groups.indexes()) {
      const isBest = session.slot === this.node.via.get(group);
      if (isBest && this.node.second.get(group) + 1 > this.node.distance.get(group)) return false;
    }
    return true;
  }

  /** Marks a group as something the peer may need: not when it can't be told of it and was not. */
  touch(session: LinkSession, group: number): void {
    if (this.#canBeTold(group) || session.columns.out.get(group) !== OUT_OF_REACH) {
      session.touch(group);
    }
  }

  /** Every group in reach is something the peer may need. */
  touchReachable(session: LinkSession): void {
    for (const group of this.groups.indexes()) this.touch(session, group);
  }

  /** Another policy holds from now on. */
  setPolicy(policy: PeeringPolicy): void {
    this.#policy = policy;
    this.reconsider();
  }

  /** Identity and policy are asked again, about every group on every link. */
  reconsider(): void {
    for (const session of this.sessions.values()) session.reconsider();
    for (const group of this.groups.indexes()) {
      this.#touchAll(group);
      this.recompute(group);
      for (const session of this.sessions.values()) this.askIfBehind(session, group);
    }
  }

  /** What identity and policy let pass a link. */
  passage(session: LinkSession, name: GroupName): Passage {
    const { url, cluster, incarnation } = session.peer;
    // Of another life under its URL a node must hear, or two nodes with one URL would never learn of each other.
    const isTheirs = name.writer === undefined
      ? name.origin === url && (incarnation ?? name.incarnation) === name.incarnation
      : name.origin === url || name.writer === url;
    return {
      in: !this.isMine(name) && this.#policy.allows(name, cluster, this.self.cluster),
      out: !isTheirs && this.#policy.allows(name, this.self.cluster, cluster),
    };
  }

  /** Asks the peer for the content when it advertises a newer one than we hold. */
  askIfBehind(session: LinkSession, group: number): void {
    if (
      session.hops(group) !== OUT_OF_REACH && this.seq(group) < session.columns.heard.get(group)
    ) session.wants.add(group);
  }

  /** Remembers to forget the group if it is out of reach. */
  noteIdle(group: number): void {
    if (this.node.distance.get(group) === OUT_OF_REACH) this.idle.add(group);
  }

  /** Forgets the idle groups that nothing holds: not a neighbour's word, not ours to it, not anything still to be said. */
  forgetIdle(now: number): void {
    const sessions = [...this.sessions.values()];
    for (const group of this.idle.take()) {
      const isHeld = this.node.distance.get(group) !== OUT_OF_REACH ||
        sessions.some((session) => !session.isFreeOf(group));
      if (!isHeld) this.#forget(group, now);
    }
  }

  #forget(group: number, now: number): void {
    const name = this.groups.name(group);
    const content = this.#contents.get(group);
    if (content !== undefined) {
      // What we wrote ourselves is not needed any more, but its versions must not be used twice.
      if (this.isMine(name)) this.#seqUsed = Math.max(this.#seqUsed, content.seq);
      else this.retained.put(name, content, now);
    }
    this.#contents.delete(group);
    this.node.reset(group);
    this.changed.delete(group);
    for (const session of this.sessions.values()) session.reset(group);
    this.groups.release(group);
  }

  #renew(group: number): void {
    this.node.renewed.set(group, 1);
    this.changed.add(group);
  }

  #pathsNow(group: number): BestPaths {
    if (this.#own.has(group)) {
      return { best: this.groups.name(group).base - 1, via: NO_LINK, second: OUT_OF_REACH };
    }
    return this.#isOver(group) ? NO_PATHS : this.#scan(group);
  }

  /** Whether the group's origin has taken everything back. */
  #isOver(group: number): boolean {
    return this.#contents.offers(group)?.length === 0;
  }

  #scan(group: number): BestPaths {
    return bestPaths(
      (slot) => this.#slots.at(slot)?.hops(group) ?? OUT_OF_REACH,
      this.#slots.slotCount,
      this.node.via.get(group),
    );
  }

  #lost(slot: number, group: number, before: number): void {
    if (this.#own.has(group)) return;
    const isAffected = slot === this.node.via.get(group) || before <= this.node.second.get(group);
    if (isAffected) this.recompute(group);
  }

  #settle(group: number, { best, via, second }: BestPaths): void {
    const { node } = this;
    const distance = best === OUT_OF_REACH ? OUT_OF_REACH : best + 1;
    const viaBefore = node.via.get(group);
    if (node.distance.get(group) !== distance) {
      node.distance.set(group, distance);
      this.#touchAll(group);
      this.changed.add(group);
    } else if (viaBefore !== via || node.second.get(group) !== second) {
      this.#slots.at(viaBefore)?.touch(group);
      this.#slots.at(via)?.touch(group);
    }
    node.via.set(group, via);
    node.second.set(group, second);
    this.noteIdle(group);
  }

  #touchAll(group: number): void {
    // Most groups are known at the edge of their radius, where nothing is to be said.
    const canBeTold = this.#canBeTold(group);
    for (const session of this.sessions.values()) {
      if (canBeTold || session.columns.out.get(group) !== OUT_OF_REACH) session.touch(group);
    }
  }

  /** Whether any neighbour could be told: none is nearer than the distance. */
  #canBeTold(group: number): boolean {
    return this.node.distance.get(group) < this.groups.name(group).maxHops;
  }
}
