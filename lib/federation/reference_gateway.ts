/**
 * Between the router and the nodes of the reference, which flood, withdraw nothing and dedup by id.
 *
 * Theory of operation. In: HELLOs become facts (`ReferenceFacts`), and the facts about an origin become proxy groups of
 * the router that this node writes (`ReferenceProxies`): links over which HELLOs come take no part in the vector. Out:
 * the router sets targets for each peer and these become HELLOs of one function each (`ReferenceFloods`), besides a
 * handshake that is repeated so that the peer does not forget us.
 *
 * A peer may hold several sockets with us. The router knows one of them (the first that named the peer, the next one
 * when it falls), everything is told over one, where there is a choice one that we dialled, and what was learned over
 * any of them holds until the last is gone. A peer without a link that we dialled hears of our own offers only.
 *
 * What can't be had: through nodes of the reference reach is theirs, a lost offer of another node can't be taken back
 * from them, and nobody there proves who he is: a GOODBYE counts when it comes over a link whose dialled or advertised
 * address it names, no more.
 *
 * @module
 */

import type { Announcement } from "../protocol/announcement.ts";
import { TRACKER_TTL_MS } from "../protocol/limits.ts";
import type { ClusterId, HopCount, NodeUrl } from "../protocol/names.ts";
import type { AnnouncementTracker } from "./announcement_tracker.ts";
import { ReferenceFacts } from "./reference_facts.ts";
import { ReferenceFloods } from "./reference_floods.ts";
import { type GatewayOutput, type OwnOffers, ReferenceGreetings } from "./reference_greetings.ts";
import { excessOf, ReferenceIntake } from "./reference_intake.ts";
import {
  type LinkDirection,
  type ReferenceLink,
  type ReferencePeer,
  ReferencePeers,
  voiceOf,
} from "./reference_peers.ts";
import { ReferenceProxies } from "./reference_proxies.ts";
import type { GroupView, LinkId, LinkPeer, ProxyWriter } from "./router_contract.ts";

/** What a gateway works with. */
export interface ReferenceGatewayOptions {
  /** This node. */
  readonly self: LinkPeer;
  /** Gets the links and the proxy groups. */
  readonly router: ProxyWriter;
  /** Dedup of what comes in. */
  readonly tracker: AnnouncementTracker;
  /** For handshakes. Those with `maxHops` 0 are left out by the gateway itself. */
  readonly ownOffers: OwnOffers;
  /** Is told of each peer that has a link from now on, before anything that it offers. */
  readonly met?: (peer: LinkPeer) => void;
}

/** How a HELLO is to be answered. */
export type HelloAnswer = "added" | { readonly rejected: string };

/** The one adapter of a node to all its links of the reference's dialect. */
export class ReferenceGateway {
  readonly #self: LinkPeer;
  readonly #router: ProxyWriter;
  readonly #tracker: AnnouncementTracker;
  readonly #peers = new ReferencePeers();
  readonly #facts = new ReferenceFacts();
  readonly #proxies: ReferenceProxies;
  readonly #floods: ReferenceFloods;
  readonly #intake: ReferenceIntake;
  readonly #greetings: ReferenceGreetings;
  readonly #met: (peer: LinkPeer) => void;
  #isLeaving = false;

  /** A gateway without links. */
  constructor({ self, router, tracker, ownOffers, met }: ReferenceGatewayOptions) {
    this.#self = self;
    this.#router = router;
    this.#tracker = tracker;
    this.#proxies = new ReferenceProxies(router, this.#facts);
    const facts = this.#facts;
    const floods = this.#floods = new ReferenceFloods(self, facts.knowsAsNear.bind(facts));
    this.#intake = new ReferenceIntake(facts, tracker, floods.isEcho.bind(floods));
    this.#greetings = new ReferenceGreetings(self, ownOffers);
    this.#met = met ?? ((): void => {});
  }

  /**
   * A connection of the reference's dialect is used as a link. A dialled one gets our handshake at once; the router
   * learns of either when the peer's first HELLO tells its name and, for the policy, its cluster.
   */
  linkUp(
    link: LinkId,
    direction: LinkDirection,
    dialedUrl: NodeUrl | undefined,
    _now: number,
  ): void {
    const made = this.#peers.up(link, direction, dialedUrl);
    if (direction === "dialed") this.#greetings.greet(made);
  }

  /**
   * A link is gone, and with a peer's last one all that it told.
   *
   * @returns The peer whose last link this was.
   */
  linkDown(link: LinkId, now: number): NodeUrl | undefined {
    const known = this.#peers.get(link)?.peer?.known;
    const gone = this.#peers.down(link);
    if (gone === undefined) return undefined;
    this.#greetings.forget(gone);
    const peer = gone.peer;
    if (peer === undefined || known !== gone) return undefined;
    this.#router.linkDown(link, now);
    this.#floods.forget(peer);
    const isGone = peer.links.size === 0;
    const origins = isGone ? this.#facts.dropPeer(peer) : this.#facts.originsOf(peer);
    if (!isGone) this.#introduce(peer, now);
    for (const origin of origins) this.#proxies.update(origin);
    return isGone ? peer.url : undefined;
  }

  /** Whose link this is; `undefined` until a HELLO said so. */
  peerOf(link: LinkId): ReferencePeer | undefined {
    return this.#peers.get(link)?.peer;
  }

