import type { GroupView } from "../federation/router_contract.ts";
import {
  DIAL_BACK_ATTEMPTS_MAX,
  DIAL_BACKS_MAX,
  DIAL_TIMEOUT_MS,
  LEARNT_ATTEMPTS_MAX,
  LEARNT_DIAL_MS,
  LEARNT_DIALS_BURST,
  LEARNT_PEERS_MAX,
  RECONNECT_LIVING_MS_MAX,
  RECONNECT_MS_MAX,
  RECONNECT_NEWS_MS,
  RECONNECT_RESET_MS,
} from "../protocol/limits.ts";
import type { NodeUrl } from "../protocol/names.ts";
import { backOffMs } from "./back_off.ts";
import type { DialBook } from "./dial_book.ts";
import type { Turn } from "./turn.ts";

/**
 * Why a node is dialled: the author named it, it is one of our own cluster that we heard of, or it is one of the reference
 * that dialled us.
 */
export type DialReason = "configured" | "member" | "dial_back";

/** How many nodes are dialled for a reason at most, and after how many failures in a row each is given up. */
const BOUNDS: Readonly<Record<DialReason, { readonly peers: number; readonly attempts: number }>> =
  {
    configured: { peers: Infinity, attempts: Infinity },
    member: { peers: LEARNT_PEERS_MAX, attempts: LEARNT_ATTEMPTS_MAX },
    dial_back: { peers: DIAL_BACKS_MAX, attempts: DIAL_BACK_ATTEMPTS_MAX },
  };

/** Failures in a row after which a peer counts as away: its pauses are long enough to be worth cutting short. */
const AWAY_FAILURES = 5;

interface DialedPeer {
  readonly url: NodeUrl;
  reason: DialReason;
  /** It was a link before: it takes no room and no dials of those that were only heard of. */
  isKnown: boolean;
  /** What the peer calls itself: it need not be the URL that we dial. */
  nodeUrl: NodeUrl;
  state: "waiting" | "dialing" | "up";
  retryAt: number;
  failures: number;
  upAt: number;
  /** When news of it last brought its next attempt forward. */
  newsAt: number;
}

/**
 * Keeps links to peers: dials, waits longer after each failure, and never gives up those that the author named.
 *
 * Whoever is dialled for another reason is given up after a number of failures and forgotten when {@linkcode release}d.
 * A peer that already has a link to us, because it dialled too, counts as up; it is dialled again when that link falls.
 * Who is away for long is waited for long, unless there is news: it came into reach over others, or another peer that was away
 * as long is back, as when our own way out was broken. Then the next attempt comes soon, and does not change those after it.
 */
export class PeerDialer {
  readonly #peers = new Map<NodeUrl, DialedPeer>();
  readonly #dials: DialBook;
  readonly #random: () => number;
  readonly #isLinked: (peer: NodeUrl) => boolean;
  readonly #isInReach: (peer: NodeUrl) => boolean;
  /** Configured ones that are away. */
  readonly #away = new Set<DialedPeer>();
  /** Those of them that others told of since the last step. */
  readonly #sighted = new Set<DialedPeer>();
  /** Dials of learnt peers so far, as time: each costs the pause between two, and as many as the burst may be saved up. */
  #learntPaidUntil = -Infinity;

  /**
   * @param isLinked Whether a link to the node of this URL is up.
   * @param isInReach Whether it lives, by what others tell. Default: nobody knows.
   */
  constructor(
    dials: DialBook,
    random: () => number,
    isLinked: (peer: NodeUrl) => boolean,
    isInReach: (peer: NodeUrl) => boolean = () => false,
  ) {
    this.#isInReach = isInReach;
    this.#dials = dials;
    this.#random = random;
    this.#isLinked = isLinked;
  }

