import { isMesh, nodesToDial } from "../federation/cluster_peering.ts";
import { LastMembers } from "../federation/last_members.ts";
import { mayDialLearnt } from "../federation/learnt_address.ts";
import { MemberBook } from "../federation/member_book.ts";
import type { GroupView } from "../federation/router_contract.ts";
import {
  CLUSTER_LINKS,
  CLUSTER_LINKS_MAX,
  LAST_MEMBERS_DIALS,
  LAST_MEMBERS_MS,
  LEARNT_ATTEMPTS_MAX,
} from "../protocol/limits.ts";
import type { NodeUrl } from "../protocol/names.ts";
import type { MembersMessage } from "../protocol/v1_messages.ts";
import type { ConnectionTable } from "./connection_table.ts";
import type { ConnectionId } from "./events.ts";
import type { LinkKeeper, LinkObserver, NodeIdentity } from "./link_keeper.ts";
import { NeighbourLists } from "./neighbour_lists.ts";
import type { PeerDialer } from "./peer_dialer.ts";
import type { Turn } from "./turn.ts";

/** News of a cluster come in bursts: so long they are awaited before anybody is dialled, in ms, drawn anew each time. */
const GATHER_MS = 200;
/** In a full mesh both nodes of a pair hear of each other; the one with the greater URL leaves the other so long to dial. */
const POLITE_MS = 1_000;
/**
 * Who got out of sight may have died, or all ways to it did: after so long at least, and at most ten times that, it is looked
 * for, in ms.
 */
const PROBE_MS = 1_000;
/** Chance that a node with enough links looks for one that got out of sight: others do, too. */
const PROBE_CHANCE = 1 / 4;
/** A dial that failed once may succeed soon; one that failed more often does not count as a link to come. */
const HOPEFUL_FAILURES_MAX = 1;

/**
 * Makes a cluster form itself: tells neighbours whom this node has links to, and dials as the peering policy says.
 *
 * Who is in the cluster stands in the member book; who is dialled is left to the peer dialer, which gives learnt peers up
 * after some attempts. Those that there was a link to are looked for long after that, now and then, a few at a time: the
 * whole cluster may have fallen apart. Between clusters nothing happens here.
 */
export class ClusterFormer implements LinkObserver {
  readonly #self: NodeIdentity;
  readonly #connections: ConnectionTable;
  readonly #links: () => LinkKeeper;
  readonly #peers: PeerDialer;
  readonly #book: MemberBook;
  readonly #last: LastMembers;
  readonly #random: () => number;
  readonly #isOn: boolean;
  /** Nodes that the dialer has from us. */
  readonly #tried = new Set<NodeUrl>();
  readonly #lost = new Set<NodeUrl>();
  /** Those of them that are dialled once, and no more if that fails. */
  readonly #probed = new Set<NodeUrl>();
  #probeAt = Infinity;
  #searchAt = Infinity;
  readonly #lists: NeighbourLists;
  #isStirred = false;
  #hasHeard = false;
  #bookVersion = 0;
  #hopeless = 0;
  #considerAt = Infinity;

  /** @param rooms The rooms of one node that its cluster touches; `isOn` = it forms its cluster at all. */
  constructor(rooms: {
    readonly self: NodeIdentity;
    readonly connections: ConnectionTable;
    readonly links: () => LinkKeeper;
    readonly peers: PeerDialer;
    readonly random: () => number;
    readonly isOn: boolean;
  }) {
    this.#self = rooms.self;
    this.#connections = rooms.connections;
    this.#links = rooms.links;
    this.#peers = rooms.peers;
    this.#book = new MemberBook(rooms.self);
    this.#last = new LastMembers(rooms.self.url);
    this.#isOn = rooms.isOn;
    this.#random = rooms.random;
    this.#lists = new NeighbourLists({ ...rooms, book: this.#book, cluster: rooms.self.cluster });
  }

