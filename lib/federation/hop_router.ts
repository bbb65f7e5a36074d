/**
 * How offers travel between nodes.
 *
 * Each origin puts its offers into a few groups, by hop limit and scope. A group's distance spreads as a bounded
 * distance vector: a node tells each neighbour its best hop count *not counting that neighbour*, remembers what each
 * link told, and recomputes when a link changes its mind or falls. A group's content is a versioned set with one writer
 * that follows the distance. At rest every node lists exactly the offers within their hop limit, at the right distance,
 * and nothing of the dead, whatever the order in which links deliver; no clock takes part.
 *
 * The router is pure: it learns time from its arguments, and everything it wants to say leaves through `flush`. The
 * owner's duties: `linkUp` when a link's peer is known, `receive` for each frame, `linkDown` at its end, and after any
 * of these, or own changes, `flush` while `hasPending` and a link is writable. Where what happens:
 *
 * - `routing_table.ts` holds the state and the two rules: distance from the links' words, target for each link;
 * - `frame_reader.ts` applies a frame, `frame_writer.ts` makes one, `peer_checks.ts` refuses what no good peer says;
 * - `own_offers.ts`, `own_proxies.ts` and `own_sets.ts` write this node's groups;
 * - `offer_set.ts`, `best_paths.ts`: pure values and functions under them.
 *
 * @module
 */

import { RETENTION_CAPACITY, RETENTION_MS, TOMBSTONES_PER_SET_MAX } from "../protocol/limits.ts";
import { hopCount, type NodeUrl } from "../protocol/names.ts";
import type { PropagationMessage } from "../protocol/v1_messages.ts";
import { OUT_OF_REACH } from "./best_paths.ts";
import { FrameReader } from "./frame_reader.ts";
import { writeFlood, writeFrame, writeRequests } from "./frame_writer.ts";
import { type OwnOffer, OwnOffers } from "./own_offers.ts";
import { OwnProxies } from "./own_proxies.ts";
import { OwnSets } from "./own_sets.ts";
import { openPolicy, type PeeringPolicy } from "./peering_policy.ts";
import type {
  GroupView,
  KnownGroups,
  LinkId,
  LinkKind,
  LinkPeer,
  ProxyGroup,
  RouterObserver,
  RouterOutput,
} from "./router_contract.ts";
import { RoutingTable, type SelfPeer } from "./routing_table.ts";

/** Settings of a {@linkcode HopRouter}. */
export interface RouterOptions {
  /** This node, as its neighbours know it. */
  readonly self: SelfPeer;
  /** Told of every change; must not call the router from there. */
  readonly observer: RouterObserver;
  /** Default: {@linkcode openPolicy}. */
  readonly policy?: PeeringPolicy;
  /** How long a content out of reach is kept, in ms. Default 300,000; 0 = not at all. */
  readonly retentionMs?: number;
  /** Most contents kept out of reach. Default 1,024. */
  readonly retentionCapacity?: number;
  /** Deletions remembered per set. Default 64. */
  readonly tombstonesMax?: number;
}

/** Sizes of what a router holds. */
export interface RouterSizes {
  /** Groups known, in reach or not yet forgotten. */
  readonly groups: number;
  /** Links that are up. */
  readonly links: number;
  /** Groups waiting to be told, summed over all links. */
  readonly dirty: number;
  /** Contents kept out of reach. */
  readonly retained: number;
}

/** The router of one node. */
export class HopRouter {
  readonly #table: RoutingTable;
  readonly #sets: OwnSets;
  readonly #offers: OwnOffers;
  readonly #proxies: OwnProxies;
  readonly #observer: RouterObserver;
  readonly #reader: FrameReader;

