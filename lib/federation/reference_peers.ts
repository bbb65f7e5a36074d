import { ADVERTISED_URLS_MAX } from "../protocol/limits.ts";
import type { ClusterId, NodeUrl } from "../protocol/names.ts";
import type { LinkId } from "./router_contract.ts";

/** Who opened a connection. */
export type LinkDirection = "accepted" | "dialed";

/** One connection of the reference's dialect that is used as a link. */
export interface ReferenceLink {
  /** Its number. */
  readonly id: LinkId;
  /** Who opened it. */
  readonly direction: LinkDirection;
  /** The address we dialled; `undefined` where we accepted. */
  readonly dialedUrl: NodeUrl | undefined;
  /** Addresses this link may speak for: the dialled one and those that its own initial HELLOs advertised. */
  readonly proven: Set<NodeUrl>;
  /** Keys of own offers told here while the peer had no name yet. */
  readonly own: Set<string>;
  /** Whether its initial HELLO got ours in return. */
  answered: boolean;
  /** Whose link it is, once a HELLO said so. */
  peer: ReferencePeer | undefined;
}

/** One node of the reference, with all its links to us. */
export interface ReferencePeer {
  /** Its address, as it advertises it. */
  readonly url: NodeUrl;
  /** Its cluster, as its first HELLO said. */
  readonly cluster: ClusterId;
  /** In the order in which they named their peer. */
  readonly links: Set<ReferenceLink>;
  /** The one link of this peer that the router knows. */
  known: ReferenceLink;
  /** What was told counts within a session: it changes when the peer may have started anew. */
  session: number;
  /** Keys of own offers that the peer was told and not yet made to forget. */
  own: Set<string>;
  /** When the next HELLO is due, in ms. */
  helloAt: number;
  /** Whether an own offer was withdrawn that the peer still lists. */
  mustForget: boolean;
  /** A GOODBYE that was not answered yet, and until when the answer is waited for, in ms. */
  goodbye: { readonly link: ReferenceLink; readonly until: number } | undefined;
}

/**
 * Which links of the reference's dialect are open and whose they are.
 *
 * A node of the reference and we may each have dialled the other, so a peer is a set of links: what was learned over
 * any of them holds until the last is gone.
 */
export class ReferencePeers {
  readonly #links = new Map<LinkId, ReferenceLink>();
  readonly #peers = new Map<NodeUrl, ReferencePeer>();
  #sessions = 0;

  /** A link is open; a dialled one may speak for the address we dialled. */
  up(id: LinkId, direction: LinkDirection, dialedUrl: NodeUrl | undefined): ReferenceLink {
    const proven = new Set(dialedUrl === undefined ? [] : [dialedUrl]);
    const link: ReferenceLink = {
      ...{ id, direction, dialedUrl, proven },
      own: new Set(),
      answered: direction === "dialed",
      peer: undefined,
    };
    this.#links.set(id, link);
    return link;
  }

  /** The open link of that number. */
  get(id: LinkId): ReferenceLink | undefined {
    return this.#links.get(id);
  }

  /** Says whose link it is. */
  name(link: ReferenceLink, url: NodeUrl, cluster: ClusterId): ReferencePeer {
    const peer = this.#peers.get(url) ?? {
      ...{ url, cluster, known: link },
      links: new Set<ReferenceLink>(),
      session: this.#sessions++,
      own: new Set<string>(),
      helloAt: -Infinity,
      mustForget: false,
      goodbye: undefined,
    };
    this.#peers.set(url, peer);
    peer.links.add(link);
    for (const key of link.own) peer.own.add(key);
    link.own.clear();
    link.peer = peer;
    return peer;
  }

  /** Notes that an initial HELLO of this link advertised the address. */
  prove(link: ReferenceLink, url: NodeUrl): void {
    if (link.proven.size < ADVERTISED_URLS_MAX) link.proven.add(url);
  }

  /** A link is gone; its peer goes with the last one, and starts a new session when it was the one known. */
  down(id: LinkId): ReferenceLink | undefined {
    const link = this.#links.get(id);
    this.#links.delete(id);
    const peer = link?.peer;
    if (link === undefined || peer === undefined) return link;
    peer.links.delete(link);
    const next = voiceOf(peer);
    if (next === undefined) this.#peers.delete(peer.url);
    else if (peer.known === link) {
      peer.known = next;
      peer.session = this.#sessions++;
      peer.helloAt = -Infinity;
    }
    return link;
  }

  /** All open links. */
  links(): Iterable<ReferenceLink> {
    return this.#links.values();
  }

  /** All peers that have a name. */
  all(): Iterable<ReferencePeer> {
    return this.#peers.values();
  }

  /** Links open and peers named. */
  sizes(): { readonly links: number; readonly peers: number } {
    return { links: this.#links.size, peers: this.#peers.size };
  }
}

/**
 * The one link over which a peer is told everything: one that we dialled, where there is one, because the reference
 * takes all messages only where it accepted; else the eldest.
 */
export function voiceOf(peer: ReferencePeer): ReferenceLink | undefined {
  let eldest: ReferenceLink | undefined;
  for (const link of peer.links) {
    if (link.direction === "dialed") return link;
    eldest ??= link;
  }
  return eldest;
}
