import type { Listing } from "../federation/function_registry.ts";
import { callError, FarcallError } from "../protocol/errors.ts";
import {
  CLUSTER,
  FUNCTION,
  HOPS,
  OBJECT,
  RESOURCES,
  URL_OF_NODE,
} from "../protocol/field_shapes.ts";
import {
  defaulted,
  listOf,
  optional,
  required,
  type Shape,
  ShapeDefect,
} from "../protocol/json_fields.ts";
import type { JsonValue } from "../protocol/json_value.ts";
import { INCARNATION, MAX_HOPS, OFFER_CONTRACT, UINT32 } from "../protocol/v1_shapes.ts";
import type { Missable } from "./broadcaster.ts";

/** An offer came into reach, now says something else (distance, life, cluster, radius), or is gone. */
export interface OfferEvent {
  /** What happened. */
  readonly type: "added" | "changed" | "lost";
  /** The offer as it is now; when lost, as it was. */
  readonly offer: Listing;
}

/** What a node tells a client that watches offers: first how many there are, then each, then what happens. */
export type WatchedOffer = { readonly listed: number } | (OfferEvent & Missable);

/** Offers that a node lists in one answer, at most: the nearest. */
export const LISTED_MAX = 2_048;

const TYPES = ["added", "changed", "lost"] as const;
const TYPE: Shape<OfferEvent["type"]> = {
  expected: "added, changed or lost",
  parse: (value) => TYPES.find((type) => type === value),
};
const DIALECT: Shape<Listing["dialect"]> = {
  expected: "farcall or reference",
  parse: (value) => value === "farcall" || value === "reference" ? value : undefined,
};
const LISTING: Shape<Listing> = {
  expected: "an offer",
  parse(value) {
    const offer = OBJECT.parse(value);
    if (offer === undefined) return undefined;
    const contract = optional(offer, "contract", OFFER_CONTRACT);
    return {
      fun: required(offer, "fun", FUNCTION),
      resources: required(offer, "resources", RESOURCES),
      origin: required(offer, "origin", URL_OF_NODE),
      incarnation: required(offer, "incarnation", INCARNATION),
      cluster: required(offer, "cluster", CLUSTER),
      distance: required(offer, "distance", HOPS),
      maxHops: required(offer, "maxHops", MAX_HOPS),
      dialect: required(offer, "dialect", DIALECT),
      ...(contract === undefined ? {} : { contract }),
    };
  },
};
const LISTINGS = listOf(LISTING, LISTED_MAX);

/**
 * Reads one item of a node's word on offers.
 *
 * @throws {FarcallError} `PROTOCOL` if it is none.
 */
export function readWatchedOffer(item: unknown): WatchedOffer {
  return read(() => {
    const value = OBJECT.parse(item as JsonValue);
    if (value === undefined) throw new ShapeDefect("not an object");
    const listed = optional(value, "listed", UINT32);
    if (listed !== undefined) return { listed };
    const missed = defaulted(value, "missed", UINT32, 0);
    const offer = required(value, "offer", LISTING);
    const event = { type: required(value, "type", TYPE), offer };
    return missed === 0 ? event : { ...event, missed };
  });
}

/**
 * Reads a node's list of offers.
 *
 * @throws {FarcallError} `PROTOCOL` if it is none.
 */
export function readListings(answer: unknown): readonly Listing[] {
  return read(() => required({ offers: answer as JsonValue }, "offers", LISTINGS));
}

function read<Read>(parse: () => Read): Read {
  try {
    return parse();
  } catch (defect) {
    if (!(defect instanceof ShapeDefect)) throw defect;
    throw new FarcallError(callError("PROTOCOL", `The node's word on offers: ${defect.message}`));
  }
}
