import type { HopRouter } from "../federation/hop_router.ts";
import {
  CALL_TIMEOUT_MS_DEFAULT,
  CLUSTER_DIALLED_MIN,
  FLAP_HOLD_MS,
  FLAP_WINDOW_MS,
  FLAPS_MAX,
  HANDSHAKE_TIMEOUT_MS,
  LINKS_MAX,
  RIVAL_PING_MS,
} from "../protocol/limits.ts";
import type { ClusterId, Incarnation, NodeUrl } from "../protocol/names.ts";
import type { V1Hello } from "../protocol/v1_messages.ts";
import { CLOSE } from "./close_codes.ts";
import type { ConnectionRecord, ConnectionTable } from "./connection_table.ts";
import type { ConnectionId } from "./events.ts";
import { HandOvers } from "./hand_overs.ts";
import type { PeerDialer } from "./peer_dialer.ts";
import type { Turn } from "./turn.ts";

/** Who this node is. */
export interface NodeIdentity {
  /** Its address. */
  readonly url: NodeUrl;
  /** Its cluster. */
  readonly cluster: ClusterId;
  /** Its present life. */
  readonly incarnation: Incarnation;
}

/** Hears of links that come and go. */
export interface LinkObserver {
  /** Links within the cluster that nobody configured, at most. */
  readonly learntMax: number;
  /**
   * A link came up, or another connection carries it from now on.
   *
   * @param isProven Whether we dialled the address that the peer calls its own.
   */
  linkUp(peer: NodeIdentity, isProven: boolean): void;
  /** A link fell. */
  linkDown(peer: NodeIdentity): void;
  /** A connection that was a link, or could have been one, is gone. */
  linkEnded(id: ConnectionId): void;
  /** At an address that we dialled because we heard of it another node answers, or one of another cluster. */
  stranger(url: NodeUrl): void;
}

/** Ends a connection now: what it carried is over the moment we say so, not when the socket agrees. */
export type Drop = (turn: Turn, record: ConnectionRecord, code: number, reason: string) => void;

/** A peer that said goodbye has this long to close, and the link of a life that is over is kept as long, in ms. */
const CLOSE_SOON_MS = 1_000;
/**
 * A link that another one replaced stays up this long at most, so that what came over it does not vanish before it came over
 * the other one, in ms: hello, digest and offers take three ways over the path, a handshake may take two in its own time.
 */
const SPARE_MS = HANDSHAKE_TIMEOUT_MS;
/** How often is looked whether it can go sooner, in ms. */
const LOOK_MS = 50;
const DUPLICATE = "duplicate link";
/** A replaced link stays so much longer while calls that went over it have not ended, in ms. */
const BUSY_MS = CALL_TIMEOUT_MS_DEFAULT;
/** Peers whose falls are remembered, at most. */
const FLAPPING_PEERS_MAX = 1_024;

/**
 * Handshakes of `farcall.v1` and the links that come of them.
 *
 * The dialling side says hello first, the accepting side answers with its own; then both may speak. Two nodes keep one link:
 * of two that were dialled from both sides the one dialled by the smaller URL stays, of two from one side the newer. The one
 * that does not stay works until the other one has taken over and the calls on it have ended, because the peer may not know
 * yet; if the other one falls before that, it is the link again. And since a peer that has a link does not dial, the one that would stay has to prove that it is alive: if it can't, the newcomer takes its place.
 * Where two lives have one URL, the link goes to the later one; the earlier is told, and tries again.
 */
export class LinkKeeper {
  readonly #self: NodeIdentity;
  readonly #connections: ConnectionTable;
  readonly #router: HopRouter;
  readonly #peers: PeerDialer;
  readonly #drop: Drop;
  readonly #isBusy: (record: ConnectionRecord) => boolean;
  readonly #observer: LinkObserver;
  readonly #links = new Map<NodeUrl, ConnectionId>();
  /** Connections that shall be closed, and when. */
  readonly #closeAt = new Map<ConnectionId, { readonly at: number; readonly reason: string }>();
  readonly #handOvers: HandOvers;
  /** Connections that came second, and until when the first ones must have answered. */
  readonly #rivals = new Map<ConnectionId, number>();
  readonly #falls = new Map<NodeUrl, number[]>();

