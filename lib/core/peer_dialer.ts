import { DIAL_TIMEOUT_MS, RECONNECT_RESET_MS } from "../protocol/limits.ts";
import type { NodeUrl } from "../protocol/names.ts";
import { backOffMs } from "./back_off.ts";
import type { DialBook } from "./dial_book.ts";
import type { Turn } from "./turn.ts";

interface ConfiguredPeer {
  readonly url: NodeUrl;
  /** What the peer calls itself: it need not be the URL that we dial. */
  nodeUrl: NodeUrl;
  state: "waiting" | "dialing" | "up";
  retryAt: number;
  failures: number;
  upAt: number;
}

/**
 * Keeps links to the configured peers: dials, waits longer after each failure, never gives up.
 *
 * A peer that already has a link to us, because it dialled too, counts as up; it is dialled again when that link falls.
 */
export class PeerDialer {
  readonly #peers = new Map<NodeUrl, ConfiguredPeer>();
  readonly #dials: DialBook;
  readonly #random: () => number;
  readonly #isLinked: (peer: NodeUrl) => boolean;

  /** @param isLinked Whether a link to the node of this URL is up. */
  constructor(dials: DialBook, random: () => number, isLinked: (peer: NodeUrl) => boolean) {
    this.#dials = dials;
    this.#random = random;
    this.#isLinked = isLinked;
  }

  /** Adds a peer; it is dialled with the next step. */
  add(url: NodeUrl, now: number): void {
    if (this.#peers.has(url)) return;
    this.#peers.set(url, {
      url,
      nodeUrl: url,
      state: "waiting",
      retryAt: now,
      failures: 0,
      upAt: 0,
    });
  }

  /** A connection that we dialled for a link is up, and its peer calls itself so. */
  up(dialed: NodeUrl, nodeUrl: NodeUrl, now: number): void {
    const peer = this.#peers.get(dialed);
    if (peer === undefined) return;
    peer.state = "up";
    peer.nodeUrl = nodeUrl;
    peer.upAt = now;
  }

  /** A dial failed, or a connection dialled for a link ended. Returns the pause in ms until the next attempt. */
  down(dialed: NodeUrl, now: number): number | undefined {
    const peer = this.#peers.get(dialed);
    if (peer === undefined) return undefined;
    if (peer.state === "up" && now - peer.upAt >= RECONNECT_RESET_MS) peer.failures = 0;
    peer.failures += 1;
    peer.state = "waiting";
    const pause = backOffMs(peer.failures, this.#random);
    peer.retryAt = now + pause;
    return pause;
  }

  /** The peer turned out to be ourselves: never dialled again. */
  forget(dialed: NodeUrl): void {
    this.#peers.delete(dialed);
  }

  /** A link fell that the other side had dialled: whoever we count on is dialled soon. */
  linkLost(nodeUrl: NodeUrl, now: number): void {
    for (const peer of this.#peers.values()) {
      if (peer.nodeUrl !== nodeUrl || peer.state !== "waiting") continue;
      peer.failures = Math.max(peer.failures, 1);
      peer.retryAt = now + backOffMs(peer.failures, this.#random);
    }
  }

  /** Dials whoever is due; returns when to be stepped again. */
  step(turn: Turn): number {
    let wakeAt = Infinity;
    for (const peer of this.#peers.values()) {
      if (peer.state !== "waiting" || this.#isLinked(peer.nodeUrl)) continue;
      if (peer.retryAt > turn.now) {
        wakeAt = Math.min(wakeAt, peer.retryAt);
        continue;
      }
      peer.state = "dialing";
      const dial = this.#dials.add({ url: peer.url, purpose: "link" });
      turn.edges.dial(dial, {
        url: peer.url,
        dialects: ["farcall.v1", "json"],
        timeoutMs: DIAL_TIMEOUT_MS,
      });
    }
    return wakeAt;
  }
}