  /**
   * Adds a peer; it is dialled with the next step. One that is there already stays as it is, but the author's word counts
   * more than any other reason.
   *
   * @param isKnown A member that was a link before: there is room for it, and its dials are not rationed.
   * @returns Whether the peer is there now: there may be no room for another one of that reason.
   */
  add(
    url: NodeUrl,
    now: number,
    reason: DialReason = "configured",
    isKnown = false,
  ): boolean {
    const known = this.#peers.get(url);
    if (known !== undefined) {
      if (reason === "configured" && known.reason !== reason) {
        known.reason = reason;
        if (known.retryAt === Infinity) known.retryAt = now;
      }
      return true;
    }
    if (!isKnown && this.#countOf(reason) >= BOUNDS[reason].peers) return false;
    this.#peers.set(url, {
      url,
      reason,
      isKnown,
      nodeUrl: url,
      state: "waiting",
      retryAt: now,
      failures: 0,
      upAt: 0,
      newsAt: -Infinity,
    });
    return true;
  }

  /** The reason to dial this node is gone; one that is dialled for another reason stays. */
  release(url: NodeUrl, reason: DialReason): void {
    if (this.#peers.get(url)?.reason === reason) this.forget(url);
  }

  /** Why this URL is dialled; `undefined` = it is not. */
  reasonOf(url: NodeUrl): DialReason | undefined {
    return this.#peers.get(url)?.reason;
  }

  /** Dials of this URL that failed in a row; `Infinity` = it is dialled no more. */
  failuresOf(url: NodeUrl): number {
    const peer = this.#peers.get(url);
    return peer === undefined || peer.retryAt === Infinity ? Infinity : peer.failures;
  }

  /** A connection that we dialled for a link is up, and its peer calls itself so. */
  up(dialed: NodeUrl, nodeUrl: NodeUrl, now: number): void {
    const peer = this.#peers.get(dialed);
    if (peer === undefined) return;
    if (this.#away.delete(peer)) { for (const other of this.#away) this.#bringForward(other, now); }
    peer.state = "up";
    peer.isKnown = false;
    peer.nodeUrl = nodeUrl;
    peer.upAt = now;
  }

  /**
   * A dial failed, or a connection dialled for a link ended. Returns the pause in ms until the next attempt; `undefined` =
   * there will be none.
   */
  down(dialed: NodeUrl, now: number): number | undefined {
    const peer = this.#peers.get(dialed);
    if (peer === undefined) return undefined;
    if (peer.state === "up" && now - peer.upAt >= RECONNECT_RESET_MS) peer.failures = 0;
    peer.failures += 1;
    peer.state = "waiting";
    if (peer.failures >= BOUNDS[peer.reason].attempts) {
      peer.retryAt = Infinity;
      return undefined;
    }
    const isConfigured = peer.reason === "configured";
    if (isConfigured && peer.failures >= AWAY_FAILURES) this.#away.add(peer);
    const isLiving = isConfigured && this.#isInReach(peer.nodeUrl);
    const longestMs = isLiving ? RECONNECT_LIVING_MS_MAX : RECONNECT_MS_MAX;
    const pause = backOffMs(peer.failures, this.#random, longestMs);
    peer.retryAt = now + pause;
    return pause;
  }

  /** A group came into reach, changed, or is gone: where it is there, its origin lives. */
  groupChanged({ name, distance }: GroupView): void {
    if (this.#away.size === 0 || distance === undefined || name.writer !== undefined) return;
    for (const peer of this.#away) if (peer.nodeUrl === name.origin) this.#sighted.add(peer);
  }

  /** The peer turned out to be ourselves: never dialled again. */
  forget(dialed: NodeUrl): void {
    const peer = this.#peers.get(dialed);
    if (peer !== undefined) this.#away.delete(peer);
    this.#peers.delete(dialed);
  }

  /**
   * A link fell that the other side had dialled: whoever we count on is dialled soon.
   *
   * @param upMs How long it was up.
   */
  linkLost(nodeUrl: NodeUrl, now: number, upMs = 0): void {
    for (const peer of this.#peers.values()) {
      const isDue = peer.nodeUrl === nodeUrl && peer.state === "waiting";
      if (!isDue || peer.retryAt === Infinity) continue;
      this.#away.delete(peer);
      if (upMs >= RECONNECT_RESET_MS) peer.failures = 0;
      peer.failures = Math.max(peer.failures, 1);
      peer.retryAt = now + backOffMs(peer.failures, this.#random);
    }
  }

  /** Dials whoever is due; returns when to be stepped again. */
  step(turn: Turn): number {
    let wakeAt = Infinity;
    for (const peer of this.#sighted) this.#bringForward(peer, turn.now);
    this.#sighted.clear();
    for (const peer of this.#peers.values()) {
      if (peer.state !== "waiting" || this.#isLinked(peer.nodeUrl)) continue;
      if (peer.retryAt > turn.now) {
        wakeAt = Math.min(wakeAt, peer.retryAt);
        continue;
      }
      const isRationed = peer.reason === "member" && !peer.isKnown;
      const waitMs = isRationed ? this.#spendLearntDial(turn.now) : 0;
      if (waitMs > 0) {
        wakeAt = Math.min(wakeAt, turn.now + waitMs);
        continue;
      }
      peer.state = "dialing";
      const dial = this.#dials.add({
        url: peer.url,
        purpose: "link",
        isLearnt: peer.reason === "member",
      });
      turn.edges.dial(dial, {
        url: peer.url,
        // Nodes of the reference know nothing of clusters that form themselves.
        dialects: peer.reason === "member" ? ["farcall.v1"] : ["farcall.v1", "json"],
        timeoutMs: DIAL_TIMEOUT_MS,
      });
    }
    return wakeAt;
  }

  /** Lets the next attempt come soon, now and then: whoever gives the news may give it again and again. */
  #bringForward(peer: DialedPeer, now: number): void {
    const isDue = peer.state === "waiting" && peer.retryAt < Infinity &&
      now - peer.newsAt >= RECONNECT_NEWS_MS;
    if (!isDue) return;
    peer.newsAt = now;
    peer.retryAt = Math.min(peer.retryAt, now + backOffMs(AWAY_FAILURES, this.#random));
  }

  /** Takes one of the dials that learnt peers have; returns how long to wait for one, 0 = it is taken. */
  #spendLearntDial(now: number): number {
    const full = now - LEARNT_DIALS_BURST * LEARNT_DIAL_MS;
    const paidUntil = Math.max(this.#learntPaidUntil, full) + LEARNT_DIAL_MS;
    if (paidUntil > now) return paidUntil - now;
    this.#learntPaidUntil = paidUntil;
    return 0;
  }

  #countOf(reason: DialReason): number {
    let count = 0;
    for (const peer of this.#peers.values()) {
      if (peer.reason === reason && !peer.isKnown) count += 1;
    }
    return count;
  }
}