  /** Whether the peer of this link has another one. */
  isSpare(link: LinkId): boolean {
    return (this.#peers.get(link)?.peer?.links.size ?? 0) > 1;
  }

  /** All peers that have a link to us. */
  peers(): Iterable<ReferencePeer> {
    return this.#peers.all();
  }

  /**
   * A HELLO came in. What the reference answers `ADDED` we answer so too, also where nothing is taken from it: our own
   * offers coming back, a hop count that went too far, a copy seen before.
   */
  hello(link: LinkId, announcement: Announcement, now: number): HelloAnswer {
    const { capabilities, propagation: { hopCount, maxHops, originalSource } } = announcement;
    const excess = excessOf(capabilities);
    if (excess !== undefined) return { rejected: excess };
    const from = this.#peers.get(link);
    if (from === undefined) return { rejected: "This connection is no link" };
    const sender = capabilities.advertisedUrls[0] ?? from.dialedUrl;
    const peer = from.peer ?? this.#name(from, sender, capabilities.clusterId, now);
    if (hopCount === 0) this.#greetBack(from, sender);
    const origin = hopCount === 0 ? sender : originalSource ?? sender;
    if (peer === undefined || origin === undefined || origin === this.#self.url) return "added";
    if (hopCount >= maxHops) return "added";
    if (this.#intake.take(peer, origin, announcement, now)) this.#proxies.update(origin);
    return "added";
  }

  /** The answer to a GOODBYE of ours: what was announced there before it is gone, and what is left can follow. */
  forgotten(link: LinkId): void {
    const from = this.#peers.get(link);
    if (from !== undefined) this.#greetings.forgotten(from);
  }

  /** This node leaves: the next step says GOODBYE to each peer, and nothing is told any more. */
  leave(): void {
    this.#isLeaving = true;
  }

  /** A node leaves; counts only over a link that may speak for it, and then for all that anybody said about it. */
  goodbye(link: LinkId, departing: NodeUrl, _now: number): void {
    if (this.#peers.get(link)?.proven.has(departing) !== true) return;
    this.#facts.dropOrigin(departing);
    this.#proxies.update(departing);
  }

  /** The router's target for a group on a link that it knows. */
  flood(link: LinkId, group: GroupView, hopCount: HopCount | undefined): void {
    const peer = this.#peers.get(link)?.peer;
    if (peer?.known.id === link) this.#floods.target(peer, group, hopCount);
  }

  /**
   * Own offers changed. New ones travel as targets of the router; for withdrawn ones the next step says GOODBYE in our
   * own name and then what is left, over a link that we dialled (where there is none yet, as soon as there is one).
   */
  ownOffersChanged(_now: number): void {
    this.#greetings.ownOffersChanged();
  }

  /**
   * Emits everything that is due and returns when to be called again, in ms (`Infinity` = not by itself). What expired
   * here changes the router: flush it once more if it has something pending.
   */
  step(now: number, output: GatewayOutput): number {
    for (const origin of this.#facts.expire(now)) this.#proxies.update(origin);
    this.#tracker.expire(now);
    if (this.#isLeaving) {
      this.#greetings.leave(this.#peers.links(), output);
      return Infinity;
    }
    this.#greetings.flush(this.#peers.all(), now, output);
    this.#floods.flush(now, (peer, copy) => {
      if (copy.propagation.originalSource === this.#self.url) this.#greetings.told(peer, copy);
      const voice = voiceOf(peer);
      if (voice !== undefined) output.hello(voice.id, copy);
    });
    let wakeAt = Math.min(this.#facts.nextExpiryAt, this.#floods.nextRefreshAt);
    for (const peer of this.#peers.all()) wakeAt = Math.min(wakeAt, this.#greetings.dueAt(peer));
    // With the last peer gone nothing else wakes us to forget the ids.
    const isLast = wakeAt === Infinity && this.#tracker.size + this.#floods.sizes().tracked > 0;
    return isLast ? now + TRACKER_TTL_MS : wakeAt;
  }

  /** HELLOs whose radius was cut to the ceiling, and offers refused for want of room. */
  counts(): { readonly clamped: number; readonly refused: number } {
    return this.#intake.counts();
  }

  /** Entries of all tables, for tests that look for leaks. */
  sizes(): Readonly<Record<string, number>> {
    return {
      ...this.#peers.sizes(),
      ...this.#facts.sizes(),
      ...this.#floods.sizes(),
      proxies: this.#proxies.size,
      greetings: this.#greetings.size,
    };
  }

  #name(
    link: ReferenceLink,
    url: NodeUrl | undefined,
    cluster: ClusterId,
    now: number,
  ): ReferencePeer | undefined {
    if (url === undefined || url === this.#self.url) return undefined;
    const peer = this.#peers.name(link, url, cluster);
    if (peer.links.size === 1) this.#met({ url, cluster });
    if (peer.known === link) this.#introduce(peer, now);
    else if (voiceOf(peer) === link) this.#floods.again(peer);
    return peer;
  }

  #introduce({ known, url, cluster }: ReferencePeer, now: number): void {
    this.#router.linkUp(known.id, { url, cluster }, "flood", now);
  }

  /** Answers an initial HELLO with ours, once per accepted socket: on a dialled one the two would go on for ever. */
  #greetBack(link: ReferenceLink, sender: NodeUrl | undefined): void {
    if (sender !== undefined) this.#peers.prove(link, sender);
    if (link.answered) return;
    link.answered = true;
    this.#greetings.greet(link);
  }
}
