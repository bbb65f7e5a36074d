/**
 * Branded names: a `NodeUrl` is a string at run time and cannot be mixed up with a `FunctionName` at compile time.
 *
 * Each has one constructor that checks it and throws with the value in the message, and a `try…` twin that
 * returns `undefined` for what a codec must refuse without an exception.
 *
 * @module
 */

import {
  ANNOUNCEMENT_ID_BYTES_MAX,
  CLUSTER_ID_BYTES_MAX,
  MAX_HOPS_CEILING,
  NAME_BYTES_MAX,
  URL_BYTES_MAX,
} from "./limits.ts";

/** A plain value with a name of its own for the type checker; the key is never there at run time. */
export type Branded<Value, Name extends string> = Value & { readonly "~brand": Name };

/** A node's address as it advertises it, `ws://host:port/path`; compared letter by letter, never normalised. */
export type NodeUrl = Branded<string, "NodeUrl">;
/** The cluster a node belongs to. */
export type ClusterId = Branded<string, "ClusterId">;
/** A callable function's name. */
export type FunctionName = Branded<string, "FunctionName">;
/** A capability that a provider has and a caller may ask for: `gpu`, `dataset-v2`. */
export type ResourceName = Branded<string, "ResourceName">;
/** Id of one announcement in the reference's dialect; `""` marks one that is not to be forwarded. */
export type AnnouncementId = Branded<string, "AnnouncementId">;
/** Forwardings an announcement has behind it: 0 when the origin sends it. */
export type HopCount = Branded<number, "HopCount">;
/** Greatest distance, in links, at which an offer is listed. */
export type MaxHops = Branded<number, "MaxHops">;
/** One life of a node: made at boot, sorts by time, so that a restarted node beats its own past. */
export type Incarnation = Branded<string, "Incarnation">;

const CONTROL = /\p{Cc}/u;
/** What nearly every name is made of: a unit is a byte, and none is a control character. */
const PRINTABLE_ASCII = /^[ -~]+$/;
/**
 * Addresses that every URL parser takes, found without one: labels begin with a letter, so none is a number of an IP
 * address, and no two hyphens meet, so none is punycode.
 */
const PLAIN_NODE_URL =
  /^wss?:\/\/[a-z][a-z0-9]*(?:[.-][a-z][a-z0-9]*)*(?::(?:[0-9]{1,4}|[1-5][0-9]{4}))?(?:\/[a-z0-9/]*)?$/;

function isText(value: unknown, bytesMax: number): value is string {
  if (typeof value !== "string") return false;
  if (value.length <= bytesMax && PRINTABLE_ASCII.test(value)) return true;
  // A UTF-16 unit is at most 3 bytes of UTF-8, so most names are settled without encoding them.
  return value.length > 0 && value.length <= bytesMax &&
    !CONTROL.test(value) && value.isWellFormed() &&
    (value.length * 3 <= bytesMax || new TextEncoder().encode(value).length <= bytesMax);
}

