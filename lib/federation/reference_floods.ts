import type { Announcement } from "../protocol/announcement.ts";
import { LEGACY_REFRESH_MS } from "../protocol/limits.ts";
import type { AnnouncementId, HopCount, NodeUrl } from "../protocol/names.ts";
import type { GroupName, VersionedOffer } from "../protocol/v1_messages.ts";
import { AnnouncementTracker } from "./announcement_tracker.ts";
import { offerKey } from "./offer_key.ts";
import { floodCopy, floodId, refreshedId, shorterId } from "./reference_announcements.ts";
import { type ReferencePeer, voiceOf } from "./reference_peers.ts";
import type { GroupView, LinkPeer } from "./router_contract.ts";

interface Target {
  group: GroupView;
  hopCount: HopCount;
  /** By offer: the version told and the id it was told by. */
  readonly told: Map<number, { readonly at: number; readonly id: AnnouncementId }>;
}

/** Whether a peer knows an offer by a way as short as ours, so that telling it gives nothing. */
export type KnowsAsNear = (
  peer: ReferencePeer,
  origin: NodeUrl,
  key: string,
  distance: number,
) => boolean;

/** Takes a copy for a peer. */
export type Emit = (peer: ReferencePeer, copy: Announcement) => void;

/**
 * What the reference's nodes are to be told, offer by offer.
 *
 * Theory of operation: the router sets targets; a flush turns those that changed into HELLOs. A tracker keeps what a
 * peer's own dedup would keep: an id goes out once, again only for fewer hops (marked), and every 120 s a new id made
 * from the old one and the number of the 120 s, which all gateways share, lets far gateways know that it still holds.
 * A longer way can't be told before that, and a withdrawal not at all.
 *
 * Offers of others are told over links that we dialled, and no other way: over a socket that the reference dialled it
 * takes every HELLO for the dialled node's own, whatever source it names, and passes nothing on.
 */
export class ReferenceFloods {
  readonly #self: LinkPeer;
  readonly #knows: KnowsAsNear;
  readonly #tracker = new AnnouncementTracker();
  readonly #targets = new Map<ReferencePeer, Map<number, Target>>();
  readonly #dirty = new Map<ReferencePeer, Set<number>>();
  #epoch = -1;

  /**
   * Copies in the name of `self`.
   *
   * @param knows Asked before each copy.
   */
  constructor(self: LinkPeer, knows: KnowsAsNear) {
    this.#self = self;
    this.#knows = knows;
  }

  /** Sets or, without a hop count, drops a peer's target for a group. */
  target(peer: ReferencePeer, group: GroupView, hopCount: HopCount | undefined): void {
    const targets = this.#targets.get(peer) ?? new Map<number, Target>();
    const target = targets.get(group.index);
    const isSameGroup = target !== undefined && target.group.name.origin === group.name.origin &&
      target.group.name.incarnation === group.name.incarnation;
    if (hopCount === undefined) targets.delete(group.index);
    else if (isSameGroup) Object.assign(target, { group, hopCount });
    else targets.set(group.index, { group, hopCount, told: new Map() });
    if (targets.size === 0) return this.forget(peer);
    this.#targets.set(peer, targets);
    const dirty = this.#dirty.get(peer) ?? new Set();
    this.#dirty.set(peer, dirty.add(group.index));
  }

  /** Drops all targets of a peer: it is gone, or the router is about to set them anew. */
  forget(peer: ReferencePeer): void {
    this.#targets.delete(peer);
    this.#dirty.delete(peer);
  }

  /** The peer is told over another link from now on: everything is due again there. */
  again(peer: ReferencePeer): void {
    const targets = this.#targets.get(peer);
    if (targets !== undefined) this.#dirty.set(peer, new Set(targets.keys()));
  }

  /** Whether a received copy is one of ours that came back, or one no nearer than what we ourselves told. */
  isEcho(id: AnnouncementId, hopCount: HopCount, now: number): boolean {
    const told = this.#tracker.bestHop("", id, now);
    return told !== undefined && told <= hopCount;
  }

