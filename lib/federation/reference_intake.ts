import type { Announcement, ServerCapabilities } from "../protocol/announcement.ts";
import {
  FUNCTIONS_PER_HELLO_MAX,
  MAX_HOPS_CEILING,
  RESOURCES_PER_OFFER_MAX,
  TRACKER_TTL_MS,
} from "../protocol/limits.ts";
import {
  type AnnouncementId,
  type HopCount,
  type MaxHops,
  maxHops,
  type NodeUrl,
} from "../protocol/names.ts";
import type { AnnouncementTracker } from "./announcement_tracker.ts";
import { offerKey, sortedSet } from "./offer_key.ts";
import { isGatewayId, plainId } from "./reference_announcements.ts";
import type { Fact, ReferenceFacts } from "./reference_facts.ts";
import type { ReferencePeer } from "./reference_peers.ts";

/** Facts that expire do so at multiples of this, in ms, so that they are looked through seldom. */
const EXPIRY_GRAIN_MS = 10_000;

/** Whether a received copy is one of ours that came back. */
export type IsEcho = (id: AnnouncementId, hopCount: HopCount, now: number) => boolean;

/**
 * Makes facts of HELLOs.
 *
 * The last HELLO of a (peer, origin, function, resources) counts, with these exceptions: an id known from that peer
 * counts only with fewer hops; a handshake (no id) carries the default radius and must not replace the one that the
 * function was announced with; and what a gateway repeats must not replace what holds by itself.
 */
export class ReferenceIntake {
  readonly #facts: ReferenceFacts;
  readonly #tracker: AnnouncementTracker;
  readonly #isEcho: IsEcho;
  #clamped = 0;
  #refused = 0;

  /** Writes to `facts`. */
  constructor(facts: ReferenceFacts, tracker: AnnouncementTracker, isEcho: IsEcho) {
    this.#facts = facts;
    this.#tracker = tracker;
    this.#isEcho = isEcho;
  }

  /** Takes one copy over; `origin` is another node. `false` if it changes nothing but how long a fact holds. */
  take(peer: ReferencePeer, origin: NodeUrl, copy: Announcement, now: number): boolean {
    const { capabilities: { functions, clusterId }, propagation } = copy;
    const { hopCount, announcementId } = propagation;
    const limit = this.#clamp(propagation.maxHops);
    const id = plainId(announcementId);
    if (hopCount >= limit || (id !== "" && this.#isEcho(id, hopCount, now))) return false;
    const isKnownId = id !== "" &&
      this.#tracker.mark(`${peer.session} ${origin}`, id, hopCount, now) === "duplicate";
    const resources = sortedSet(copy.capabilities.resources);
    const base = hopCount + 1;
    let isChanged = false;
    for (const fun of functions) {
      const key = offerKey(fun, resources);
      const isRepeated = hopCount > 0 && isGatewayId(id, origin, fun);
      const expiresAt = isRepeated ? dueAt(now + TRACKER_TTL_MS) : Infinity;
      const fact: Fact = { fun, resources, base, maxHops: limit, cluster: clusterId, expiresAt };
      const old = this.#facts.get(peer, origin, key);
      const isWeaker = id === "" || (isRepeated && old?.expiresAt === Infinity);
      const holds = old !== undefined && (isKnownId || (isWeaker && old.base <= base));
      if (holds) continue;
      if (!this.#facts.set(peer, origin, key, fact)) this.#refused += 1;
      else if (old === undefined || !isSameWay(old, fact)) isChanged = true;
    }
    return isChanged;
  }

  /** HELLOs whose radius was cut to the ceiling, and offers refused for want of room. */
  counts(): { readonly clamped: number; readonly refused: number } {
    return { clamped: this.#clamped, refused: this.#refused };
  }

  /** The writer of a proxy group names its radius, so a larger one can be cut here, and only here. */
  #clamp(asked: MaxHops): MaxHops {
    if (asked <= MAX_HOPS_CEILING) return asked;
    this.#clamped += 1;
    return maxHops(MAX_HOPS_CEILING);
  }
}

/** What is too much in a HELLO, as a sentence; `undefined` = nothing. */
export function excessOf({ functions, resources }: ServerCapabilities): string | undefined {
  if (functions.length > FUNCTIONS_PER_HELLO_MAX) {
    return `Too many functions, at most ${FUNCTIONS_PER_HELLO_MAX} in one HELLO`;
  }
  return resources.length > RESOURCES_PER_OFFER_MAX
    ? `Too many resources, at most ${RESOURCES_PER_OFFER_MAX} in one HELLO`
    : undefined;
}

function isSameWay(a: Fact, b: Fact): boolean {
  return a.base === b.base && a.maxHops === b.maxHops && a.cluster === b.cluster;
}

function dueAt(at: number): number {
  return Math.ceil(at / EXPIRY_GRAIN_MS) * EXPIRY_GRAIN_MS;
}