  /** A router without links and offers. */
  constructor(options: RouterOptions) {
    const { self, observer, policy, retentionMs, retentionCapacity, tombstonesMax } = options;
    this.#observer = observer;
    this.#table = new RoutingTable({
      self,
      policy: policy ?? openPolicy(),
      retentionMs: retentionMs ?? RETENTION_MS,
      retentionCapacity: retentionCapacity ?? RETENTION_CAPACITY,
    });
    const remembered = tombstonesMax ?? TOMBSTONES_PER_SET_MAX;
    this.#reader = new FrameReader(this.#table, remembered);
    this.#sets = new OwnSets(this.#table, remembered);
    this.#offers = new OwnOffers(this.#sets);
    this.#proxies = new OwnProxies(this.#sets);
  }

  /**
   * Offers a function of this node; returns the offer's id.
   *
   * @throws {RangeError} If the node offers as much as one node may.
   */
  register(offer: OwnOffer): number {
    const id = this.#offers.register(offer);
    this.#notify();
    return id;
  }

  /** Takes an own offer back; `false` when there is none with the id. */
  withdraw(id: number): boolean {
    const isKnown = this.#offers.withdraw(id);
    this.#notify();
    return isKnown;
  }

  /**
   * Replaces what a link of the reference's dialect said about an origin at a distance.
   *
   * @throws {RangeError} If the base is not from 1 to `maxHops`.
   */
  setProxy(proxy: ProxyGroup): void {
    this.#proxies.set(proxy);
    this.#notify();
  }

  /**
   * A link is up and its peer known. Both sides send a digest with their next flush.
   *
   * @throws {RangeError} If the link is up already.
   */
  linkUp(link: LinkId, peer: LinkPeer, kind: LinkKind, _now: number): void {
    this.#table.attach(link, peer, kind);
  }

  /** A link is down: what it brought is gone at once. An unknown link is left alone. */
  linkDown(link: LinkId, _now: number): void {
    const session = this.#table.sessions.get(link);
    if (session === undefined) return;
    this.#table.detach(session);
    this.#notify();
  }

  /**
   * Applies one frame as one event. When the peer broke the protocol, the link counts as down from now on, and a
   * sentence is returned with which the owner closes it. A frame of an unknown link is too late, and ignored.
   */
  receive(
    link: LinkId,
    messages: readonly PropagationMessage[],
    now: number,
  ): string | undefined {
    const session = this.#table.sessions.get(link);
    if (session === undefined) return undefined;
    const fault = session.kind === "flood"
      ? "Propagation messages on a link of another dialect"
      : this.#reader.read(session, messages);
    if (fault !== undefined) this.linkDown(link, now);
    this.#notify();
    return fault;
  }

  /** Whether the peer was told all that it may need. */
  isSettled(link: LinkId): boolean {
    const session = this.#table.sessions.get(link);
    return session !== undefined && session.ready && session.crowded.size === 0 &&
      !session.discarding && !session.hasPending();
  }

  /** Whether no distance would change if the link were gone. */
  isSpare(link: LinkId): boolean {
    const session = this.#table.sessions.get(link);
    return session === undefined || this.#table.isSpare(session);
  }

  /** Asks the peer to start over, after anything it sent was dropped. What it said does not count until then. */
  resync(link: LinkId): void {
    const session = this.#table.sessions.get(link);
    if (session === undefined || session.kind === "flood") return;
    this.#reader.restart(session);
    session.discarding = true;
    session.resyncDue = true;
    this.#notify();
  }

  /** Another policy holds from now on, for what the links said before, too. */
  setPolicy(policy: PeeringPolicy): void {
    this.#table.setPolicy(policy);
    this.#notify();
  }

  /** Whether a flush has something to do, on a writable link or in the tables. */
  hasPending(): boolean {
    if (this.#sets.hasEdits || this.#table.idle.size > 0) return true;
    for (const session of this.#table.sessions.values()) if (session.hasPending()) return true;
    return false;
  }

  /**
   * Once per turn: says what is due on each writable link, then forgets what nothing holds any more.
   *
   * @param isHeld Whether a link is held back, since it falls too often: nothing is announced on it, but its peer gets what
   * it needs to announce to us. Default: none is.
   */
  flush(
    output: RouterOutput,
    isWritable: (link: LinkId) => boolean,
    now: number,
    isHeld: (link: LinkId) => boolean = () => false,
  ): void {
    this.#sets.commit();
    for (const [link, session] of this.#table.sessions) {
      if (!session.hasPending() || !isWritable(link)) continue;
      if (session.kind === "flood") {
        writeFlood(this.#table, session, (group, hops) => {
          const count = hops === OUT_OF_REACH ? undefined : hopCount(hops);
          output.flood(link, this.#view(group), count);
        });
      } else {
        const messages = isHeld(link)
          ? writeRequests(this.#table, session)
          : writeFrame(this.#table, session);
        if (messages.length > 0) output.send(link, messages);
      }
    }
    this.#notify();
    this.#table.forgetIdle(now);
  }

  /**
   * The link on the best way to an origin, for relaying calls: to its highest incarnation in reach, or to the nearest
   * gateway that speaks for it; `undefined` = none, or this node itself.
   */
  nextHop(origin: NodeUrl): LinkId | undefined {
    let best: GroupView | undefined;
    for (const group of this.#table.groups.ofOrigin(origin)) {
      const view = this.#view(group);
      if (view.distance !== undefined && (best === undefined || isBetterWay(view, best))) {
        best = view;
      }
    }
    if (best === undefined) return undefined;
    return this.#table.linkOf(this.#table.node.via.get(best.index));
  }

  /** Whether a neighbour speaks of another life under this node's own URL: a twin, or our ghost after a restart. */
  hearsTwin(): boolean {
    const { groups, self, sessions } = this.#table;
    for (const group of groups.ofOrigin(self.url)) {
      const { writer, incarnation } = groups.name(group);
      if (writer !== undefined || incarnation === self.incarnation) continue;
      for (const { columns } of sessions.values()) {
        if (columns.in.get(group) !== OUT_OF_REACH) return true;
      }
    }
    return false;
  }

  /** Drops retained contents whose time is over; returns when to call again, `Infinity` = never. */
  expire(now: number): number {
    return this.#table.retained.expire(now);
  }

  /** Every known group, listed or not. */
  *groups(): Iterable<GroupView> {
    for (const group of this.#table.groups.indexes()) yield this.#view(group);
  }

  /** The groups that the router knows, for whoever keeps what its observer is told. */
  get known(): KnownGroups {
    return this.#table.groups;
  }

  /** How much the router holds. */
  sizes(): RouterSizes {
    let dirty = 0;
    for (const session of this.#table.sessions.values()) dirty += session.dirty.size;
    return {
      groups: this.#table.groups.size,
      links: this.#table.sessions.size,
      dirty,
      retained: this.#table.retained.size,
    };
  }

  #view(group: number): GroupView {
    const name = this.#table.groups.name(group);
    const distance = this.#table.node.distance.get(group);
    const offers = this.#table.own(group)?.offers ?? this.#table.offers(group);
    return distance === OUT_OF_REACH || offers === undefined
      ? { index: group, name, distance: undefined, offers: [] }
      : { index: group, name, distance, offers };
  }

  #notify(): void {
    const { changed, node: { renewed, shown } } = this.#table;
    for (const group of changed.take()) {
      const view = this.#view(group);
      const distance = view.distance ?? OUT_OF_REACH;
      const isRenewed = renewed.get(group) !== 0 && view.distance !== undefined;
      renewed.set(group, 0);
      if (distance === shown.get(group) && !isRenewed) continue;
      shown.set(group, distance);
      this.#observer.groupChanged(view);
    }
  }
}

/** The origin itself before its gateways, a later life before an earlier one, then the nearest. */
function isBetterWay(view: GroupView, than: GroupView): boolean {
  const isDirect = view.name.base === 0;
  if (isDirect !== (than.name.base === 0)) return isDirect;
  if (isDirect && view.name.incarnation !== than.name.incarnation) {
    return view.name.incarnation > than.name.incarnation;
  }
  return (view.distance ?? Infinity) < (than.distance ?? Infinity);
}