  /** @param rooms The rooms of one node that links touch; `isBusy` = calls that went over a connection have not ended. */
  constructor(rooms: {
    readonly self: NodeIdentity;
    readonly connections: ConnectionTable;
    readonly router: HopRouter;
    readonly peers: PeerDialer;
    readonly drop: Drop;
    readonly isBusy: (record: ConnectionRecord) => boolean;
    readonly observer: LinkObserver;
  }) {
    this.#self = rooms.self;
    this.#connections = rooms.connections;
    this.#router = rooms.router;
    this.#peers = rooms.peers;
    this.#drop = rooms.drop;
    this.#isBusy = rooms.isBusy;
    this.#handOvers = new HandOvers(rooms.connections, rooms.router);
    this.#observer = rooms.observer;
  }

  /** All links, by the peer's URL. */
  links(): IterableIterator<[NodeUrl, ConnectionId]> {
    return this.#links.entries();
  }

  /** The link to a node, if one is up. */
  linkTo(peer: NodeUrl): ConnectionId | undefined {
    return this.#links.get(peer);
  }

  /** Asks a peer, or all of them, to tell everything anew. */
  resync(peer: NodeUrl | undefined): void {
    for (const [url, link] of this.#links) {
      if (peer === undefined || peer === url) this.#router.resync(link);
    }
  }