function isNodeUrl(value: unknown): value is NodeUrl {
  if (typeof value !== "string" || value.length > URL_BYTES_MAX) return false;
  if (PLAIN_NODE_URL.test(value)) return true;
  // The parser trims spaces and forgets an empty fragment, so both are looked for in the letters themselves.
  if (
    !isText(value, URL_BYTES_MAX) || !/^wss?:\/\/[^\s#]+$/.test(value) || !URL.canParse(value)
  ) {
    return false;
  }
  const url = new URL(value);
  return url.username === "" && url.password === "" && url.hostname !== "";
}

function shown(value: unknown): string {
  const text = typeof value === "string" ? JSON.stringify(value) : String(value);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

function printable(bytesMax: number): string {
  return `1 to ${bytesMax} bytes without control characters`;
}

/** The name that a check made of a value, or the exception that says what was expected. */
function checked<Name>(
  made: Name | undefined,
  value: unknown,
  expected: string,
  ErrorType: new (message: string) => Error = TypeError,
): Name {
  if (made !== undefined) return made;
  throw new ErrorType(`Not ${expected}: ${shown(value)}`);
}

/** `nodeUrl` for values that may be wrong: `undefined` instead of an exception. */
export function tryNodeUrl(value: unknown): NodeUrl | undefined {
  return isNodeUrl(value) ? value : undefined;
}

/**
 * A node's address from a plain string.
 *
 * @throws {TypeError} If it is not a `ws:` or `wss:` URL without user-info and fragment, of at most 2,048 bytes.
 */
export function nodeUrl(value: string): NodeUrl {
  const expected = "a node URL, expected ws://host:port or wss://host without user or fragment";
  return checked(tryNodeUrl(value), value, expected);
}

/** `clusterId` for values that may be wrong. */
export function tryClusterId(value: unknown): ClusterId | undefined {
  return isText(value, CLUSTER_ID_BYTES_MAX) ? value as ClusterId : undefined;
}

/**
 * A cluster's name from a plain string.
 *
 * @throws {TypeError} If it is empty, longer than 128 bytes, or holds control characters.
 */
export function clusterId(value: string): ClusterId {
  const made = tryClusterId(value);
  return checked(made, value, `a cluster id, expected ${printable(CLUSTER_ID_BYTES_MAX)}`);
}

/** `functionName` for values that may be wrong. */
export function tryFunctionName(value: unknown): FunctionName | undefined {
  return isText(value, NAME_BYTES_MAX) ? value as FunctionName : undefined;
}

/**
 * A function's name from a plain string.
 *
 * @throws {TypeError} If it is empty, longer than 256 bytes, or holds control characters.
 */
export function functionName(value: string): FunctionName {
  const made = tryFunctionName(value);
  return checked(made, value, `a function name, expected ${printable(NAME_BYTES_MAX)}`);
}

/** `resourceName` for values that may be wrong. */
export function tryResourceName(value: unknown): ResourceName | undefined {
  return isText(value, NAME_BYTES_MAX) ? value as ResourceName : undefined;
}

/**
 * A resource's name from a plain string.
 *
 * @throws {TypeError} If it is empty, longer than 256 bytes, or holds control characters.
 */
export function resourceName(value: string): ResourceName {
  const made = tryResourceName(value);
  return checked(made, value, `a resource name, expected ${printable(NAME_BYTES_MAX)}`);
}

/** `announcementId` for values that may be wrong; the empty id is a right one. */
export function tryAnnouncementId(value: unknown): AnnouncementId | undefined {
  return value === "" || isText(value, ANNOUNCEMENT_ID_BYTES_MAX)
    ? value as AnnouncementId
    : undefined;
}

/**
 * An announcement's id from a plain string; `""` is allowed and means "not to be forwarded".
 *
 * @throws {TypeError} If it is longer than 2,560 bytes or holds control characters.
 */
export function announcementId(value: string): AnnouncementId {
  const expected = `an announcement id, expected up to ${ANNOUNCEMENT_ID_BYTES_MAX} bytes`;
  return checked(tryAnnouncementId(value), value, expected);
}

/** `hopCount` for values that may be wrong. */
export function tryHopCount(value: unknown): HopCount | undefined {
  return Number.isInteger(value) && typeof value === "number" && value >= 0 &&
      value < Number.MAX_SAFE_INTEGER
    ? value as HopCount
    : undefined;
}

/**
 * A hop count from a plain number.
 *
 * @throws {RangeError} If it is negative, fractional or beyond the safe integers.
 */
export function hopCount(value: number): HopCount {
  const expected = "a hop count, expected a whole number from 0";
  return checked(tryHopCount(value), value, expected, RangeError);
}

/** `maxHops` for values that may be wrong; anything above the ceiling is refused too. */
export function tryMaxHops(value: unknown): MaxHops | undefined {
  return Number.isInteger(value) && typeof value === "number" && value >= 0 &&
      value <= MAX_HOPS_CEILING
    ? value as MaxHops
    : undefined;
}

/**
 * A hop limit from a plain number; 0 keeps an offer on its own node.
 *
 * @throws {RangeError} If it is not a whole number from 0 to 16.
 */
export function maxHops(value: number): MaxHops {
  const expected = `a hop limit, expected a whole number from 0 to ${MAX_HOPS_CEILING}`;
  return checked(tryMaxHops(value), value, expected, RangeError);
}

/** `incarnation` for values that may be wrong. */
export function tryIncarnation(value: unknown): Incarnation | undefined {
  return typeof value === "string" && /^[0-9A-Za-z]{1,64}$/.test(value)
    ? value as Incarnation
    : undefined;
}

/**
 * An incarnation from a plain string: letters and digits that sort by time (a ULID does).
 *
 * @throws {TypeError} If it holds anything else or is longer than 64 characters.
 */
export function incarnation(value: string): Incarnation {
  const expected = "an incarnation, expected 1 to 64 letters and digits";
  return checked(tryIncarnation(value), value, expected);
}

/**
 * Resources as a set in one fixed order, so that equal sets are equal lists.
 *
 * @throws {TypeError} If one of them is not a resource name.
 */
export function resourceSet(values: Iterable<string>): readonly ResourceName[] {
  return [...new Set(values)].sort().map(resourceName);
}
