import { MAX_HOPS_DEFAULT } from "./limits.ts";
import {
  type AnnouncementId,
  announcementId,
  type HopCount,
  hopCount,
  type MaxHops,
  maxHops,
  type NodeUrl,
  nodeUrl,
} from "./names.ts";

/** What travels with an announcement besides the offer itself: how far it came, how far it may go, whose it is. */
export interface PropagationInfo {
  /** Forwardings behind it: 0 when the origin sends it. */
  readonly hopCount: HopCount;
  /** Greatest distance in links, set by the origin; a relay never changes it. */
  readonly maxHops: MaxHops;
  /** For deduplication in the reference's dialect; `""` = not to be forwarded. */
  readonly announcementId: AnnouncementId;
  /** The node that hosts the function; `undefined` where the sender itself is meant (a plain HELLO). */
  readonly originalSource: NodeUrl | undefined;
}

/** The same in plain primitives; what is left out takes the seed's default. */
export interface PlainPropagation {
  /** Default 0. */
  readonly hopCount?: number;
  /** Default 3. */
  readonly maxHops?: number;
  /** Default `""`. */
  readonly announcementId?: string;
  /** Default `""`: the sender itself. */
  readonly originalSource?: string;
}

/**
 * Propagation info from plain primitives, with the seed's defaults for what is missing.
 *
 * @throws {TypeError | RangeError} If a value is not what its name asks for.
 *
 * @example Missing fields take the defaults of the reference
 * ```ts
 * import { propagationInfo } from "@farcall/farcall";
 * import { assertEquals } from "@std/assert";
 *
 * const info = propagationInfo({ originalSource: "ws://a.example:9000" });
 * assertEquals([info.hopCount, info.maxHops, info.announcementId], [0, 3, ""]);
 * ```
 */
export function propagationInfo(plain: PlainPropagation = {}): PropagationInfo {
  return {
    hopCount: hopCount(plain.hopCount ?? 0),
    maxHops: maxHops(plain.maxHops ?? MAX_HOPS_DEFAULT),
    announcementId: announcementId(plain.announcementId ?? ""),
    originalSource: plain.originalSource ? nodeUrl(plain.originalSource) : undefined,
  };
}

/** Whether this copy came straight from its origin. */
export function isInitialAnnouncement(info: PropagationInfo): boolean {
  return info.hopCount === 0;
}

/** Whether a node that received this copy may send it on: the next node must still be within `maxHops` links. */
export function canForward(info: PropagationInfo): boolean {
  return nextHop(info.hopCount, info.maxHops) !== undefined;
}

/**
 * The hop count a relay puts on its copy of an announcement, or `undefined` when the copy must not travel on.
 *
 * A node at distance `d` from the origin receives `d - 1` (the origin sends 0), so a relay forwards only while the
 * next node is still within `limit` links: invariants I1 (exact reach) and I5 (hop counts).
 *
 * @param received Hops on the copy that arrived, already checked by the codec.
 * @param limit Greatest distance in links, set by the origin; a relay never changes it.
 *
 * @example The third node of a chain is the last within three hops
 * ```ts
 * import { hopCount, maxHops, nextHop } from "@farcall/farcall";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(nextHop(hopCount(1), maxHops(3)), hopCount(2));
 * assertEquals(nextHop(hopCount(2), maxHops(3)), undefined);
 * ```
 */
export function nextHop(received: HopCount, limit: MaxHops): HopCount | undefined {
  return received + 1 < limit ? hopCount(received + 1) : undefined;
}

/** The info a relay sends on, or `undefined` when the copy must not travel on; everything but the hop count is kept (I2). */
export function forwarded(info: PropagationInfo): PropagationInfo | undefined {
  const next = nextHop(info.hopCount, info.maxHops);
  return next === undefined ? undefined : { ...info, hopCount: next };
}