  /** Links that nobody configured, at most. */
  get learntMax(): number {
    return this.#isOn ? CLUSTER_LINKS_MAX : 0;
  }

  /** A group came into reach, changed, or is gone. */
  groupChanged(view: GroupView): void {
    if (this.#isOn) this.#book.groupChanged(view);
  }

  /** A link came up, or another connection carries it. */
  linkUp(peer: NodeIdentity, isProven: boolean): void {
    this.#isStirred = true;
    if (!this.#isOn || peer.cluster !== this.#self.cluster) return;
    this.#book.met(peer.url);
    this.#last.met(peer.url, isProven);
  }

  /** At an address that was heard of another node answers. */
  stranger(url: NodeUrl): void {
    this.#last.forget(url);
  }

  /**
   * A link fell. Whoever dialled it tries again, but the other side does too: a node that started anew may have been told
   * of nobody who still lives.
   */
  linkDown(peer: NodeIdentity): void {
    this.#isStirred = true;
    if (!this.#isOn || peer.cluster !== this.#self.cluster) return;
    if (mayDialLearnt(peer.url, this.#self.url)) this.#lost.add(peer.url);
  }

  /** A connection that was a link is gone. */
  linkEnded(id: ConnectionId): void {
    this.#isStirred = true;
    this.#book.linkEnded(id);
  }

  /** A neighbour says whom of our cluster it has links to. */
  hear(link: ConnectionId, message: MembersMessage): void {
    if (this.#isOn) this.#book.heard(link, message);
    this.#hasHeard = true;
  }

  /** Once per turn; returns when to be stepped again. */
  step(turn: Turn): number {
    if (!this.#isOn) return Infinity;
    this.#noteEnds(turn.now);
    this.#retryLost(turn.now);
    if (this.#isStirred) this.#lists.tellLinks(turn);
    const isNews = this.#isStirred || this.#hasHeard || this.#book.version !== this.#bookVersion;
    if (isNews) {
      this.#considerAt = Math.min(this.#considerAt, turn.now + GATHER_MS * this.#random());
    }
    if (this.#book.version !== this.#bookVersion && this.#probeAt === Infinity) {
      this.#probeAt = turn.now + PROBE_MS * (1 + 9 * this.#random());
    }
    if (isNews || this.#searchAt <= turn.now) this.#search(turn.now);
    this.#isStirred = this.#hasHeard = false;
    this.#bookVersion = this.#book.version;
    if (this.#considerAt <= turn.now) {
      this.#lists.tellNear(turn);
      this.#considerAt = this.#consider(turn.now);
    }
    if (this.#probeAt <= turn.now) this.#probe(turn.now);
    return Math.min(this.#considerAt, this.#probeAt, this.#searchAt);
  }

  /** Dials a few of those who were linked once and got lost, again and again until there are none. */
  #search(now: number): void {
    const isAlone = this.#ownLinks().links === 0;
    const isThere = (url: NodeUrl): boolean =>
      this.#links().linkTo(url) !== undefined || this.#book.isSeen(url);
    const away = this.#last.away(now, isThere, isAlone);
    const isDue = this.#searchAt <= now;
    if (away.length === 0) this.#searchAt = Infinity;
    else if (isDue || this.#searchAt === Infinity) {
      this.#searchAt = now + LAST_MEMBERS_MS * (0.1 + 0.9 * this.#random());
    }
    if (!isDue) return;
    let room = LAST_MEMBERS_DIALS;
    for (const url of away) {
      if (room === 0) break;
      if (!this.#try(url, now, true)) continue;
      this.#probed.add(url);
      this.#last.dialled(url);
      room -= 1;
    }
  }

  #retryLost(now: number): void {
    if (this.#lost.size === 0) return;
    let room = this.#room();
    for (const url of this.#lost) {
      if (room > 0 && this.#try(url, now + POLITE_MS * (1 + this.#random()))) room -= 1;
    }
    this.#lost.clear();
  }

  /** How many more may be dialled, were all of them to become links. */
  #room(): number {
    const hopes = this.#tried.size - this.#linkedTried();
    return CLUSTER_LINKS_MAX - this.#ownLinks().links - hopes;
  }

  /** Looks at what became of those that were dialled. */
  #noteEnds(now: number): void {
    let hopeless = 0;
    for (const url of this.#tried) {
      const link = this.#links().linkTo(url);
      const failures = this.#peers.failuresOf(url);
      const isOurs = this.#peers.reasonOf(url) === "member";
      const isTheirs = link !== undefined &&
        this.#connections.get(link)?.purpose === "accepted";
      if (failures > HOPEFUL_FAILURES_MAX && link === undefined) hopeless += 1;
      const isGivenUp = failures > (this.#probed.has(url) ? 0 : LEARNT_ATTEMPTS_MAX);
      if (link !== undefined) this.#probed.delete(url);
      if (isOurs && !isGivenUp && !isTheirs) continue;
      this.#tried.delete(url);
      this.#probed.delete(url);
      this.#peers.release(url, "member");
      if (isGivenUp && link === undefined) this.#book.gaveUp(url, now);
      this.#isStirred = true;
    }
    if (hopeless !== this.#hopeless) this.#isStirred = true;
    this.#hopeless = hopeless;
  }

  /** Dials whoever is missing; returns when to consider it again, if nothing happens before. */
  #consider(now: number): number {
    const { links, dialled } = this.#ownLinks();
    const isFree = (url: NodeUrl): boolean =>
      this.#links().linkTo(url) === undefined && !this.#tried.has(url);
    const unlinked = [...this.#book.seen()]
      .filter(([url]) => this.#links().linkTo(url) === undefined);
    const resting = unlinked.map(([url]) => this.#book.restsUntil(url)).filter((at) => at > now);
    const view = {
      links,
      dialled,
      hopes: this.#tried.size - this.#probed.size - this.#hopeless - this.#linkedTried(),
      unlinked: unlinked.length,
      seen: new Map(
        unlinked.filter(([url]) => isFree(url) && this.#book.restsUntil(url) <= now),
      ),
    };
    const isPolite = isMesh(view);
    for (const url of nodesToDial(view, this.#random)) {
      const waits = isPolite && this.#self.url > url;
      this.#try(url, waits ? now + POLITE_MS * (1 + this.#random()) : now);
    }
    return Math.min(Infinity, ...resting);
  }

  /** Looks for those who got out of sight: a node that lacks links for all of them, others for a few. */
  #probe(now: number): void {
    this.#probeAt = Infinity;
    const chance = this.#ownLinks().links < CLUSTER_LINKS ? 1 : PROBE_CHANCE;
    let room = this.#room();
    for (const url of [...this.#book.remembered()]) {
      if (this.#links().linkTo(url) !== undefined || this.#tried.has(url)) continue;
      const isWanted = room > 0 && this.#random() < chance;
      if (isWanted && this.#try(url, now)) {
        this.#probed.add(url);
        room -= 1;
      } else this.#book.gaveUp(url, now);
    }
  }

  #try(url: NodeUrl, at: number, wasLinked = false): boolean {
    const isThere = this.#peers.reasonOf(url) !== undefined ||
      this.#links().linkTo(url) !== undefined;
    if (isThere || !this.#peers.add(url, at, "member", wasLinked)) return false;
    this.#tried.add(url);
    return true;
  }

  #linkedTried(): number {
    let count = 0;
    for (const url of this.#tried) if (this.#links().linkTo(url) !== undefined) count += 1;
    return count;
  }

  #ownLinks(): { readonly links: number; readonly dialled: number } {
    let [links, dialled] = [0, 0];
    for (const [, id] of this.#links().links()) {
      const record = this.#connections.get(id);
      if (record?.peer?.cluster !== this.#self.cluster) continue;
      links += 1;
      if (record.purpose === "link") dialled += 1;
    }
    return { links, dialled };
  }
}
