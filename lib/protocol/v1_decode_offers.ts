/**
 * From JSON to the messages by which offers travel in `farcall.v1`.
 *
 * @module
 */

import { BOOLEAN, FUNCTION, OBJECT, RESOURCES } from "./field_shapes.ts";
import { listOf, nullable, optional, required, type Shape } from "./json_fields.ts";
import type { JsonObject } from "./json_value.ts";
import { GROUPS_PER_LINK_MAX, OFFERS_PER_ORIGIN_MAX } from "./limits.ts";
import type {
  Deletion,
  DigestMessage,
  FreshMessage,
  GroupName,
  NameMessage,
  OffersMessage,
  ReachMessage,
  ResyncMessage,
  VersionedOffer,
  WantMessage,
} from "./v1_messages.ts";
import { GROUP, OFFER_CONTRACT, REACH_HOPS, UINT32 } from "./v1_shapes.ts";

const HELD: Shape<readonly { readonly group: GroupName; readonly seq: number }[]> = listOf({
  expected: "a group with its version",
  parse(value) {
    const held = OBJECT.parse(value);
    return held && { group: required(held, "group", GROUP), seq: required(held, "seq", UINT32) };
  },
}, GROUPS_PER_LINK_MAX);

const ADDED: Shape<readonly VersionedOffer[]> = listOf({
  expected: "an offer",
  parse(value) {
    const added = OBJECT.parse(value);
    if (added === undefined) return undefined;
    const contract = optional(added, "contract", OFFER_CONTRACT);
    // The usual offer has no contract, and is made in one piece: there are many of them.
    const offer = {
      id: required(added, "id", UINT32),
      fun: required(added, "fun", FUNCTION),
      resources: required(added, "resources", RESOURCES),
    };
    return {
      offer: contract === undefined ? offer : { ...offer, contract },
      at: required(added, "at", UINT32),
    };
  },
}, OFFERS_PER_ORIGIN_MAX);

const DELETED: Shape<readonly Deletion[]> = listOf({
  expected: "a deletion",
  parse(value) {
    const deleted = OBJECT.parse(value);
    return deleted && { id: required(deleted, "id", UINT32), at: required(deleted, "at", UINT32) };
  },
}, OFFERS_PER_ORIGIN_MAX);

const GONE_OR_HOPS = nullable(REACH_HOPS, "gone" as const);

/** Gives a group a handle. */
export function decodeName(value: JsonObject): NameMessage {
  return {
    type: "name",
    handle: required(value, "handle", UINT32),
    group: required(value, "group", GROUP),
  };
}

/** What the sender holds. */
export function decodeDigest(value: JsonObject): DigestMessage {
  return {
    type: "digest",
    held: required(value, "held", HELD),
    last: required(value, "last", BOOLEAN),
  };
}

/** How far a group is. */
export function decodeReach(value: JsonObject): ReachMessage {
  const hops = required(value, "hop_count", GONE_OR_HOPS);
  return {
    type: "reach",
    handle: required(value, "handle", UINT32),
    hopCount: hops === "gone" ? undefined : hops,
    seq: required(value, "seq", UINT32),
  };
}

/** A group's content. */
export function decodeOffers(value: JsonObject): OffersMessage {
  return {
    type: "offers",
    handle: required(value, "handle", UINT32),
    from: required(value, "from", UINT32),
    to: required(value, "to", UINT32),
    final: required(value, "final", BOOLEAN),
    add: required(value, "add", ADDED),
    del: required(value, "del", DELETED),
    floor: required(value, "floor", UINT32),
  };
}

/** Asks for content. */
export function decodeWant(value: JsonObject): WantMessage {
  return {
    type: "want",
    handle: required(value, "handle", UINT32),
    have: required(value, "have", UINT32),
  };
}

/** Asks to start over. */
export function decodeResync(value: JsonObject): ResyncMessage {
  return { type: "resync", held: required(value, "held", HELD) };
}

/** Starts over. */
export function decodeFresh(): FreshMessage {
  return { type: "fresh" };
}