  /** Emits what is due. */
  flush(now: number, emit: Emit): void {
    const epoch = Math.floor(now / LEGACY_REFRESH_MS);
    const isRefresh = this.#epoch >= 0 && epoch > this.#epoch;
    this.#epoch = Math.max(this.#epoch, epoch);
    this.#tracker.expire(now);
    for (const [peer, targets] of this.#targets) {
      const dirty = this.#dirty.get(peer);
      for (const index of isRefresh ? targets.keys() : dirty ?? []) {
        const target = targets.get(index);
        if (target === undefined) continue;
        if (isRefresh) this.#refresh(target);
        this.#tell(peer, target, now, emit);
      }
    }
    this.#dirty.clear();
  }

  /** When the next repetition is due, in ms; `Infinity` while there is nothing to repeat. */
  get nextRefreshAt(): number {
    return this.#targets.size === 0 || this.#epoch < 0
      ? Infinity
      : (this.#epoch + 1) * LEGACY_REFRESH_MS;
  }

  /** Entries of all tables, for tests that look for leaks. */
  sizes(): { readonly targets: number; readonly tracked: number } {
    let targets = 0;
    for (const each of this.#targets.values()) targets += each.size;
    return { targets, tracked: this.#tracker.size };
  }

  /** Gives what was told before a new id; nothing else is told again. */
  #refresh(target: Target): void {
    const { group: { name, offers }, told } = target;
    const ids = plainIds(name, offers);
    for (const [number, { at }] of [...told]) {
      const plain = ids.get(number);
      if (plain !== undefined) told.set(number, { at, id: refreshedId(plain, this.#epoch) });
    }
  }

  #tell(peer: ReferencePeer, target: Target, now: number, emit: Emit): void {
    const { group: { name, offers }, hopCount, told } = target;
    const voice = voiceOf(peer);
    if (voice === undefined) return;
    if (voice.direction === "accepted" && name.origin !== this.#self.url) return;
    const scope = `${peer.session} ${voice.id} ${name.maxHops} ${name.scope}`;
    const ids = plainIds(name, offers);
    for (const number of told.keys()) if (!ids.has(number)) told.delete(number);
    for (const { offer, at } of offers) {
      const key = offerKey(offer.fun, offer.resources);
      const plain = ids.get(offer.id);
      if (plain === undefined || this.#knows(peer, name.origin, key, hopCount + 1)) continue;
      const before = told.get(offer.id);
      const id = before?.at === at ? before.id : this.#firstId(scope, plain, now);
      told.set(offer.id, { at, id });
      const verdict = this.#tracker.mark(scope, id, hopCount, now);
      if (verdict === "duplicate") continue;
      this.#tracker.mark("", id, hopCount, now);
      const shown = verdict === "new" ? id : shorterId(id, hopCount);
      emit(peer, floodCopy(this.#self, name, offer, hopCount, shown));
    }
  }

  /** The plain id, or that of the epoch where the peer's dedup may still know the plain one from before. */
  #firstId(scope: string, plain: AnnouncementId, now: number): AnnouncementId {
    const isFresh = this.#tracker.bestHop(scope, plain, now) === undefined;
    return isFresh ? plain : refreshedId(plain, this.#epoch);
  }
}

/** Ids by the offers' numbers; of two that would be the same the elder offer keeps the plain one. */
function plainIds(
  name: GroupName,
  offers: readonly VersionedOffer[],
): ReadonlyMap<number, AnnouncementId> {
  const eldest = new Map<string, number>();
  for (const { offer, at } of offers) {
    const version = `${at} ${offer.fun}`;
    eldest.set(version, Math.min(eldest.get(version) ?? Infinity, offer.id));
  }
  return new Map(offers.map(({ offer, at }) => {
    const isEldest = eldest.get(`${at} ${offer.fun}`) === offer.id;
    return [offer.id, floodId(name, offer, at, isEldest ? undefined : offer.id)];
  }));
}
