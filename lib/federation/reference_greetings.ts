import type { Announcement } from "../protocol/announcement.ts";
import { LEGACY_GOODBYE_MS, LEGACY_HELLO_MS } from "../protocol/limits.ts";
import type { ClusterId } from "../protocol/names.ts";
import { offerKey } from "./offer_key.ts";
import { handshake, type OwnOffer } from "./reference_announcements.ts";
import { type ReferenceLink, type ReferencePeer, voiceOf } from "./reference_peers.ts";
import type { LinkId, LinkPeer } from "./router_contract.ts";

/** Where a step of the gateway puts what must leave. */
export interface GatewayOutput {
  /** A HELLO for this link. */
  hello(link: LinkId, announcement: Announcement): void;
  /** A GOODBYE in our own name for this link. */
  goodbye(link: LinkId): void;
}

/** Own offers that a node of this cluster may be told by a handshake; `undefined` = its cluster is not known yet. */
export type OwnOffers = (cluster: ClusterId | undefined) => readonly OwnOffer[];

/**
 * Handshakes: the first on each link, their repetition (the reference forgets a quiet peer after 60 s), and taking own
 * offers back, which is a GOODBYE and a handshake with what is left.
 *
 * Taking back waits until there is a link that we dialled: on a GOODBYE the reference closes the socket that it dialled
 * itself, and what follows there would be lost. And the handshake waits for the answer to the GOODBYE: the reference
 * carries a GOODBYE out after it has taken all frames that came in with it, so a HELLO sent at once would be undone.
 */
export class ReferenceGreetings {
  readonly #self: LinkPeer;
  readonly #ownOffers: OwnOffers;
  readonly #due = new Set<ReferenceLink>();
  readonly #left = new WeakSet<ReferencePeer | ReferenceLink>();
  #isOwnChanged = false;

  /** Greets as `self`. */
  constructor(self: LinkPeer, ownOffers: OwnOffers) {
    this.#self = self;
    this.#ownOffers = ownOffers;
  }

  /** A handshake shall go out over this link. */
  greet(link: ReferenceLink): void {
    this.#due.add(link);
  }

  /** The link is gone. */
  forget(link: ReferenceLink): void {
    this.#due.delete(link);
    const { peer } = link;
    if (peer?.goodbye?.link !== link) return;
    // Nobody knows whether it was taken: it is said again as soon as there is a link for it.
    peer.goodbye = undefined;
    peer.mustForget = true;
  }

  /** The GOODBYE that went over this link was carried out. */
  forgotten(link: ReferenceLink): void {
    const { peer } = link;
    if (peer?.goodbye?.link === link) peer.goodbye = { link, until: -Infinity };
  }

  /** Some own offer may have been withdrawn. */
  ownOffersChanged(): void {
    this.#isOwnChanged = true;
  }

  /** A copy of an own offer went to a peer, which lists it from now on. */
  told(peer: ReferencePeer, { capabilities }: Announcement): void {
    for (const fun of capabilities.functions) peer.own.add(offerKey(fun, capabilities.resources));
  }

  /** Emits what is due. */
  flush(peers: Iterable<ReferencePeer>, now: number, output: GatewayOutput): void {
    for (const peer of peers) {
      const voice = voiceOf(peer);
      if (voice === undefined) continue;
      this.#flushPeer(peer, voice, now, output);
    }
    this.#isOwnChanged = false;
    for (const link of this.#due) this.#shakeHands(link, now, output);
    this.#due.clear();
  }

  /** The node leaves: one GOODBYE to each peer, and to whoever was greeted and has no name yet. */
  leave(links: Iterable<ReferenceLink>, output: GatewayOutput): void {
    this.#due.clear();
    for (const link of links) {
      const { peer } = link;
      if (this.#left.has(peer ?? link) || (peer !== undefined && voiceOf(peer) !== link)) continue;
      this.#left.add(peer ?? link);
      output.goodbye(link.id);
    }
  }

  /** When something is due for a peer, in ms. */
  dueAt({ goodbye, helloAt }: ReferencePeer): number {
    return goodbye?.until ?? helloAt;
  }

  /** Links that wait for a handshake. */
  get size(): number {
    return this.#due.size;
  }

  #flushPeer(
    peer: ReferencePeer,
    voice: ReferenceLink,
    now: number,
    output: GatewayOutput,
  ): void {
    if (this.#isOwnChanged) peer.mustForget ||= this.#hasWithdrawn(peer);
    const { goodbye } = peer;
    if (goodbye !== undefined && goodbye.until > now) return;
    peer.goodbye = undefined;
    if (peer.mustForget && voice.direction === "dialed") {
      peer.mustForget = false;
      peer.own.clear();
      peer.goodbye = { link: voice, until: now + LEGACY_GOODBYE_MS };
      this.#due.delete(voice);
      output.goodbye(voice.id);
    } else if (goodbye !== undefined || peer.helloAt <= now) this.#due.add(voice);
  }

  #hasWithdrawn(peer: ReferencePeer): boolean {
    return !peer.own.isSubsetOf(new Set(this.#tellable(peer.cluster).map(keyOf)));
  }

  #shakeHands(link: ReferenceLink, now: number, output: GatewayOutput): void {
    const { peer } = link;
    const offers = this.#tellable(peer?.cluster);
    for (const copy of handshake(this.#self, offers)) output.hello(link.id, copy);
    for (const offer of offers) (peer ?? link).own.add(keyOf(offer));
    if (peer !== undefined) peer.helloAt = now + LEGACY_HELLO_MS;
  }

  #tellable(cluster: ClusterId | undefined): readonly OwnOffer[] {
    return this.#ownOffers(cluster).filter((offer) => offer.maxHops >= 1);
  }
}

function keyOf({ fun, resources }: OwnOffer): string {
  return offerKey(fun, resources);
}
