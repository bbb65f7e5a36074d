/**
 * The shapes that only `farcall.v1` has.
 *
 * @module
 */

import {
  type AskedContract,
  type ContractDifference,
  type ContractDigest,
  isContractVersion,
  type OfferContract,
  tryContractDigest,
} from "./contract_facts.ts";
import { BOOLEAN, CLUSTER, FUNCTION, NUMBER, OBJECT, URL_OF_NODE } from "./field_shapes.ts";
import { defaulted, listOf, optional, required, setOf, type Shape } from "./json_fields.ts";
import {
  ARGUMENT_STREAMS_MAX,
  ARGUMENTS_MAX,
  CALL_TIMEOUT_MS_MAX,
  COMMANDS_PER_REQUEST_MAX,
  MAX_HOPS_CEILING,
  RELAY_TTL_MAX,
  SCOPE_LENGTH_MAX,
} from "./limits.ts";
import {
  type HopCount,
  type Incarnation,
  type MaxHops,
  tryHopCount,
  tryIncarnation,
  tryMaxHops,
} from "./names.ts";
import { isReach, type Reach } from "./reach.ts";
import type { GroupName } from "./v1_messages.ts";

const UINT32_MAX = 0xffff_ffff;

function within(max: number): Shape<number> {
  return {
    expected: `a whole number from 0 to ${max}`,
    parse: (value) =>
      typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= max
        ? value
        : undefined,
  };
}

/** Handles, versions and ids of offers. */
export const UINT32: Shape<number> = within(UINT32_MAX);
/** Ids of calls: a busy connection would run out of 32 bits. */
export const CALL_ID: Shape<number> = within(Number.MAX_SAFE_INTEGER);
/** Links a call may still pass. */
export const TTL: Shape<number> = within(RELAY_TTL_MAX);
/** Credit of a stream; more than fits into a window is cut where it is counted. */
export const CREDIT: Shape<number> = within(UINT32_MAX);
/** An argument's place. */
export const ARGUMENT_PLACE: Shape<number> = within(ARGUMENTS_MAX - 1);
/** Places of streamed arguments. */
export const STREAMED: Shape<readonly number[]> = setOf(ARGUMENT_PLACE, ARGUMENT_STREAMS_MAX);
/** Milliseconds left; more than the longest allowed time is cut to that. */
export const TIMEOUT_MS: Shape<number> = {
  expected: "a number of milliseconds from 0",
  parse(value) {
    const ms = NUMBER.parse(value);
    return ms !== undefined && ms >= 0 ? Math.min(ms, CALL_TIMEOUT_MS_MAX) : undefined;
  },
};
/** One life of a node. */
export const INCARNATION: Shape<Incarnation> = {
  expected: "an incarnation, 1 to 64 letters and digits",
  parse: tryIncarnation,
};
/** A hop count that a hop limit can allow. */
export const REACH_HOPS: Shape<HopCount> = {
  expected: `a whole number from 0 to ${MAX_HOPS_CEILING}`,
  parse(value) {
    const hops = tryHopCount(value);
    return hops !== undefined && hops <= MAX_HOPS_CEILING ? hops : undefined;
  },
};
/** How far an offer is heard. */
export const MAX_HOPS: Shape<MaxHops> = {
  expected: `a hop limit from 0 to ${MAX_HOPS_CEILING}`,
  parse: tryMaxHops,
};
/** Export class of an offer. */
export const SCOPE: Shape<string> = {
  expected: `a string of at most ${SCOPE_LENGTH_MAX} characters`,
  parse: (value) =>
    typeof value === "string" && value.length <= SCOPE_LENGTH_MAX ? value : undefined,
};

const DIGEST: Shape<ContractDigest> = {
  expected: "a contract's digest",
  parse: tryContractDigest,
};
const VERSION: Shape<string> = {
  expected: "a contract's version",
  parse: (value) => isContractVersion(value) ? value : undefined,
};

/** What an offer says of its contract. */
export const OFFER_CONTRACT: Shape<OfferContract> = {
  expected: "a contract's digest and version",
  parse(value) {
    const contract = OBJECT.parse(value);
    if (contract === undefined) return undefined;
    const version = optional(contract, "version", VERSION);
    return {
      digest: required(contract, "digest", DIGEST),
      ...(version === undefined ? {} : { version }),
      idempotent: defaulted(contract, "idempotent", BOOLEAN, false),
    };
  },
};

/** What a call says of its contract. */
export const ASKED_CONTRACT: Shape<AskedContract> = {
  expected: "the digest of a call's contract",
  parse(value) {
    const contract = OBJECT.parse(value);
    return contract && {
      digest: required(contract, "digest", DIGEST),
      exact: defaulted(contract, "exact", BOOLEAN, false),
    };
  },
};

/** Functions that ran under other contracts. */
export const DIFFERENCES: Shape<readonly ContractDifference[]> = listOf({
  expected: "a function with two digests",
  parse(value) {
    const difference = OBJECT.parse(value);
    return difference && {
      fun: required(difference, "fun", FUNCTION),
      asked: required(difference, "asked", DIGEST),
      found: required(difference, "found", DIGEST),
    };
  },
}, COMMANDS_PER_REQUEST_MAX);

/** Whose offers a group holds. */
export const GROUP: Shape<GroupName> = {
  expected: "a group",
  parse(value) {
    const group = OBJECT.parse(value);
    if (group === undefined) return undefined;
    const writer = optional(group, "writer", URL_OF_NODE);
    return {
      origin: required(group, "origin", URL_OF_NODE),
      incarnation: required(group, "incarnation", INCARNATION),
      maxHops: required(group, "max_hops", MAX_HOPS),
      scope: required(group, "scope", SCOPE),
      cluster: required(group, "cluster", CLUSTER),
      ...(writer === undefined ? {} : { writer }),
      base: required(group, "base", within(MAX_HOPS_CEILING)),
    };
  },
};

/** How providers are reached. */
export const REACH: Shape<Reach> = {
  expected: "auto, direct or relay",
  parse: (value) => isReach(value) ? value : undefined,
};