  /** Our side of the handshake on a connection that we dialled. */
  greet(turn: Turn, record: ConnectionRecord, role: V1Hello["role"]): void {
    const learnt = record.isLearnt && record.purpose === "link" ? { learnt: true as const } : {};
    turn.edges.send(record.id, { type: "hello", role, ...this.#self, ...learnt });
  }

  /** The peer's side of the handshake. */
  hello(turn: Turn, record: ConnectionRecord, hello: V1Hello): void {
    if (record.role !== "new") {
      return this.#drop(turn, record, CLOSE.protocol, "second hello on one connection");
    }
    const asked = record.purpose === "call" ? "caller" : record.purpose;
    if (asked !== "accepted" && hello.role !== asked) {
      const reason = `${hello.role} where a ${asked} was dialled`;
      return this.#drop(turn, record, CLOSE.protocol, reason);
    }
    if (hello.role === "client") {
      record.role = "client";
      return this.#answer(turn, record, "client");
    }
    const { url, cluster, incarnation } = hello;
    if (url === undefined || cluster === undefined || incarnation === undefined) {
      return this.#drop(turn, record, CLOSE.protocol, "hello of a node lacks url, cluster, life");
    }
    record.peer = { url, cluster, incarnation };
    if (url === this.#self.url) return this.#metOurselves(turn, record, incarnation);
    if (hello.role === "caller") return this.#becomeCaller(turn, record, url);
    if (record.purpose === "accepted") record.isLearnt = hello.learnt === true;
    this.#becomeLink(turn, record, { url, cluster, incarnation });
  }

  /** A connection that was a link is gone. */
  closed(turn: Turn, record: ConnectionRecord, reason: string): void {
    this.#closeAt.delete(record.id);
    this.#rivals.delete(record.id);
    this.#handOvers.end(record.id);
    const peer = record.peer;
    if (record.role !== "link" || peer === undefined) return;
    this.#router.linkDown(record.id, turn.now);
    this.#observer.linkEnded(record.id);
    if (this.#links.get(peer.url) !== record.id) return;
    if (this.#isInherited(peer)) return;
    this.#links.delete(peer.url);
    this.#observer.linkDown(peer);
    this.#noteFall(peer.url, turn.now);
    this.#peers.linkLost(peer.url, turn.now, turn.now - record.openedAt);
    turn.owner.report({ type: "link_down", peer: peer.url, dialect: record.dialect, reason });
  }

  /** Closes a connection in a second, or after another pause in ms, if the peer does not before. */
  closeSoon(turn: Turn, id: ConnectionId, reason: string, pauseMs = CLOSE_SOON_MS): void {
    this.#closeAt.set(id, { at: turn.now + pauseMs, reason });
  }

  /** Closes what is to be closed by now; returns when to be stepped again. */
  step(turn: Turn): number {
    let wakeAt = this.#judgeRivals(turn);
    for (const [id, { at, reason }] of [...this.#closeAt]) {
      const record = this.#connections.get(id);
      if (at > turn.now) {
        const isOver = record !== undefined && this.#handOvers.isOver(turn, record) &&
          !this.#isBusy(record);
        if (isOver) this.#drop(turn, record, CLOSE.normal, reason);
        else wakeAt = Math.min(wakeAt, at, this.#handOvers.has(id) ? turn.now + LOOK_MS : Infinity);
      } else if (record?.role === "link" && this.#isBusy(record) && at + BUSY_MS > turn.now) {
        wakeAt = Math.min(wakeAt, turn.now + CLOSE_SOON_MS);
      } else if (record !== undefined) this.#drop(turn, record, CLOSE.normal, reason);
      if (record === undefined) this.#closeAt.delete(id);
    }
    return wakeAt;
  }

  #answer(turn: Turn, record: ConnectionRecord, role: V1Hello["role"]): void {
    if (record.purpose === "accepted") this.greet(turn, record, role);
  }

  #metOurselves(turn: Turn, record: ConnectionRecord, incarnation: Incarnation): void {
    if (incarnation === this.#self.incarnation) {
      // The end that dialled must hear whom it reached, or it would dial for ever.
      if (record.dialedUrl === undefined) this.greet(turn, record, "link");
      else this.#peers.forget(record.dialedUrl);
      return this.#drop(turn, record, CLOSE.identityConflict, "dialled itself");
    }
    turn.owner.report({ type: "url_conflict", url: this.#self.url });
    this.#drop(turn, record, CLOSE.identityConflict, "another node has this URL");
  }

  #becomeCaller(turn: Turn, record: ConnectionRecord, url: NodeUrl): void {
    if (record.purpose !== "accepted" && record.dialedUrl !== url) {
      return this.#drop(turn, record, CLOSE.identityConflict, "not the node that was dialled");
    }
    record.role = "caller";
    this.#answer(turn, record, "caller");
  }

  #becomeLink(turn: Turn, record: ConnectionRecord, peer: NodeIdentity): void {
    const fault = record.isLearnt ? this.#learntFault(record, peer) : undefined;
    if (fault !== undefined) {
      if (record.dialedUrl !== undefined) this.#peers.release(record.dialedUrl, "member");
      return this.#drop(turn, record, CLOSE.normal, fault);
    }
    if (record.dialedUrl !== undefined) this.#peers.up(record.dialedUrl, peer.url, turn.now);
    const old = this.#links.get(peer.url);
    const oldRecord = old === undefined ? undefined : this.#connections.get(old);
    if (oldRecord === undefined && this.#links.size >= LINKS_MAX) {
      return this.#drop(turn, record, CLOSE.tooMany, "too many links");
    }
    if (oldRecord?.peer !== undefined && peer.incarnation < oldRecord.peer.incarnation) {
      // Would each replace the other's link, two nodes with one URL would flap for ever.
      return this.#drop(
        turn,
        record,
        CLOSE.identityConflict,
        "a later life of this URL has a link",
      );
    }
    record.role = "link";
    record.heldUntil = this.#isFlapping(peer.url, turn.now) ? turn.now + FLAP_HOLD_MS : 0;
    this.#answer(turn, record, "link");
    this.#router.linkUp(record.id, peer, "vector", turn.now);
    if (oldRecord !== undefined && !this.#replaces(record, peer, oldRecord)) {
      return this.#challenge(turn, record, oldRecord);
    }
    this.#links.set(peer.url, record.id);
    this.#observer.linkUp(peer, record.dialedUrl === peer.url);
    if (oldRecord === undefined) {
      const { dialect } = record;
      turn.owner.report({ type: "link_up", peer: peer.url, dialect, reason: "" });
    } else {
      const isSameLife = oldRecord.peer?.incarnation === peer.incarnation;
      const heldMs = Math.max(0, record.heldUntil - turn.now);
      if (isSameLife) this.#handOver(turn, oldRecord, record, SPARE_MS + heldMs);
      else this.closeSoon(turn, oldRecord.id, DUPLICATE);
    }
  }

  /** Closes a connection when another one has taken over from it, or after this time. */
  #handOver(
    turn: Turn,
    old: ConnectionRecord,
    heir: ConnectionRecord,
    pauseMs = SPARE_MS,
  ): void {
    this.closeSoon(turn, old.id, DUPLICATE, pauseMs);
    this.#handOvers.begin(old.id, heir.id);
  }

  /** A learnt link joins two nodes of one cluster under the URL that was heard of, and none has more than enough. */
  #learntFault(record: ConnectionRecord, peer: NodeIdentity): string | undefined {
    const isOther = record.dialedUrl !== undefined && record.dialedUrl !== peer.url;
    if (isOther || peer.cluster !== this.#self.cluster) {
      if (record.dialedUrl !== undefined) this.#observer.stranger(record.dialedUrl);
      return isOther ? "another node" : "a node of another cluster";
    }
    if (this.#links.has(peer.url)) return undefined;
    let learnt = 0;
    for (const id of this.#links.values()) if (this.#connections.get(id)?.isLearnt) learnt += 1;
    const own = record.purpose === "link" ? CLUSTER_DIALLED_MIN : 0;
    return learnt >= this.#observer.learntMax + own ? "enough links within the cluster" : undefined;
  }

  /** The older link stays if it is alive; a peer that has a link does not dial, so it may not be. */
  #challenge(turn: Turn, rival: ConnectionRecord, old: ConnectionRecord): void {
    this.#rivals.set(rival.id, turn.now + RIVAL_PING_MS);
    if (old.pingedAt !== 0) return;
    old.pingedAt = turn.now;
    old.pingsSent += 1;
    turn.edges.send(old.id, { type: "ping" });
  }

  #judgeRivals(turn: Turn): number {
    let wakeAt = Infinity;
    for (const [id, at] of [...this.#rivals]) {
      const peer = this.#connections.get(id)?.peer;
      const old = peer === undefined ? undefined : this.#links.get(peer.url);
      const oldRecord = old === undefined ? undefined : this.#connections.get(old);
      if (oldRecord === undefined) this.#rivals.delete(id);
      else if (oldRecord.pingedAt === 0) {
        this.#rivals.delete(id);
        const rival = this.#connections.get(id);
        if (rival !== undefined) this.#handOver(turn, rival, oldRecord);
      } else if (at <= turn.now) {
        this.#drop(turn, oldRecord, CLOSE.unresponsive, "silent while its peer dialled again");
      } else wakeAt = Math.min(wakeAt, at);
    }
    return wakeAt;
  }

  /** Whether a connection that came second, or that was replaced and still stands, is the link in place of the one that ended. */
  #isInherited({ url, incarnation }: NodeIdentity): boolean {
    for (const id of [...this.#rivals.keys(), ...this.#closeAt.keys()]) {
      const isRival = this.#rivals.has(id);
      const heir = this.#connections.get(id);
      if (heir?.peer === undefined || heir.peer.url !== url || heir.role !== "link") continue;
      if (!isRival && (!this.#handOvers.has(id) || heir.peer.incarnation !== incarnation)) continue;
      this.#rivals.delete(id);
      this.#closeAt.delete(id);
      this.#handOvers.end(id);
      this.#links.set(url, id);
      this.#observer.linkUp(heir.peer, heir.dialedUrl === url);
      return true;
    }
    return false;
  }

  #replaces(record: ConnectionRecord, peer: NodeIdentity, old: ConnectionRecord): boolean {
    if (old.peer?.incarnation !== peer.incarnation) return true;
    const weDialed = record.purpose === "link";
    if (weDialed === (old.purpose === "link")) return true;
    return weDialed === (this.#self.url < peer.url);
  }

  #noteFall(peer: NodeUrl, now: number): void {
    const recent = (this.#falls.get(peer) ?? []).filter((at) => now - at < FLAP_WINDOW_MS);
    this.#falls.delete(peer);
    this.#falls.set(peer, [...recent, now].slice(-FLAPS_MAX));
    if (this.#falls.size <= FLAPPING_PEERS_MAX) return;
    for (const oldest of this.#falls.keys()) {
      this.#falls.delete(oldest);
      break;
    }
  }

  #isFlapping(peer: NodeUrl, now: number): boolean {
    const falls = this.#falls.get(peer) ?? [];
    return falls.filter((at) => now - at < FLAP_WINDOW_MS).length >= FLAPS_MAX;
  }
}
