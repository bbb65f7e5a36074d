/**
 * One router and its neighbours as puppets: the test says every word of theirs.
 *
 * @module
 */
import { HopRouter, type RouterOptions } from "../../../lib/federation/hop_router.ts";
import type { GroupView, LinkId } from "../../../lib/federation/router_contract.ts";
import {
  clusterId,
  functionName,
  hopCount,
  type Incarnation,
  incarnation,
  maxHops,
  nodeUrl,
} from "../../../lib/protocol/names.ts";
import type {
  GroupName,
  OffersMessage,
  PropagationMessage,
  ReachMessage,
  VersionedOffer,
} from "../../../lib/protocol/v1_messages.ts";

/** A peer's first word when it holds nothing. */
export const EMPTY_DIGEST: PropagationMessage = { type: "digest", held: [], last: true };

/** The address of the node called `name`. */
export function url(name: string): ReturnType<typeof nodeUrl> {
  return nodeUrl(`ws://${name}.example:9000`);
}

/** The first life of every node. */
export const LIFE: Incarnation = incarnation("L1");

/** The name of a group of the node called `origin`. */
export function group(origin: string, parts: Partial<GroupName> = {}): GroupName {
  return {
    origin: url(origin),
    incarnation: LIFE,
    maxHops: maxHops(3),
    scope: "",
    cluster: clusterId("c"),
    base: 0,
    ...parts,
  };
}

export function offer(id: number, at: number, fun = `f${id}`): VersionedOffer {
  return { offer: { id, fun: functionName(fun), resources: [] }, at };
}

export function offers(handle: number, parts: Partial<OffersMessage> = {}): OffersMessage {
  const to = parts.to ?? 1;
  const add = parts.add ?? [offer(1, to)];
  return {
    type: "offers",
    handle,
    from: 0,
    to,
    final: false,
    add,
    del: [],
    floor: parts.from ?? 0,
    ...parts,
  };
}

export function reach(handle: number, hops: number | undefined, seq = 1): ReachMessage {
  const count = hops === undefined ? undefined : hopCount(hops);
  return { type: "reach", handle, hopCount: count, seq };
}

/** The group named, its content and its header, as one frame. */
export function announced(
  handle: number,
  name: GroupName,
  hops: number,
  seq = 1,
): PropagationMessage[] {
  return [
    { type: "name", handle, group: name },
    offers(handle, { to: seq }),
    reach(handle, hops, seq),
  ];
}

/** A router called `me`, and what it said. */
export class Talk {
  readonly router: HopRouter;
  /** Every notification. */
  readonly news: GroupView[] = [];
  /** Links that take nothing at present. */
  readonly stalled: Set<LinkId> = new Set();
  /** What was told to links of the other dialect: link, functions, hop count. */
  readonly floods: [LinkId, string, number | undefined][] = [];
  now = 0;

  constructor(options: Partial<RouterOptions> = {}) {
    this.router = new HopRouter({
      self: { url: url("me"), cluster: clusterId("c"), incarnation: LIFE },
      observer: { groupChanged: (view) => this.news.push(view) },
      ...options,
    });
  }

  register(fun: string, limit = 3, scope = ""): number {
    return this.router.register({
      fun: functionName(fun),
      resources: [],
      maxHops: maxHops(limit),
      scope,
    });
  }

  /** A `farcall.v1` link to the node called `name`; the digests are exchanged. */
  up(link: LinkId, name: string, cluster = "c"): void {
    const peer = { url: url(name), cluster: clusterId(cluster), incarnation: LIFE };
    this.router.linkUp(link, peer, "vector", this.now);
    this.hear(link, EMPTY_DIGEST);
    this.flush();
  }

  /** A frame comes in; returns the complaint. */
  hear(link: LinkId, ...messages: PropagationMessage[]): string | undefined {
    return this.router.receive(link, messages, this.now);
  }

  /** What leaves now, by link. */
  flush(): Map<LinkId, readonly PropagationMessage[]> {
    const sent = new Map<LinkId, readonly PropagationMessage[]>();
    this.router.flush(
      {
        send: (link, messages) => sent.set(link, messages),
        flood: (link, view, hops) =>
          this.floods.push([link, view.offers.map((entry) => entry.offer.fun).join(), hops]),
      },
      (link) => !this.stalled.has(link),
      this.now,
    );
    return sent;
  }

  /** What leaves now on one link. */
  say(link: LinkId): readonly PropagationMessage[] {
    return this.flush().get(link) ?? [];
  }

  /** What is listed: function and distance. */
  listed(): string[] {
    return [...this.router.groups()].flatMap(({ distance, offers }) =>
      offers.map((entry) => `${entry.offer.fun}@${distance}`)
    ).sort();
  }
}
