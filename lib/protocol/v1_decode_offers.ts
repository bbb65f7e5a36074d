/**
 * From JSON to the messages by which offers travel in `farcall.v1`.
 *
 * @module
 */

import { BOOLEAN, LIST, OBJECT, RESOURCES } from "./field_shapes.ts";
import { listOf, nullable, required, type Shape } from "./json_fields.ts";
import type { JsonObject, JsonValue } from "./json_value.ts";
import { KnownNames } from "./known_names.ts";
import { GROUPS_PER_LINK_MAX, OFFERS_PER_ORIGIN_MAX } from "./limits.ts";
import type { ResourceName } from "./names.ts";
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

const NO_RESOURCES: readonly ResourceName[] = [];

/** An element of a list, `null` where the list is shorter. */
function element(list: readonly JsonValue[], at: number): JsonValue {
  return list[at] ?? null;
}

/** `[id, fun, at, resources?, contract?]`; nearly every list ends after three, and there are many of them. */
function addedOffer(value: JsonValue, names: KnownNames): VersionedOffer | undefined {
  const parts = LIST.parse(value);
  if (parts === undefined) return undefined;
  const id = UINT32.parse(element(parts, 0));
  const fun = names.find(parts[1]);
  const at = UINT32.parse(element(parts, 2));
  if (id === undefined || fun === undefined || at === undefined) return undefined;
  if (parts.length === 3) return { offer: { id, fun, resources: NO_RESOURCES }, at };
  const resources = RESOURCES.parse(element(parts, 3));
  if (resources === undefined) return undefined;
  if (parts.length === 4) return { offer: { id, fun, resources }, at };
  const contract = OFFER_CONTRACT.parse(element(parts, 4));
  return contract && { offer: { id, fun, resources, contract }, at };
}

/** Reads lists of offers, and remembers the names in them. */
export class OfferReader {
  readonly #names = new KnownNames();
  /** Offers that came. */
  readonly added: Shape<readonly VersionedOffer[]> = listOf({
    expected: "an offer, [id, fun, at, resources?, contract?]",
    parse: (value) => addedOffer(value, this.#names),
  }, OFFERS_PER_ORIGIN_MAX);
}

const DELETED: Shape<readonly Deletion[]> = listOf({
  expected: "a deletion, [id, at]",
  parse(value) {
    const parts = LIST.parse(value);
    if (parts === undefined) return undefined;
    const id = UINT32.parse(element(parts, 0));
    const at = UINT32.parse(element(parts, 1));
    return id === undefined || at === undefined ? undefined : { id, at };
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
export function decodeOffers(value: JsonObject, reader: OfferReader): OffersMessage {
  return {
    type: "offers",
    handle: required(value, "handle", UINT32),
    from: required(value, "from", UINT32),
    to: required(value, "to", UINT32),
    final: required(value, "final", BOOLEAN),
    add: required(value, "add", reader.added),
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
