/**
 * The nodes of one's own cluster, as far as they are heard of.
 *
 * Nothing is sent around for it: a node is seen while an offer of it is in reach, or while a neighbour says that it or one
 * of its neighbours has a link to it. All that ends with the links that said so, so nobody is seen for longer than somebody
 * has a link to it. Who is seen
 * no more is remembered, until a dial shows that it is gone: a part of the cluster may have lost all ways to the rest.
 *
 * @module
 */

import { LEARNT_REST_MS, LEARNT_REST_MS_MAX, LINKS_MAX, MEMBERS_MAX } from "../protocol/limits.ts";
import type { ClusterId, NodeUrl } from "../protocol/names.ts";
import type { MembersMessage } from "../protocol/v1_messages.ts";
import { mayDialLearnt } from "./learnt_address.ts";
import type { GroupView, LinkId } from "./router_contract.ts";

interface Member {
  /** How many groups and neighbours tell of it. */
  sightings: number;
  /** Times it was given up since it was met. */
  rests: number;
  restsUntil: number;
}

/** Who is in the cluster. */
export class MemberBook {
  readonly #self: { readonly url: NodeUrl; readonly cluster: ClusterId };
  /** Those seen no more are in the order in which they got out of sight. */
  readonly #members = new Map<NodeUrl, Member>();
  /** What each link told: neighbours of the node there, and their neighbours. */
  readonly #lists = new Map<LinkId, Readonly<Record<1 | 2, Set<NodeUrl>>>>();
  /** Neighbours of neighbours, by the number of neighbours that tell of them. */
  readonly #near = new Map<NodeUrl, number>();
  readonly #groups = new Map<number, NodeUrl>();
  #version = 0;

  /** An empty book of the cluster of `self`. */
  constructor(self: { readonly url: NodeUrl; readonly cluster: ClusterId }) {
    this.#self = self;
  }

  /** Another number after each change of who is seen. */
  get version(): number {
    return this.#version;
  }

  /** Nodes in the book, for tests that look for leaks. */
  get size(): number {
    return this.#members.size;
  }

  /** A group came into reach, changed, or is gone. */
  groupChanged({ index, name, distance }: GroupView): void {
    const before = this.#groups.get(index);
    const isMember = distance !== undefined && name.writer === undefined &&
      name.cluster === this.#self.cluster;
    if (before === (isMember ? name.origin : undefined)) return;
    if (before !== undefined) {
      this.#groups.delete(index);
      this.#unsee(before);
    }
    if (isMember && this.#see(name.origin)) this.#groups.set(index, name.origin);
  }

  /** A neighbour says which nodes of our cluster are so many links away from it, and which no longer. */
  heard(link: LinkId, { hops, add, gone }: MembersMessage): void {
    const lists = this.#lists.get(link) ?? { 1: new Set(), 2: new Set() };
    this.#lists.set(link, lists);
    const list = lists[hops];
    for (const url of gone) if (list.delete(url)) this.#untold(url, hops);
    for (const url of add) {
      if (list.size >= LINKS_MAX || list.has(url) || !this.#see(url)) continue;
      list.add(url);
      if (hops === 1) this.#near.set(url, (this.#near.get(url) ?? 0) + 1);
    }
  }

  /** A link is gone, with all that it told. */
  linkEnded(link: LinkId): void {
    const lists = this.#lists.get(link);
    this.#lists.delete(link);
    for (const hops of [1, 2] as const) {
      for (const url of lists?.[hops] ?? []) this.#untold(url, hops);
    }
  }

  /** Neighbours of neighbours, as those tell. */
  near(): Iterable<NodeUrl> {
    return this.#near.keys();
  }

  /** We have a link to a node of the cluster. */
  met(url: NodeUrl): void {
    const member = this.#members.get(url) ?? this.#add(url);
    if (member !== undefined) member.rests = member.restsUntil = 0;
  }

  /** It could not be reached, or did not want a link. */
  gaveUp(url: NodeUrl, now: number): void {
    const member = this.#members.get(url);
    if (member === undefined) return;
    if (member.sightings === 0) {
      this.#members.delete(url);
      return;
    }
    const restMs = LEARNT_REST_MS * 2 ** Math.min(member.rests, 20);
    member.rests += 1;
    member.restsUntil = now + Math.min(restMs, LEARNT_REST_MS_MAX);
  }

  /** Nodes that are seen, and how many groups and neighbours tell of each; those that rest from being dialled too. */
  *seen(): Iterable<readonly [url: NodeUrl, sightings: number]> {
    for (const [url, { sightings }] of this.#members) if (sightings > 0) yield [url, sightings];
  }

  /** Whether anybody tells of it. */
  isSeen(url: NodeUrl): boolean {
    return (this.#members.get(url)?.sightings ?? 0) > 0;
  }

  /** Nodes that are seen no more, and were not given up. */
  *remembered(): Iterable<NodeUrl> {
    for (const [url, { sightings }] of this.#members) if (sightings === 0) yield url;
  }

  /** Until when a node is not to be dialled; 0 = it may be. */
  restsUntil(url: NodeUrl): number {
    return this.#members.get(url)?.restsUntil ?? 0;
  }

  #see(url: NodeUrl): boolean {
    if (url === this.#self.url || !mayDialLearnt(url, this.#self.url)) return false;
    const member = this.#members.get(url) ?? this.#add(url);
    if (member === undefined) return false;
    member.sightings += 1;
    if (member.sightings === 1) this.#version += 1;
    return true;
  }

  #untold(url: NodeUrl, hops: 1 | 2): void {
    this.#unsee(url);
    if (hops === 2) return;
    const tellers = this.#near.get(url) ?? 0;
    if (tellers > 1) this.#near.set(url, tellers - 1);
    else this.#near.delete(url);
  }

  #unsee(url: NodeUrl): void {
    const member = this.#members.get(url);
    if (member === undefined) return;
    member.sightings -= 1;
    if (member.sightings > 0) return;
    this.#version += 1;
    this.#members.delete(url);
    if (member.rests === 0) this.#members.set(url, member);
  }

  #add(url: NodeUrl): Member | undefined {
    if (this.#members.size >= MEMBERS_MAX) {
      const [oldest] = this.remembered();
      if (oldest === undefined) return undefined;
      this.#members.delete(oldest);
    }
    const member = { sightings: 0, rests: 0, restsUntil: 0 };
    this.#members.set(url, member);
    return member;
  }
}
