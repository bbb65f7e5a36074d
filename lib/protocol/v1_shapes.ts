/**
 * The shapes that only `farcall.v1` has.
 *
 * @module
 */

import { CLUSTER, NUMBER, OBJECT, URL_OF_NODE } from "./field_shapes.ts";
import { optional, required, type Shape } from "./json_fields.ts";
import {
  CALL_TIMEOUT_MS_MAX,
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
const MAX_HOPS: Shape<MaxHops> = {
  expected: `a hop limit from 0 to ${MAX_HOPS_CEILING}`,
  parse: tryMaxHops,
};
const SCOPE: Shape<string> = {
  expected: `a string of at most ${SCOPE_LENGTH_MAX} characters`,
  parse: (value) =>
    typeof value === "string" && value.length <= SCOPE_LENGTH_MAX ? value : undefined,
};

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
